"""Figures with 95% intervals, of rows that may come in groups (patients, speakers).

Rows of a group go right and wrong together, so what is known of a mean is known from the groups
(`cluster_robust`). docs/decisions/0024 says what else was tried, docs/gallery/intervals.md what
each costs.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import ndtri, stdtrit

from headstart.cluster_robust import Clusters, Z, clusters

_LEAD = 0.98
"""Quantile of both bounds of a lead: 96%, because the promise of 5% is kept where answers are not
normal and in every 2,000 draws, not in the mean."""
Merit = Bool[np.ndarray, " n"] | Float[np.ndarray, " n"]
"""How good each row's answer is: right or not, or a number whose mean is told."""


@dataclass(frozen=True)
class Interval:
    """A figure and the bounds that hold it in 95 of 100 repetitions."""

    value: float
    low: float
    high: float

    def record(self) -> dict[str, float]:
        """As `metrics.json` has it."""
        return asdict(self)


def obstacle(n: int, groups: Sequence[str] = ()) -> str:
    """Why no lead is believed on `n` rows of these groups, in a clause; empty where one can be.

    Depends on the sizes of the groups alone, so it can be told before anything is trained.
    """
    return clusters(n, groups).obstacle


def share(right: Bool[np.ndarray, " n"], groups: Sequence[str] = ()) -> Interval:
    """The share of true entries, with Wilson's score interval (Wilson 1927).

    With groups it is Wilson's on as many rows as they are worth, at Student's quantile.

    >>> found = share(np.array([True] * 8 + [False] * 2))
    >>> print(f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})")
    0.800 (0.490 to 0.943)
    """
    p, n = float(right.mean()), effective(right.astype(float), groups)
    c = clusters(len(right), groups).quantile() if len(groups) else Z
    if not math.isfinite(c):
        return Interval(p, 0.0, 1.0)
    middle = (p + c**2 / (2 * n)) / (1 + c**2 / n)
    half = c / (1 + c**2 / n) * np.sqrt(p * (1 - p) / n + c**2 / (4 * n**2))
    return Interval(p, max(0.0, float(middle - half)), min(1.0, float(middle + half)))


def mean_of(values: Float[np.ndarray, " n"], groups: Sequence[str] = ()) -> Interval:
    """The mean with Student's interval: the wider of that over rows and that over groups.

    Of one row, or one group, the widest that shares allow, or that the values themselves reach.
    """
    return _mean(values, clusters(len(values), groups), 0.975)


def _mean(values: Float[np.ndarray, " n"], found: Clusters, quantile: float) -> Interval:
    mean = float(values.mean())
    if found.freedom == 0:
        return Interval(mean, min(0.0, float(values.min())), max(1.0, float(values.max())))
    rows = clusters(len(values))
    half = max(each.quantile(quantile) * math.sqrt(each.variance(values)) for each in (rows, found))
    return Interval(mean, mean - half, mean + half)


def level(merit: Merit, groups: Sequence[str] = ()) -> Interval:
    """The mean merit: a share where each row is right or not, else a mean of at most 1.

    Numbers that are all 0 or 1 are a share, too: their spread may be 0, and proves nothing.
    """
    if np.isin(merit, (0, 1)).all():
        return share(merit.astype(bool), groups)
    found = mean_of(merit, groups)
    return Interval(found.value, found.low, min(1.0, found.high))


def lead(one: Merit, other: Merit, groups: Sequence[str] = ()) -> Interval:
    """Mean merit of `one` less that of `other` on the same rows.

    Arms that are equally good get an interval without 0 in at most 5 of 100 draws of groups, where
    their differences are not strongly skewed: that is measured in docs/gallery/intervals.md. With
    few rows or groups and rare large differences it is more (differences drawn from an exponential
    law: 11 of 100 at 5 rows, 6 at 20). Where groups are too few or too uneven for any of that
    (`obstacle`), the interval is the widest: -1 to 1, or as far as any row's difference goes. Where
    no row differs, numbers have the interval of rows that are right or not: a spread of 0 says
    nothing of the rows that were not drawn.
    """
    change = one.astype(float) - other.astype(float)
    mean = float(change.mean())
    found = clusters(len(change), groups)
    if found.obstacle:
        widest = max(1.0, float(np.abs(change).max()))
        return Interval(mean, -widest, widest)
    if not change.any():
        one = other = np.zeros(len(change), bool)
    if one.dtype != bool or other.dtype != bool:
        return _mean(change, found, _LEAD)
    rows = paired_difference(one, other, groups, quantile=_LEAD)
    if not len(groups):
        return rows
    by_group = _mean(change, found, _LEAD)
    low, high = min(rows.low, by_group.low), max(rows.high, by_group.high)
    return Interval(mean, max(-1.0, low), min(1.0, high))


