"""Where a model is, found before PyTorch is imported."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headstart import untrusted
from headstart.backbone.listing import shelf
from headstart.backbone.places import PART
from headstart.errors import BackboneError, HeadstartError
from headstart.hostile import printable

if TYPE_CHECKING:
    import headstart.model

FACTS = "model.json"
"""What a model folder has at least."""
_MOST = 64 * 2**20
"""Bytes of that file, which may name many words."""


@dataclass(frozen=True)
class Shelved:
    """A published model on the shelf."""

    name: str
    place: Path
    task: str
    classes: tuple[str, ...]


def runs() -> tuple[Shelved, ...]:
    """List the models that were published to the folder which HEADSTART_SHELF names.

    `headstart.load(run.place)` opens one. What can't be read is passed over.
    """
    found = []
    for folder in shelf():
        with suppress(HeadstartError, OSError, ValueError):
            told = untrusted.record_in(untrusted.regular(folder, f"{PART}/{FACTS}"), _MOST)
            classes = tuple(map(str, told.get("classes", ())))
            found.append(Shelved(folder.name, folder, str(told.get("task", "")), classes))
    return tuple(found)


def load(place: Path | str) -> "headstart.model.Model":
    """Read the model in a run's folder, in a model folder, or in one that was published.

    Raises `BackboneError` where there is none, or where its files are not what was written.
    """
    folder = need_model(place)
    from headstart.share import artifact

    return artifact.read_model(folder)


def need_model(place: Path | str) -> Path:
    """The folder of the model in a run's folder, or the one given. Raises `BackboneError`."""
    path = Path(place)
    inside = [path / name for name in ("model", PART) if (path / name / FACTS).exists()]
    folder = inside[0] if inside else path
    if not (folder / FACTS).exists():
        started = (path / "run.json").exists()
        raise BackboneError(
            "M451",
            "this run has not ended" if started else "there is no model in this folder",
            "give the command that started it again" if started else "headstart train PATH",
            where=printable(path),
        )
    return folder
