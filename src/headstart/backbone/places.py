"""Where backbones lie and what their files are called; nothing here needs PyTorch."""

import os
from pathlib import Path

SHIPPED = Path(__file__).parent / "shipped"
"""A folder for each backbone that comes with the package."""
PICTURES, HEARING, LANGUAGE = "headstart_resnet10", "headstart_dscnn", "all-MiniLM-L6-v2"
"""The backbones for pictures ("shipped"), for recordings and for texts."""
DETECTING = "headstart_detector"
"""The backbone for boxes on pictures."""
WEIGHTS, FACTS = "backbone.safetensors", "backbone.json"
"""What a backbone's folder has at least."""
GRAPH = "model.onnx"
"""What a model's folder has in the place of weights where the network is a file of 8 bits."""
PART, INDEX = "headstart", "index.json"
"""In a published folder: where ours lies, and the list of all files with their digests."""
FILE = "model.safetensors"
"""What a repository of the hub has at least."""
NETWORK = ("config.json", FILE)
"""What a folder with a network of transformers' has at least."""
READERS = ("tokenizer.json", "preprocessor_config.json")
"""One of which it has, too: for texts, or for recordings."""


def shipped() -> tuple[Path, ...]:
    """Folders of the backbones in the package, the default first."""
    folders = (path.parent for path in SHIPPED.glob(f"*/{FACTS}"))
    return tuple(sorted(folders, key=lambda folder: (folder.name != PICTURES, folder.name)))


def cache_root(cache: Path | None = None) -> Path:
    """Where what can be made or fetched again is kept: as asked, HEADSTART_CACHE, or the user's."""
    named = cache or os.environ.get("HEADSTART_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "headstart"
