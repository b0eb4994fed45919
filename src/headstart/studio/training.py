"""The process that learns: what `headstart train FOLDER` does, told line by line as JSON.

Run by `python -m headstart.studio.training FOLDER`. It ends with the process that reads its lines,
and goes on where it was when it is run again.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from headstart import durable
from headstart.errors import HeadstartError, Interrupted, TrainingError
from headstart.events import Event, Tell
from headstart.hostile import printable

PAUSE_S = 0.1
"""Between two steps that are told, at least."""
Say = Callable[[dict[str, object]], None]


def main(place: str) -> None:
    """Be ready, and learn from a folder once a line says so; the last line says how it ended."""
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the server's to answer
    from headstart.run import pipeline  # noqa: F401 - takes seconds
    from headstart.run.api import train

    if not os.read(sys.stdin.fileno(), 16):
        return
    threading.Thread(target=_end_with, args=(sys.stdin.fileno(),), daemon=True).start()
    try:
        run = train(Path(place), tell=telling(say, lambda: bool(asked)))
        say({"kind": "ended", "run": str(run.path.absolute())})
    except HeadstartError as error:
        say({"kind": "failed", "error": error.record()})
    except Exception as error:
        told = TrainingError(
            "T521", f"{type(error).__name__}: {printable(error, 500)}",
            f"headstart train {printable(place)}",
        )  # fmt: skip
        say({"kind": "failed", "error": told.record()})


def _end_with(handle: int) -> None:
    """End at once where the other side of this pipe is gone: all that is written is whole."""
    while os.read(handle, 1024):
        pass
    os._exit(1)


def say(record: dict[str, object]) -> None:
    """One line, in one write."""
    os.write(sys.stdout.fileno(), (durable.to_json(record) + "\n").encode())


def telling(say: Say, stop: Callable[[], bool]) -> Tell:
    """A listener that says what happens, not every step of it, and ends the work when asked to."""
    last = 0.0

    def tell(event: Event) -> None:
        nonlocal last
        if stop():
            raise Interrupted("I131", "stopped; everything that was finished is kept", "go on")
        now = time.monotonic()
        if event.kind == "step" and event.done < event.total and now - last < PAUSE_S:
            return
        last = now
        record: dict[str, object] = {"kind": event.kind, "what": printable(event.what, 1000)}
        say({**record, "done": event.done, "total": event.total})

    return tell


if __name__ == "__main__":
    main(*sys.argv[1:])
