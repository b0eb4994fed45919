"""Listeners that hand on what a run tells to TensorBoard, MLflow, Weights & Biases or Trackio.

A tracker works in a thread of its own behind a queue: one that is dead or hangs costs a run at most
`PATIENCE_S` seconds at its end, several of them together no more, and changes nothing of what is
computed. What is sent are the settings, the figures of training as they come, the figures of the
test, and the report; no weights and no pickles.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from headstart.errors import MissingExtra, UsageError
from headstart.events import Event, Tell, warn
from headstart.hostile import printable
from headstart.run.trackers import TRACKERS, Tracker

if TYPE_CHECKING:
    from headstart.run.reading import Run

PATIENCE_S = 2.0
"""For a tracker that does not come forward any more, at the end of a run."""
_WAITING = 10_000
"""Events that wait for a tracker, at most; what comes then is not sent."""
_SENT = ("metrics.json", "report.html")
"""Files of a run's folder that are sent where a tracker takes files."""
Work = Callable[[Tracker], None]


class Sender:
    """Hands events to one tracker, and never waits for it before the end."""

    def __init__(self, name: str, opened: Callable[[], Tracker]) -> None:
        self.name, self.failure = name, ""
        self._works: queue.Queue[Work | None] = queue.Queue(_WAITING)
        self._moved = time.monotonic()
        self._begun = Counter[str]()
        self._thread = threading.Thread(target=self._send, args=(opened,), daemon=True)
        self._thread.start()

    def hear(self, event: Event) -> None:
        """Send the figures of a step; other events are for people."""
        if event.kind == "start":
            self._begun[event.what] += 1
        if event.kind != "step" or self.failure:
            return
        name = f"{event.what} {self._begun[event.what]}"
        figures = {f"{name}/{key}": float(value) for key, value in event.facts if _number(value)}
        if figures:
            self.put(lambda tracker: tracker.figures(figures, event.done))

    def put(self, work: Work | None) -> None:
        """Let the thread do this when it comes to it."""
        try:
            self._works.put_nowait(work)
        except queue.Full:
            self.failure = self.failure or "it takes figures too slowly"

    def close(self) -> None:
        """Take no more; from now on it has to come forward."""
        self._moved = time.monotonic()
        self.put(None)

    def wait(self) -> None:
        """Wait until all is sent, as long as it comes forward."""
        while self._thread.is_alive() and not self.failure:
            left = self._moved + PATIENCE_S - time.monotonic()
            if left <= 0:
                self.failure = f"it did not answer for {PATIENCE_S:g} seconds"
                return
            self._thread.join(min(left, 0.05))

    def _send(self, opened: Callable[[], Tracker]) -> None:
        try:
            tracker = opened()
            while (work := self._works.get()) is not None:
                work(tracker)
                self._moved = time.monotonic()
            tracker.end()
        except BaseException as error:  # of a library, about which the run does not care
            self.failure = f"{type(error).__name__}: {printable(error, limit=200)}"


def need_trackers(asked: str) -> tuple[tuple[str, str], ...]:
    """Name and target of each that was asked for: "mlflow:http://host:5000,tensorboard".

    Raises `UsageError` for one that is not known, `MissingExtra` where its package is missing.
    """
    found = []
    for word in filter(None, (one.strip() for one in asked.split(","))):
        name, _, target = word.partition(":")
        if name not in TRACKERS:
            raise UsageError(
                "U411",
                f"nothing here tracks runs with {printable(name)!r}",
                f"--track {', '.join(TRACKERS)}, or mlflow:URI",
            )
        if find_spec(TRACKERS[name].package) is None:
            raise MissingExtra(
                "U904",
                f"{TRACKERS[name].package} is not installed",
                f"pip install 'headstart[{name}]'",
            )
        found.append((name, target))
    return tuple(found)


@contextmanager
def tracking(
    asked: Sequence[tuple[str, str]], title: str, settings: Mapping[str, Any], tell: Tell
) -> Iterator[tuple[Tell, Callable[["Run"], None]]]:
    """Lend a listener, and what to call with the finished run; tell of trackers that failed."""
    senders = [
        Sender(name, lambda name=name, to=target: TRACKERS[name](to, title, _flat(dict(settings))))  # type: ignore[misc]
        for name, target in asked
    ]

    def hear(event: Event) -> None:
        for sender in senders:
            sender.hear(event)

    def finish(run: "Run") -> None:
        files = [run.path / name for name in _SENT if (run.path / name).is_file()]
        for sender in senders:
            sender.put(lambda tracker: tracker.figures(_figures(run), 0))
            for file in files:
                sender.put(lambda tracker, file=file: tracker.file(file))  # type: ignore[misc]

    try:
        yield hear, finish
    finally:
        _end(senders, tell)


def _end(senders: Sequence[Sender], tell: Tell) -> None:
    """Wait for all of them together, and tell of those that failed."""
    for sender in senders:
        sender.close()
    for sender in senders:
        sender.wait()
        if sender.failure:
            warn(tell, f"{sender.name} was left alone: {sender.failure}; the run is whole")


def _figures(run: "Run") -> dict[str, float]:
    """What of a run's figures is worth a curve."""
    held = dict(run.metrics)
    arms = {arm["name"]: arm[held["figure"]] for arm in held["arms"]}
    told = {name: held[name] for name in ("test", "verdict", "cost")}
    return {key: float(v) for key, v in _flat({**told, "arms": arms}).items() if _number(v)}


def _flat(held: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Values by names with a slash for each level.

    >>> _flat({"a": {"b": 1}, "c": (2, 3)})
    {'a/b': 1, 'c': '(2, 3)'}
    """
    found: dict[str, Any] = {}
    for key, value in held.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            found |= _flat(value, f"{name}/")
        else:
            found[name] = value if isinstance(value, bool | int | float | str) else str(value)
    return found


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