def paired_difference(
    first: Bool[np.ndarray, " n"],
    second: Bool[np.ndarray, " n"],
    groups: Sequence[str] = (),
    *,
    quantile: float = 0.975,
) -> Interval:
    """Share of `first` less share of `second` on the same rows, as if these were independent.

    Bonett and Price (2012), "Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data": one imaginary row is added to each discordant cell.
    The value is the plain difference; the interval is centered on the adjusted one. Where all rows
    differ alike, nothing says that a group is worth more than one row, and each counts once.
    """
    change = first.astype(float) - second.astype(float)
    alike = len(groups) and np.ptp(change) == 0
    n = len(clusters(len(change), groups).sizes) if alike else len(change)
    gained = (float((change > 0).mean()) * n + 1) / (n + 2)
    lost = (float((change < 0).mean()) * n + 1) / (n + 2)
    half = float(ndtri(quantile)) * np.sqrt((gained + lost - (gained - lost) ** 2) / (n + 2))
    middle = gained - lost
    low, high = max(-1.0, float(middle - half)), min(1.0, float(middle + half))
    return Interval(float(change.mean()), low, high)


def standard_error(values: Float[np.ndarray, " n"], groups: Sequence[str] = ()) -> float:
    """Of the mean: the larger of that over rows and over groups; infinite with one of either."""
    n = len(values)
    return math.sqrt(max(clusters(n).variance(values), clusters(n, groups).variance(values)))


def widened(
    interval: Interval, by: float, least: float = -math.inf, most: float = math.inf
) -> Interval:
    """The interval stretched about its own middle, within bounds between which the figure lies."""
    middle, half = (interval.low + interval.high) / 2, by * (interval.high - interval.low) / 2
    low, high = max(least, middle - half), min(most, middle + half)
    return Interval(interval.value, min(low, interval.low), max(high, interval.high))


def lead_of_folds(
    one: Merit, other: Merit, groups: Sequence[str], folds: Sequence[int], by: float
) -> Interval:
    """`lead` of arms that were fitted again for each fold; `folds` says where each row was tested.

    Stretched by `by`, since their training sets overlap. Where merits are numbers and rows come in
    groups, training on other groups moves arms more than that: then at least as wide as the
    interval of Nadeau and Bengio (2003), over the folds' means with 1 / (k - 1) for the overlap.
    """
    found = widened(lead(one, other, groups), by)
    grouped = len(groups) > 0 and 2 * len(set(groups)) <= len(one)
    if not grouped or one.dtype.kind == "b" or len(set(folds)) < 2:
        return found
    change, place = one.astype(float) - other.astype(float), np.asarray(folds)
    means = np.array([change[place == fold].mean() for fold in sorted(set(folds))])
    k = len(means)
    half = float(stdtrit(k - 1, 0.975) * np.sqrt((1 / k + 1 / (k - 1)) * means.var(ddof=1)))
    return Interval(
        found.value, min(found.low, found.value - half), max(found.high, found.value + half)
    )


def bootstrap(
    figure: Callable[[np.ndarray], float],
    n: int,
    groups: Sequence[str] = (),
    *,
    draws: int = 1000,
    seed: int = 0,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Interval:
    """Percentile interval of `figure(rows)` over resampled rows, or over whole groups of them.

    Resampling few groups varies too little, and its percentiles are those of a normal law: the
    distance from the figure to each bound is stretched to Student's quantile (Hesterberg 2015,
    "What teachers should know about the bootstrap") and to the variance over groups, and cut at
    `bounds`, between which the figure lies. With one group the interval is the bounds.
    """
    found = clusters(n, groups)
    value, least, most = float(figure(np.arange(n))), *bounds
    if found.freedom == 0:
        return Interval(value, min(value, least), max(value, most))
    rng, g = np.random.default_rng(seed), len(found.sizes)
    order = np.argsort(found.block, kind="stable")
    blocks = np.split(order, np.cumsum(found.sizes)[:-1]) if g < n else []

    def drawn() -> np.ndarray:
        which = rng.integers(g, size=g)
        return np.concatenate([blocks[i] for i in which]) if blocks else order[which]

    figures = [figure(drawn()) for _ in range(draws)]
    low, high = (float(bound) for bound in np.nanquantile(figures, [0.025, 0.975]))
    by = found.stretch
    low, high = (value + by * (bound - value) for bound in (low, high))
    return Interval(value, max(low, least), min(high, most))


def effective(values: Float[np.ndarray, " n"], groups: Sequence[str] = ()) -> float:
    """How many independent rows these are worth: n over the design effect, never more than n.

    The design effect is the variance of the mean over groups over that over rows (Kish 1965).
    Where all values are equal it is unknown, and each group counts once; so does a lone group.
    """
    n = len(values)
    if not len(groups):
        return float(n)
    found, plain = clusters(n, groups), clusters(n).variance(values)
    if plain == 0 or found.freedom == 0:
        return float(len(found.sizes))  # nothing varies, so nothing says that a group is worth more
    return n / max(1.0, found.variance(values) / plain)
