"""The ways to solve the task that a run compares, on the same rows."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from headstart.stats import Interval


@dataclass(frozen=True)
class Cost:
    """What an arm took: seconds on the clock, seconds of all cores, and the most memory."""

    wall_s: float
    cpu_s: float
    peak_rss_mb: float

    def plus(self, other: "Cost") -> "Cost":
        """Both, one after the other."""
        wall, cpu = self.wall_s + other.wall_s, self.cpu_s + other.cpu_s
        return Cost(wall, cpu, max(self.peak_rss_mb, other.peak_rss_mb))

    def record(self) -> dict[str, float]:
        """As `metrics.json` has it, in thousandths of a second and tenths of a megabyte."""
        return {
            "wall_s": round(self.wall_s, 3),
            "cpu_s": round(self.cpu_s, 3),
            "peak_rss_mb": round(self.peak_rss_mb, 1),
        }


@dataclass(frozen=True, eq=False)
class Arm:
    """One way to solve the task, and what it makes of the test rows."""

    name: str
    """What the report calls it: "probe", "probe on random weights", "linear on raw pixels"."""
    strategy: str
    backbone: str
    """Empty where no network is used."""
    cut: int | None
    """How many stages were frozen; None where there are no stages."""
    transfer: bool
    """Whether weights learned on other data had a part in it."""
    answers: Float[np.ndarray, "n c"] = field(repr=False)
    """To the test rows, in their order: probabilities, or values."""
    selection_loss: float
    """Mean loss, as the task has it, by which arms are chosen, of rows that the arm was not fitted
    to: never of test rows. Out-of-fold over train and validation rows for linear heads, over
    validation rows for trained networks, whose epoch and rate were chosen by the same rows: that
    is kind to them, and is said where it decides. Infinite where no row is unseen."""
    merit: Interval
    """Mean over the test rows: accuracy, F1 or R², as the task has it."""
    cost: Cost
    note: str = ""
    """What a reader should know before comparing: a shorter budget, a missing search."""
    learned: int = 0
    """How many rows it learned from: what is trained leaves validation rows out."""
    contender: bool = True
    """Whether it was computed in full, so that it could be the rival."""

    def record(self, figure: str = "accuracy") -> Mapping[str, object]:
        """As `metrics.json` has it, with the merit by its name."""
        return {
            "name": self.name,
            "strategy": self.strategy,
            "backbone": self.backbone,
            "cut": self.cut,
            figure: self.merit.record(),
            "learned_from": self.learned,
            "unseen_loss": round(self.selection_loss, 6)
            if math.isfinite(self.selection_loss)
            else None,
            "cost": self.cost.record(),
            **({} if self.contender else {"in_part": self.note}),
        }
