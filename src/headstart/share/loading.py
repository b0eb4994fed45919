"""Where a model is, found before PyTorch is imported."""

from pathlib import Path
from typing import TYPE_CHECKING

from headstart.backbone.places import PART
from headstart.errors import BackboneError
from headstart.hostile import printable

if TYPE_CHECKING:
    import headstart.model

FACTS = "model.json"
"""What a model folder has at least."""


def load(place: Path | str) -> "headstart.model.Model":
    """Read the model in a run's folder, in a model folder, or in one that was published.

    Raises `BackboneError` where there is none, or where its files are not what was written.
    """
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
    from headstart.share import artifact

    return artifact.read_model(folder)
