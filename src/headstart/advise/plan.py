"""What a run will do and what it will take, before anything is spent on it."""

import math
from dataclasses import dataclass

from headstart.events import span
from headstart.notebook import block


@dataclass(frozen=True)
class Step:
    """One thing that a run does."""

    what: str
    seconds: float
    """On the clock of this machine."""
    by: str
    """What the figure follows from."""


@dataclass(frozen=True)
class Plan:
    """All steps, and what they need."""

    backbone: str
    strategies: tuple[str, ...]
    """What will be tried, simple first."""
    sentence: str
    """What will be frozen and what trained, and why."""
    steps: tuple[Step, ...]
    memory_mb: float
    """The most that the process will hold."""
    disk_mb: float
    """What the cache and the run's folder will take that is not there yet."""

    @property
    def seconds(self) -> float:
        """All steps together."""
        return sum(step.seconds for step in self.steps)

    @property
    def text(self) -> str:
        """The same in a sentence."""
        return (
            f"about {span(self.seconds)}, {self.memory_mb / 1000:.1f} GB of memory, "
            f"{self.disk_mb:,.0f} MB of disk; tries {', '.join(self.strategies)} "
            f"from {self.backbone}; {self.sentence}"
        )

    def record(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            **vars(self),
            "steps": [vars(step) for step in self.steps],
            "seconds": self.seconds,
            "told": self.text,
        }

    def _repr_html_(self) -> str:
        rows = [(step.what, span(step.seconds), step.by) for step in self.steps]
        return block(self.backbone, [self.text], [("step", "time", "by"), *rows])


def grown(few: tuple[int, float], more: tuple[int, float], rows: int) -> float:
    """Seconds for `rows` rows from two that were measured, as a power of their number.

    The power is kept between 1 and 2: what is fitted to n rows reads all of them at least once,
    and decompositions of at most n columns take n² a column.

    >>> grown((50, 1.0), (100, 2.0), 400)
    8.0
    """
    (n, s), (m, t) = few, more
    power = math.log(max(t, 1e-6) / max(s, 1e-6)) / math.log(m / n)
    return float(t * (rows / m) ** min(2.0, max(1.0, power)))
