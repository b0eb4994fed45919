"""Rows that come in groups, and how well a mean over them is known.

Rows of a group go right and wrong together, so what is known of a mean is known from the groups:
its variance is a jackknife over whole groups, and the quantile is Student's with as many degrees of
freedom as the number and the sizes of the groups support. Without groups every row is one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from jaxtyping import Float, Int
from scipy.special import stdtrit

Z = 1.959963984540054
"""The normal distribution's quantile for intervals of 95%."""
LEAST_DEGREES = 1.5
"""Degrees of freedom below which no lead is believed: three even groups have 2, two have 1, and so
has any number of groups of which one holds nearly all rows."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """Rows by group, and what a mean over them is known to.

    The variance is the jackknife over groups (`cv3` of MacKinnon, Nielsen and Webb 2023, "Cluster-
    robust inference"): with groups of uneven size it is biased upwards, never downwards. The
    degrees of freedom are Satterthwaite's where rows are independent, as Bell and McCaffrey (2002)
    have them; g - 1 for g even groups.
    """

    block: Int[np.ndarray, " n"]
    """Of each row the number of its group."""
    sizes: Int[np.ndarray, " g"]

    @cached_property
    def pull(self) -> Float[np.ndarray, " g"]:
        """How far the mean moves where a group is left out, per unit that the group is off."""
        found: np.ndarray = self.sizes / np.maximum(1, len(self.block) - self.sizes)
        return found

    @cached_property
    def freedom(self) -> float:
        """Degrees of freedom of `variance`; 0 with one group."""
        if len(self.sizes) < 2:
            return 0.0
        a = self.pull**2
        return float(self.pull.sum() ** 2 / (a.sum() - (a**2).sum() + a.sum() ** 2))

    def variance(self, values: Float[np.ndarray, " n"]) -> float:
        """Of the mean of `values`; infinite with one group, which says nothing of another."""
        g = len(self.sizes)
        if g < 2:
            return math.inf
        off = np.bincount(self.block, weights=values, minlength=g) / self.sizes - values.mean()
        return float((g - 1) / g * ((self.pull * off) ** 2).sum())

    def quantile(self, share: float = 0.975) -> float:
        """Student's."""
        return float(stdtrit(self.freedom, share)) if self.freedom else math.inf

    @property
    def stretch(self) -> float:
        """What Student's interval is wider by than one of resampled groups, where rows are
        independent.
        """  # noqa: D205 - one sentence
        w, g = self.sizes / len(self.block), len(self.sizes)
        resampled = float((w * (1 - w)).sum())
        return self.quantile() / Z * math.sqrt((g - 1) / g * float(self.pull.sum()) / resampled)

    @property
    def obstacle(self) -> str:
        """Why no lead is believed on rows of these groups, in a clause; empty where one can be."""
        g = len(self.sizes)
        if self.freedom >= LEAST_DEGREES:
            return ""
        if self.sizes.max() == 1:
            return f"there are {g} of them, and it takes at least three"
        if g < 2:
            return "all of them are of one group, and nothing says how another would differ"
        if g < 3:
            return "they are of two groups, and it takes at least three"
        most = self.sizes.max() / len(self.block)
        return f"one of their {g} groups holds {most:.0%} of them, and the others say too little"


def clusters(n: int, groups: Sequence[str] = ()) -> Clusters:
    """Of `n` rows, one group a row; without groups each row is its own."""
    return _clusters(n, tuple(groups))


@lru_cache(32)  # one verdict asks for the same ones many times
def _clusters(n: int, groups: tuple[str, ...]) -> Clusters:
    if not groups:
        return Clusters(np.arange(n), np.ones(n, dtype=int))
    names = np.asarray(groups, dtype=object).astype(str)
    _, block, sizes = np.unique(names, return_inverse=True, return_counts=True)
    return Clusters(block, sizes)
