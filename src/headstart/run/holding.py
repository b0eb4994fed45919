"""One process at a time in a folder: the others say for whom they wait."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from headstart.events import Event, Tell, note

LOCK = ".lock"
POLL_S = 1.0
"""Seconds after which somebody who waits looks whether he is to stop."""


@contextlib.contextmanager
def held(place: Path, tell: Tell) -> Iterator[None]:
    """Hold a lock of the operating system, which a kill releases; its file goes with it.

    Raises `OSError` where the file cannot be made.
    """
    lock = FileLock(place)
    _acquire(lock, place, tell)
    try:
        if not (said := _said(place)) or said.isdigit():  # else the library has told it
            place.write_text(str(os.getpid()))
        yield
    finally:  # while it is held: who waits at a file that is gone takes the next one
        place.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, place: Path, tell: Tell) -> None:
    with contextlib.suppress(Timeout):
        lock.acquire(timeout=0)
        return
    said = _said(place)
    who = f"process {said}" if said.isdigit() else "another process"
    note(tell, f"{who} is at work in this folder: waiting until it ends")
    while True:
        with contextlib.suppress(Timeout):
            lock.acquire(timeout=POLL_S)
            return
        tell(Event("step", "waiting for another process"))  # how long is not known


def _said(place: Path) -> str:
    """What the file says: of the process that holds it, its number."""
    try:
        return place.read_text(errors="replace").strip()
    except OSError:
        return ""
