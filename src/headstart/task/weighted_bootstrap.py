"""Bootstrap intervals of figures that take weights: bias-corrected and accelerated, by group."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr, ndtri

from headstart.cluster_robust import clusters
from headstart.stats import Interval

DRAWS = 1000
Weights = Float[np.ndarray, "r n"]
Weighed = Callable[[Weights], Float[np.ndarray, " r"]]
"""A figure of all rows for each line of weights; NaN where it has no value."""


def drawn_weights(n: int, groups: Sequence[str] = (), draws: int = DRAWS, seed: int = 0) -> Weights:
    """How often each row comes up where whole groups are drawn again: the same for every arm."""
    found = clusters(n, groups)
    g = len(found.sizes)
    often = np.random.default_rng(seed).multinomial(g, np.full(g, 1 / g), size=draws)
    weights: Weights = often[:, found.block].astype(float)
    return weights


def left_out_weights(n: int, groups: Sequence[str] = ()) -> Weights:
    """One line a group, which is left out."""
    found = clusters(n, groups)
    weights: Weights = (found.block[None] != np.arange(len(found.sizes))[:, None]).astype(float)
    return weights


def bca(
    figure: Weighed,
    n: int,
    groups: Sequence[str] = (),
    *,
    draws: int = DRAWS,
    seed: int = 0,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Interval:
    """95% interval of a figure over drawn rows, or over whole groups of them.

    Efron (1987), "Better bootstrap confidence intervals", with the acceleration from a jackknife;
    as few groups vary too little when they are drawn again, the bounds are stretched as those of
    `stats.bootstrap`. With one group, or where no sample has a value, it is the bounds.
    """
    found = clusters(n, groups)
    value = float(figure(np.ones((1, n)))[0])
    drawn = figure(drawn_weights(n, groups, draws, seed))
    drawn = drawn[np.isfinite(drawn)]
    if found.freedom == 0 or not len(drawn) or not np.isfinite(value):
        return Interval(value, *bounds)
    low, high = np.quantile(drawn, _levels(value, drawn, figure(left_out_weights(n, groups))))
    low, high = (value + found.stretch * (bound - value) for bound in (low, high))
    return Interval(value, max(bounds[0], min(low, value)), min(bounds[1], max(high, value)))


def _levels(
    value: float, drawn: Float[np.ndarray, " r"], left_out: Float[np.ndarray, " g"]
) -> Float[np.ndarray, " 2"]:
    """The quantiles that stand for 2.5 and 97.5%."""
    below = (drawn < value).mean() + (drawn == value).mean() / 2
    bias = ndtri(np.clip(below, 1 / (2 * len(drawn)), 1 - 1 / (2 * len(drawn))))
    off = np.nanmean(left_out) - left_out[np.isfinite(left_out)]
    spread = (off**2).sum() ** 1.5
    speed = (off**3).sum() / (6 * spread) if spread > 0 else 0.0
    shift = bias + ndtri([0.025, 0.975])
    levels: Float[np.ndarray, " 2"] = ndtr(bias + shift / (1 - speed * shift))
    return levels
