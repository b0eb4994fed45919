"""What a person at a terminal, or a log, gets to see.

Progress goes to stderr: a live bar on a terminal, plain lines in a pipe. Results go to stdout.
All text may hold names from data: it is made printable, and never read as markup.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from headstart import durable
from headstart.errors import HeadstartError
from headstart.events import Event, Tell, span
from headstart.hostile import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Record = Mapping[str, Any]


@contextmanager
def listening(stream: TextIO | None = None) -> Iterator[Tell]:
    """Lend a listener that shows events on `stream` (stderr): a bar, or lines."""
    out = stream or sys.stderr
    if not _live(out):
        yield _guarded(Lines(out))
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Left(),
        TextColumn("{task.fields[facts]}", markup=False),
    )
    with Progress(*columns, console=Console(file=out, highlight=False)) as progress:
        yield _guarded(Bar(progress))


class Lines:
    """Plain lines: when work starts, every 10% or 30 seconds, and when it ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._seen: set[str] = set()
        self._first, self._said = 0, 0
        self._began = self._spoke = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Write a line where the event deserves one; details are for events.jsonl."""
        if event.kind == "detail":
            return
        if event.kind in ("note", "warning"):
            line = event_line(event)
            if line not in self._seen:
                self._seen.add(line)
                self._write(line)
        elif event.kind == "start":
            self._first = self._said = event.done
            self._began = self._spoke = time.monotonic()
            self._write(f"{printable(event.what)}: {_of(event)}")
        elif event.kind == "step":
            self._step(event)
        else:
            took = time.monotonic() - self._began
            self._write(f"{printable(event.what)}: done in {span(took)}")

    def _step(self, event: Event) -> None:
        now = time.monotonic()
        due = (event.done - self._said) * 10 >= event.total or now - self._spoke >= 30
        if not due or event.done >= event.total:
            return
        self._said, self._spoke = event.done, now
        new = event.done - self._first
        left = (now - self._began) / new * (event.total - event.done) if new else 0.0
        parts = [
            f"{event.done / event.total:.0%} ({_of(event)})",
            f"{span(left)} left",
            facts(event),
        ]
        self._write(f"{printable(event.what)}: {', '.join(filter(None, parts))}")

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


class Bar:
    """A live bar with the time left; notes scroll by above it."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._seen: set[str] = set()
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        """Move the bar, or write a note above it; details are for events.jsonl."""
        if event.kind == "detail":
            return
        if event.kind in ("note", "warning"):
            self._note(event)
        elif event.kind == "start":
            what = printable(event.what, 60)
            task = self._progress.add_task(what, total=event.total, completed=event.done, facts="")
            self._tasks[event.what] = task
        elif event.kind == "step" and not event.total:
            return  # it only gives a listener the chance to stop
        elif event.kind == "step":
            self._progress.update(self._tasks[event.what], completed=event.done, facts=facts(event))
        else:
            self._progress.stop_task(self._tasks[event.what])

    def _note(self, event: Event) -> None:
        from rich.text import Text

        line = event_line(event)
        if line not in self._seen:
            self._seen.add(line)
            style = "yellow" if event.kind == "warning" else ""
            self._progress.console.print(Text(line, style=style), soft_wrap=True)


def event_line(event: Event) -> str:
    """A note or a warning as one line."""
    text = printable(event.what, limit=1000)
    return f"warning: {text}" if event.kind == "warning" else text


def facts(event: Event) -> str:
    """What a step has to say: `val loss 0.41, val accuracy 0.93`."""
    shown = [
        f"{name.replace('_', ' ')} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in event.facts
    ]
    return printable(", ".join(shown))


def stopping() -> None:
    """Answer the first Ctrl-C."""
    print("stopping after this step; once more stops at once", file=sys.stderr)  # noqa: T201


def show(lines: Sequence[str]) -> None:
    """Print a result, its first line in bold where there are colors."""
    bold = _live(sys.stdout) and "NO_COLOR" not in os.environ
    for number, line in enumerate(lines):
        print(f"\x1b[1m{line}\x1b[0m" if bold and number == 0 else line)  # noqa: T201


def document(record: object) -> None:
    """Print one JSON document."""
    print(dumped(record))  # noqa: T201


def dumped(record: object) -> str:
    """As JSON; bytes that were no text stay escaped."""
    return durable.to_json(record, indent=1)


def failed(error: HeadstartError) -> None:
    """Print an error: what, where, why, and the command that mends it."""
    lines = [printable(line, limit=5000) for line in str(error).splitlines()]
    print("\n".join(lines), file=sys.stderr)  # noqa: T201


def _of(event: Event) -> str:
    return f"{event.done:,} of {event.total:,}"


def _live(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


def _guarded(listener: Tell) -> Tell:
    """Work goes on when nobody reads its progress any more."""
    gone = False

    def tell(event: Event) -> None:
        nonlocal gone
        try:
            if not gone:
                listener(event)
        except OSError:
            gone = True

    return tell
