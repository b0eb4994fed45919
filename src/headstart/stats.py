"""Figures with 95% intervals.

Rows that come in groups (patients, speakers) say less than as many independent rows; `effective`
gives how many independent ones they are worth (Kish's design effect), and every interval takes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

_Z = 1.959963984540054
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


def share(right: Bool[np.ndarray, " n"], groups: Sequence[str] = ()) -> Interval:
    """The share of true entries, with Wilson's score interval (Wilson 1927).

    >>> found = share(np.array([True] * 8 + [False] * 2))
    >>> print(f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})")
    0.800 (0.490 to 0.943)
    """
    p = float(right.mean())
    n = effective(right.astype(float), groups)
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return Interval(p, max(0.0, float(middle - half)), min(1.0, float(middle + half)))


def paired_difference(
    first: Bool[np.ndarray, " n"], second: Bool[np.ndarray, " n"], groups: Sequence[str] = ()
) -> Interval:
    """Share of `first` less share of `second` on the same rows.

    Bonett and Price (2012), "Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data": one imaginary row is added to each discordant cell.
    The value is the plain difference; the interval is centered on the adjusted one.
    """
    change = first.astype(float) - second.astype(float)
    n = effective(change, groups)
    gained = (float((change > 0).mean()) * n + 1) / (n + 2)
    lost = (float((change < 0).mean()) * n + 1) / (n + 2)
    half = _Z * np.sqrt((gained + lost - (gained - lost) ** 2) / (n + 2))
    middle = gained - lost
    low, high = max(-1.0, float(middle - half)), min(1.0, float(middle + half))
    return Interval(float(change.mean()), low, high)


def mean_of(values: Float[np.ndarray, " n"], groups: Sequence[str] = ()) -> Interval:
    """The mean with its normal interval, on as many rows as the groups are worth."""
    n, mean = effective(values, groups), float(values.mean())
    half = _Z * float(values.std(ddof=1)) / np.sqrt(max(n, 1.0)) if len(values) > 1 else np.inf
    return Interval(mean, mean - float(half), mean + float(half))


def level(merit: Merit, groups: Sequence[str] = ()) -> Interval:
    """The mean merit: a share where each row is right or not, else a mean of at most 1."""
    if merit.dtype == bool:
        return share(merit, groups)
    found = mean_of(merit, groups)
    return replace(found, high=min(1.0, found.high))


def lead(one: Merit, other: Merit, groups: Sequence[str] = ()) -> Interval:
    """Mean merit of `one` less that of `other` on the same rows."""
    if one.dtype == bool and other.dtype == bool:
        return paired_difference(one, other, groups)
    return mean_of(one.astype(float) - other.astype(float), groups)


def bootstrap(
    figure: Callable[[np.ndarray], float],
    n: int,
    groups: Sequence[str] = (),
    *,
    draws: int = 1000,
    seed: int = 0,
) -> Interval:
    """Percentile interval of `figure(rows)` over resampled rows, or over whole groups of them."""
    rng = np.random.default_rng(seed)
    blocks = _blocks(groups, n)
    figures = [
        figure(np.concatenate([blocks[i] for i in rng.integers(len(blocks), size=len(blocks))]))
        for _ in range(draws)
    ]
    value = figure(np.arange(n))
    low, high = np.nanquantile(figures, [0.025, 0.975])
    return Interval(float(value), float(low), float(high))


def effective(values: Float[np.ndarray, " n"], groups: Sequence[str] = ()) -> float:
    """How many independent rows these are worth: n over the design effect, never more than n.

    The design effect is the cluster-robust variance of the mean over the plain one (Kish 1965).
    Where all values are equal it is unknown, and each group counts once.
    """
    n = len(values)
    rest = values - values.mean()
    plain = float(rest @ rest)
    if not groups:
        return float(n)
    blocks = _blocks(groups, n)
    if plain == 0:
        return float(len(blocks))  # nothing varies, so nothing says that a group is worth more
    clustered = sum(float(rest[block].sum()) ** 2 for block in blocks)
    clustered *= len(blocks) / max(1, len(blocks) - 1)
    return n / max(1.0, clustered / plain)


def _blocks(groups: Sequence[str], n: int) -> list[np.ndarray]:
    if not groups:
        return list(np.arange(n)[:, None])
    _, block = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    return [np.flatnonzero(block == b) for b in range(int(block.max()) + 1)]
