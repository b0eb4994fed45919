"""What smaller networks save and lose, and the smallest that is known to lose little."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from headstart.stats import Interval

SMALL = 0.02
"""Loss of the main figure that is called small, in shares: 2 points."""


@dataclass(frozen=True)
class Tradeoff:
    """One way to make a model smaller, or the model itself, on the same test rows."""

    way: str
    """In words: "8 bits", "first 3 stages"."""
    bytes: float
    """Of the ONNX file."""
    ms: float
    """CPU time of one row on one thread, in onnxruntime."""
    score: Interval
    """The main figure."""
    lost: Interval
    """Of it, against the model itself, paired; below 0 where it is better."""
    same: float
    """Share of the test rows that get the same answer as the model gives."""

    @property
    def little(self) -> bool:
        """Whether it is known, with 95% confidence, to lose less than `SMALL`."""
        return self.lost.high < SMALL

    def record(self) -> dict[str, Any]:
        """As `metrics.json` has it."""
        return asdict(self)


def smallest(whole: Tradeoff, tried: Sequence[Tradeoff]) -> Tradeoff | None:
    """The one of fewest bytes, then of least time, among those that save something and lose little.

    None where no way does. The test rows chose it, so that its loss is a little kind to it: the
    more ways were tried, the more.
    """
    saves = [one for one in tried if one.bytes < whole.bytes or one.ms < whole.ms]
    little = [one for one in saves if one.little]
    return min(little, key=lambda one: (one.bytes, one.ms), default=None)
