"""What the cache holds, and how it is emptied beside runs that use it."""

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from filelock import FileLock, Timeout

from headstart.backbone.places import cache_root
from headstart.features.cap import Entry, entries, remove

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")
_RUNNING = ".running"
_FETCHED = "fetched"


@dataclass(frozen=True)
class Cleared:
    """What went, and what stayed."""

    root: Path
    removed: tuple[Entry, ...]
    in_use: tuple[Entry, ...]
    """Used since a run that goes on began, and so left."""
    left_bytes: int

    def record(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "place": os.fspath(self.root),
            "removed": [os.fspath(entry.path) for entry in self.removed],
            "removed_bytes": sum(entry.size for entry in self.removed),
            "in_use": [os.fspath(entry.path) for entry in self.in_use],
            "left_bytes": self.left_bytes,
        }


def sizes(root: Path) -> dict[str, int]:
    """Bytes of each kind of thing in the cache, downloaded backbones included."""
    held: dict[str, int] = {}
    for entry in entries(root):
        held[entry.kind] = held.get(entry.kind, 0) + entry.size
    fetched = [path for path in (root / _FETCHED).rglob("*") if path.is_file()]
    return held | ({_FETCHED: sum(path.stat().st_size for path in fetched)} if fetched else {})


def clear(root: Path, keep_bytes: int | float = 0) -> Cleared:
    """Throw away what was not used for longest, until the rest takes at most `keep_bytes`.

    Only what headstart made there goes; what a run that goes on has used stays, and so do
    downloaded backbones.
    """
    began, found = _began(root), sorted(entries(root))
    left = sum(entry.size for entry in found)
    gone, used = list[Entry](), list[Entry]()
    for entry in found:
        if left <= keep_bytes:
            break
        with contextlib.suppress(OSError):
            if max(entry.used, entry.path.stat().st_mtime) >= began:
                used.append(entry)
                continue
            remove(entry.path)
            if not entry.path.exists():
                gone.append(entry)
                left -= entry.size
    return Cleared(root, tuple(gone), tuple(used), left)


@contextlib.contextmanager
def in_use(root: Path) -> Iterator[None]:
    """While this is open, `clear` leaves what was used since; a kill ends it, too."""
    mark = root / _RUNNING / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.lock"
    lock = None
    with contextlib.suppress(OSError):  # a cache that cannot be written is nothing to guard
        mark.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(mark)
        lock.acquire(timeout=0)
    try:
        yield
    finally:
        if lock:
            lock.release()
            mark.unlink(missing_ok=True)


def guarded(function: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
    """The function with its cache, named by `cache`, in use while it works."""

    @wraps(function)
    def working(*args: _Given.args, **options: _Given.kwargs) -> _Answer:
        named = options.get("cache")
        with in_use(cache_root(Path(str(named)) if named else None)):
            return function(*args, **options)

    return working


def _began(root: Path) -> float:
    """When the first run began that still goes on; never, where there is none."""
    began = float("inf")
    for mark in (root / _RUNNING).glob("*.lock"):
        with contextlib.suppress(OSError):
            made, lock = mark.stat().st_mtime, FileLock(mark)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                began = min(began, made)
                continue
            lock.release()
            mark.unlink(missing_ok=True)
    return min(began, time.time() + 1e9)
