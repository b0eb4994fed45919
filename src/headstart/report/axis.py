"""Scales with round ends and round ticks."""

import math
from dataclasses import dataclass

from markupsafe import Markup

from headstart.report.svg import line


@dataclass(frozen=True)
class Axis:
    """A scale with round ends and round ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Where a value stands, in percent of the frame; values outside stand at its ends."""
        place = (value - self.low) / (self.high - self.low)
        return 100 * min(1.0, max(0.0, place))


def axis(low: float, high: float, steps: int = 5) -> Axis:
    """The narrowest scale with round ticks that holds both ends.

    >>> axis(0.37, 0.91).ticks
    (0.2, 0.4, 0.6, 0.8, 1.0)
    """
    span = max(high - low, 1e-6)
    unit = 10.0 ** math.floor(math.log10(span / steps))
    step = next(unit * m for m in (1, 2, 2.5, 5, 10) if span / (unit * m) <= steps)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    ticks = tuple(round(i * step, 10) for i in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def grid(scale: Axis) -> Markup:
    """A line at each tick."""
    return Markup("").join(line(scale.at(t), "0", scale.at(t), "100%", "grid") for t in scale.ticks)
