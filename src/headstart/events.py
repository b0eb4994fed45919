"""The one progress stream: whoever works tells it, whoever shows or keeps it listens."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

from headstart import durable

Kind = Literal["start", "step", "end", "note", "detail", "warning"]
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Event:
    """One line of what happens: work that starts, advances or ends, a note, or a warning."""

    kind: Kind
    what: str
    """The name of the work ("reading pictures"), or the text of a note or warning."""
    done: int = 0
    total: int = 0
    facts: tuple[tuple[str, str | int | float], ...] = ()


Tell = Callable[[Event], None]


def quiet(event: Event) -> None:
    """Listen to nothing."""


def repeat(said: Iterable[Event], tell: Tell) -> None:
    """Tell what was told elsewhere."""
    for event in said:
        tell(event)


def without_notes(tell: Tell) -> Tell:
    """Hand on everything but notes and details."""

    def heard(event: Event) -> None:
        if event.kind not in ("note", "detail"):
            tell(event)

    return heard


def together(*listeners: Tell) -> Tell:
    """Tell several listeners, in this order."""

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell


def kept(path: Path) -> Tell:
    """Add each event to a file as a line of JSON, except for steps: those are for the eye."""

    def tell(event: Event) -> None:
        record = {"time": datetime.now(UTC).isoformat(timespec="milliseconds")}
        record |= {"kind": event.kind, "what": event.what}
        counts = {"done": event.done, "total": event.total} if event.total else {}
        durable.append(path, durable.to_json({**record, **counts, **dict(event.facts)}))

    return unless_step(tell)


def unless_step(listener: Tell) -> Tell:
    """Tell all but steps of which nothing is told but that they were made."""

    def tell(event: Event) -> None:
        if event.kind != "step" or event.facts:
            listener(event)

    return tell


def in_place_of(listener: Tell, said: Iterable[Event], told: Iterable[Event] = ()) -> Tell:
    """Where work begins that was done elsewhere, tell what was said of it there, and no more.

    What was `told` already is not told again; anything else is handed on.

    >>> heard = []
    >>> tell = in_place_of(heard.append, [Event("step", "sums", 1, 2), Event("step", "sums", 2, 2)])
    >>> tell(Event("start", "sums", 2, 2)); tell(Event("end", "sums", 2, 2))
    >>> [(event.kind, event.done) for event in heard]
    [('step', 1), ('step', 2)]
    """
    known, works = frozenset(told), dict[str, list[Event]]()
    for event in said:
        works.setdefault(event.what, []).append(event)

    def tell(event: Event) -> None:
        if event.kind in ("start", "step", "end") and event.what in works:
            repeat(works[event.what], listener)
            works[event.what] = []
        elif event not in known:
            listener(event)

    return tell


class Clock:
    """Listens: how long each work took in all, and when parts of it ended, in seconds."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}
        self.spent: dict[str, float] = {}
        self.ends: dict[str, list[float]] = {}

    def __call__(self, event: Event) -> None:
        """Hear one event."""
        now = time.perf_counter()
        if event.kind == "start":
            self.begun[event.what] = now
        if event.kind == "end":
            took = now - self.begun.get(event.what, now)
            self.spent[event.what] = self.spent.get(event.what, 0.0) + took
        if event.kind in ("start", "step", "end"):
            self.ends.setdefault(event.what, []).append(now)


def note(tell: Tell, text: str, **facts: str | float) -> None:
    """Tell a fact that the user should see once."""
    tell(Event("note", text, facts=tuple(facts.items())))


def detail(tell: Tell, text: str, **facts: str | float) -> None:
    """Tell a fact for whoever reads events.jsonl: how something is computed, not what is found."""
    tell(Event("detail", text, facts=tuple(facts.items())))


def warn(tell: Tell, text: str, **facts: str | float) -> None:
    """Tell something that may make the result worse than it looks."""
    tell(Event("warning", text, facts=tuple(facts.items())))


def span(seconds: float) -> str:
    """A time for people.

    >>> span(0.05), span(3.21), span(34.4), span(75.0), span(7300.0)
    ('50 ms', '3.2 s', '34 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 59.5:
        few = f"{seconds:.1f} s" if seconds >= 0.1 else f"{1000 * seconds:.0f} ms"
        return few if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


def track(tell: Tell, what: str, things: Iterable[Thing], total: int) -> Iterator[Thing]:
    """Pass things on and tell how far the work is.

    >>> list(track(lambda e: print(e.kind, e.done, e.total), "counting", "ab", 2))
    start 0 2
    step 1 2
    step 2 2
    end 2 2
    ['a', 'b']
    """
    tell(Event("start", what, 0, total))
    done = 0
    for done, thing in enumerate(things, start=1):
        yield thing
        tell(Event("step", what, done, total))
    tell(Event("end", what, done, total))
