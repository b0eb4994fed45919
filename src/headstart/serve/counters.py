"""What happened since the start, as Prometheus reads it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from headstart.hostile import printable
from headstart.serve.documents import Answer, Judged

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""


class Counters:
    """Requests by route and status, their times, and what models said."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.said: Counter[tuple[str, str]] = Counter()
        self.unfamiliar: Counter[str] = Counter()
        self._times: dict[str, list[int]] = {}
        self._sums: Counter[str] = Counter()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One that was answered. `route` is a pattern, never what a client made up."""
        self.requests[method, route, status] += 1
        found = self._times.setdefault(route, [0] * (len(BOUNDS) + 1))
        found[bisect_left(BOUNDS, seconds)] += 1
        self._sums[route] += seconds  # type: ignore[assignment] # a Counter of floats

    def answers(self, model: str, answers: Sequence[Judged], above: float | None = None) -> None:
        """What a model said: sure or not, and whether of something unfamiliar; or nothing."""
        for one in answers:
            if not isinstance(one, Answer):
                self.said[model, "failed"] += 1
                continue
            self.said[model, "sure" if one.sure else "not_sure"] += 1
            if one.familiar is not None and above is not None and one.familiar <= above:
                self.unfamiliar[model] += 1

    def lines(self) -> Iterator[str]:
        """In the text format of Prometheus."""
        yield from _head("headstart_requests_total", "counter", "Requests that were answered.")
        for (method, route, status), count in sorted(self.requests.items()):
            of = f'method="{method}",route="{route}",status="{status}"'
            yield f"headstart_requests_total{{{of}}} {count}"
        yield from _head("headstart_request_seconds", "histogram", "Time to the whole answer.")
        for route, counts in sorted(self._times.items()):
            yield from self._histogram(route, counts)
        yield from _head("headstart_predictions_total", "counter", "Things by what was said.")
        for (model, word), count in sorted(self.said.items()):
            yield f'headstart_predictions_total{{model="{quoted(model)}",said="{word}"}} {count}'

    def _histogram(self, route: str, counts: Sequence[int]) -> Iterator[str]:
        total = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
            total += count
            yield f'headstart_request_seconds_bucket{{route="{route}",le="{bound}"}} {total}'
        yield f'headstart_request_seconds_sum{{route="{route}"}} {self._sums[route]:.6f}'
        yield f'headstart_request_seconds_count{{route="{route}"}} {total}'


def gauge(
    name: str, text: str, values: Sequence[tuple[str, float]], kind: str = "gauge"
) -> list[str]:
    """A value a model."""
    rows = [f'{name}{{model="{quoted(model)}"}} {value:g}' for model, value in values]
    return [*_head(name, kind, text), *rows]


def quoted(text: str) -> str:
    r"""A value of a label.

    >>> quoted('a"b\\')
    'a\\"b\\\\'
    """
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


def _head(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
