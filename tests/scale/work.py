"""What workers do in tests: it must stand in a module that they find."""

import os
import signal
import time
from pathlib import Path

from headstart.errors import DataError
from headstart.events import Tell, note


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


def told(number: int, tell: Tell) -> int:
    """Takes some time of a core."""
    note(tell, f"{number} of them")
    end = time.process_time() + 0.03
    while time.process_time() < end:
        pass
    return number * number


def whose(number: int, tell: Tell) -> int:
    told(number, tell)
    return os.getpid()


def alive_or_quick(place: str) -> None:
    """One that lasts, and one that ends once the other has begun."""
    if Path(place).name == "pid":
        alive(place)
    while not (Path(place).with_name("pid").exists() and Path(place).with_name("pid").read_text()):
        time.sleep(0.05)
