"""Whatever a user points at, as examples; read before PyTorch is imported."""

from pathlib import Path

from headstart.data import (
    TABLES,
    Columns,
    Found,
    Frame,
    collect,
    find,
    from_frame,
    heard,
    meant,
    need_task,
    with_unseen,
)
from headstart.errors import UsageError

KINDS = {"files": "image", "text": "text", "sounds": "audio"}
"""What backbones take where examples are such."""
THINGS = {"files": "pictures", "text": "texts", "sounds": "recordings"}
"""What examples are, in words."""


def found_at(place: Path | str | Found | Frame, columns: Columns, root: Path) -> Found:
    """Examples in a folder, a table, an archive, a DataFrame, or in what is found already."""
    need_task(columns.task)
    task = None
    if columns.task:  # the files of tasks import PyTorch
        from headstart.task import TASKS

        task = TASKS[columns.task]
    if isinstance(place, Found):
        found = place
    elif isinstance(place, Frame):
        found = from_frame(place, columns)
    elif task and task.continues and Path(place).suffix.casefold() not in TABLES:
        found = collect(Path(place), cache=root)
    else:
        found = find(Path(place), columns, cache=root)
    found = heard(found)
    fit = task.modalities if task else ()
    if fit and KINDS[found.holds] not in fit:
        asked = " or ".join(THINGS[holds] for holds, kind in KINDS.items() if kind in fit)
        raise UsageError(
            "U161",
            f"--task {columns.task} is for {asked}, and these are {THINGS[found.holds]}",
            f"leave --task out, or name {asked}",
        )
    return with_unseen(meant(found, columns.task, columns.order))
