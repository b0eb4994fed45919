"""What lies in a folder, without what operating systems leave there."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath

from headstart.data.records import natural
from headstart.errors import DataError
from headstart.hostile import printable

_JUNK = {
    *("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r", "$recycle.bin"),
    *("_ds_store", "__pycache__", "lost+found"),
}
RUNS, _RUN, _EVENTS = "runs", "run.json", "events.jsonl"
"""What the room of runs calls its folder, and files of a run."""


def visible_folders(folder: Path) -> list[Path]:
    """Sub-folders in natural order, without hidden ones, system litter, and runs of headstart."""
    return [path for path in _paths(folder, _folders_in(folder)) if not holds_runs(path)]


def holds_runs(folder: Path) -> bool:
    """Whether this is a run of headstart, a folder of nothing but runs, or runs/ with some in it:
    what one has who trained on ".".
    """  # noqa: D205 - one sentence
    try:
        if (folder / _RUN).is_file():
            return (folder / _EVENTS).is_file()
        found = runs = 0
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_junk(entry.name):
                    continue
                found, runs = found + 1, runs + _is_run(Path(entry.path))
                if found > runs and folder.name != RUNS:
                    return False
    except OSError:  # told by whoever opens it
        return False
    return runs > 0


def _is_run(path: Path) -> bool:
    """Whether it is a run, or a sweep of some."""
    if (path / _RUN).is_file():
        return (path / _EVENTS).is_file()
    inside = path.glob(f"*/{_RUN}") if path.is_dir() else ()
    return any(run.with_name(_EVENTS).is_file() for run in inside)


def visible_files(folder: Path) -> list[Path]:
    """Files directly in the folder, in natural order, without hidden ones and system litter."""
    return _paths(folder, files_in(folder))


def files_in(folder: Path) -> Iterator[str]:
    """Their names, in no order, as they come."""
    return (entry.name for entry in _visible(folder) if _leads(entry.is_file))


def inside_of(folder: Path) -> Iterator[tuple[str, bool]]:
    """The name of whatever is neither hidden nor litter, and whether it is a folder, as they come.

    Raises `DataError`.
    """
    return ((entry.name, _leads(entry.is_dir)) for entry in _visible(folder))


def extensions_in(folder: Path) -> set[str]:
    """Extensions of these files."""
    return {PurePath(name).suffix.casefold() for name in files_in(folder)}


def _folders_in(folder: Path) -> Iterator[str]:
    return (entry.name for entry in _visible(folder) if _leads(entry.is_dir))


def _leads(there: Callable[[], bool]) -> bool:
    """Whether it leads to such a thing; a link in a circle leads nowhere."""
    try:
        return there()
    except OSError:
        return False


def _paths(folder: Path, names: Iterable[str]) -> list[Path]:
    return [folder / name for name in sorted(names, key=natural)]


def _visible(folder: Path) -> Iterator["os.DirEntry[str]"]:
    """What is neither hidden nor litter. Raises `DataError`."""
    try:
        with os.scandir(folder) as entries:
            yield from (entry for entry in entries if not is_junk(entry.name))
    except OSError as error:
        raise DataError(
            "D117", "a folder cannot be opened", "check its permissions", printable(folder),
            printable(error.strerror),
        ) from error  # fmt: skip


def is_junk(name: str) -> bool:
    """Whether an operating system left it there, or somebody hid it."""
    return name.startswith(".") or name.casefold() in _JUNK
