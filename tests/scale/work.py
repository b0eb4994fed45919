"""What workers do in tests: it must stand in a module that they find."""

import os
import signal
import time
from pathlib import Path

from headstart.errors import DataError


def squared(number: int) -> int:
    return number * number


def refused(number: int) -> int:
    raise DataError("D101", f"found {number} classes", "add a folder")


def killed_once(place: str) -> str:
    """The worker that comes first dies, as one that is out of memory does."""
    mark = Path(place)
    if not mark.exists():
        mark.write_text("dead")
        os.kill(os.getpid(), signal.SIGKILL)
    return mark.name


def killed(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def alive(place: str) -> None:
    Path(place).write_text(str(os.getpid()))
    time.sleep(60)
