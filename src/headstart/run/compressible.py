"""Whether a run can be made smaller, judged by its files alone: before PyTorch is imported."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headstart.backbone.places import GRAPH
from headstart.data.presence import need_place
from headstart.errors import UsageError
from headstart.hostile import printable
from headstart.run.compress_settings import CompressSettings
from headstart.run.folder import MODEL
from headstart.task_names import FREE, LabelForm, form_of, task_of


def need_compressible(
    folder: Path, figures: Mapping[str, Any], out: Path, settings: CompressSettings
) -> None:
    """Raise `UsageError` where nothing could come of it, `DataError` where nothing is unlabeled.

    `figures` are what the run's `metrics.json` holds.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UsageError("U176", "this folder is not empty", "--out FOLDER", printable(out))
    if (folder / MODEL / GRAPH).exists():
        raise UsageError(
            "U179",
            "the model of this run computes in 8 bits already",
            "headstart compress the run that it was made of",
            where=printable(folder),
        )
    if figures.get("task") == task_of(LabelForm.BOXES):
        raise UsageError(
            "U318",
            "no way to a smaller model finds boxes",
            "headstart pretrain PICTURES --backbone NAME --teacher RUN --out FOLDER, then "
            "headstart train DATA --backbone FOLDER, NAME being a small network",
            where=printable(folder),
        )
    if form_of(task := str(figures.get("task", ""))) in FREE:
        raise UsageError(
            "U319",
            f"a model of {task} can't be made smaller: it searches for its answers, and what would "
            "be smaller is compared as a graph, which can't",
            "headstart train DATA --backbone NAME, NAME being a smaller network",
            where=printable(folder),
        )
    if int(figures.get("folds", 1)) > 1:
        raise UsageError(
            "U313",
            "the model of this run learned from every example that it was tested on: it was tested "
            f"in {figures['folds']} folds, by others made like it",
            "headstart train DATA --folds 1, then compress that run",
            where=printable(folder),
            why="what a smaller model loses is measured on examples that none of both has seen",
        )
    if settings.unlabeled:
        need_place(Path(settings.unlabeled))
