"""Whatever a user points at, as examples; read before PyTorch is imported."""

import os
from pathlib import Path
from typing import Any

from headstart.data import (
    TABLES,
    Columns,
    Found,
    Frame,
    collect,
    find,
    from_data_set,
    from_frame,
    is_at_hand,
    need_task,
    with_sounds,
    with_task,
    with_unseen,
    without_classes,
)
from headstart.data.presence import is_address
from headstart.errors import UsageError
from headstart.events import Tell, quiet
from headstart.hostile import printable
from headstart.run.network_settings import PLAIN, Network

KINDS = {"files": "image", "text": "text", "sounds": "audio"}
"""What backbones take where examples are such."""
THINGS = {"files": "pictures", "text": "texts", "sounds": "recordings"}
"""What examples are, in words."""


def found_at(
    place: Any, columns: Columns, root: Path, network: Network = PLAIN, tell: Tell = quiet
) -> Found:
    """Examples in a folder, a table or an archive, here or at an address; in a DataFrame, a data
    set of `datasets`, torch or torchvision, or in what is found already.
    """  # noqa: D205 - one sentence
    need_task(columns.task)
    task = None
    if columns.task:  # the files of tasks import PyTorch
        from headstart.task import TASKS

        task = TASKS[columns.task]
    place = _here(place, root, network, tell)
    if isinstance(place, Found):
        found = place
    elif isinstance(place, Frame):
        found = from_frame(place, columns)
    elif is_at_hand(place):
        found = from_data_set(place, columns)
    elif not isinstance(place, str | os.PathLike):
        raise UsageError(
            "U412",
            f"a {printable(type(place).__name__)} is no place with examples",
            "give a path, a DataFrame, a data set, or headstart.data.from_memory(inputs, labels)",
        )
    elif task and task.continues and Path(place).suffix.casefold() not in TABLES:
        found = collect(Path(place), cache=root)
    else:
        found = find(Path(place), columns, cache=root)
    found = _paged(with_sounds(found), columns.pages)
    fit = task.modalities if task else ()
    if fit and KINDS[found.holds] not in fit:
        asked = " or ".join(THINGS[holds] for holds, kind in KINDS.items() if kind in fit)
        raise UsageError(
            "U161",
            f"--task {columns.task} is for {asked}, and these are {THINGS[found.holds]}",
            f"leave --task out, or name {asked}",
        )
    meaning = with_task(without_classes(found, columns.left_out), columns.task, columns.order)
    return with_unseen(meaning)


def _paged(found: Found, which: str) -> Found:
    """With the pages that were asked for; the files of modalities import PyTorch."""
    if not which:
        return found
    from headstart.modality import with_pages

    return with_pages(found, which)


def _here(place: Any, root: Path, network: Network, tell: Tell) -> Any:
    """The same; of an address its copy on this machine. What fetches imports PyTorch."""
    if not is_address(place):
        return place
    from headstart.run.remote_data import local_copy

    return local_copy(place, root, network, tell)
