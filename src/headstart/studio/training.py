"""The process that learns, ranks and exports: what the commands do, told line by line as JSON.

Run by `python -m headstart.studio.training FOLDER`. It ends with the process that reads its lines,
and goes on where it was when it is run again.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from headstart import durable
from headstart.errors import HeadstartError, Interrupted, TrainingError
from headstart.events import Event, Tell
from headstart.hostile import printable

PAUSE_S = 0.1
"""Between two steps that are told, at least."""
LINE = 64 * 1024
"""Bytes of an order, at most."""
Say = Callable[[dict[str, object]], None]
Order = Mapping[str, Any]


def main(place: str) -> None:
    """Be ready, and do for a folder what a line says; the last line says how that ended."""
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the server's to answer
    from headstart.run import pipeline  # noqa: F401 - takes seconds

    if not (line := os.read(sys.stdin.fileno(), LINE)):
        return
    threading.Thread(target=_end_with, args=(sys.stdin.fileno(),), daemon=True).start()
    try:
        order = json.loads(line)
        found = WORKS[order["do"]](Path(place), order, telling(say, lambda: bool(asked)))
        say({"kind": "ended", **found})
    except Exception as error:
        say({"kind": "failed", "error": failure_of(error, place).record()})


def failure_of(error: Exception, place: str) -> HeadstartError:
    """What the page shows of an error, whether it is one of ours or not."""
    if isinstance(error, HeadstartError):
        return error
    what = f"{type(error).__name__}: {printable(error, 500)}"
    return TrainingError("T521", what, f"headstart train {printable(place)}")


def _learn(place: Path, order: Order, tell: Tell) -> dict[str, object]:
    from headstart.run.api import train

    return {"run": str(train(place, tell=tell, **order["asked"]).path.absolute())}


def _rank(place: Path, order: Order, tell: Tell) -> dict[str, object]:
    from headstart.run.api import rank

    names = ("backbone", "predicted", "low", "high", "ms_per_item", "params", "license")
    found = rank(place, backbones=order["backbones"], tell=tell)
    return {"rows": [{name: getattr(one, name) for name in names} for one in found]}


def _export(place: Path, order: Order, tell: Tell) -> dict[str, object]:
    from headstart.run.exports import EXPORTS, USUAL, export

    run, to = Path(order["run"]), str(order["to"])
    made = run / EXPORTS / USUAL[to]
    if not made.exists():
        export(run, to, tell=tell)
    if made.is_dir():
        files = sorted(path for path in made.rglob("*") if path.is_file())
        with durable.writing(made.with_name(f"{made.name}.zip")) as temp, ZipFile(temp, "w") as it:
            for path in files:
                it.write(path, path.relative_to(made), ZIP_DEFLATED)
    return {"run": run.name, "to": to}


def _compare(place: Path, order: Order, tell: Tell) -> dict[str, object]:
    from headstart.run.api import compare

    return {"comparison": compare(order["runs"]).record()}


WORKS = {"train": _learn, "rank": _rank, "export": _export, "compare": _compare}
"""What an order may say."""


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
