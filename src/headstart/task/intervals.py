"""Figures that are no plain means, with their intervals."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int

from headstart.stats import Interval, bootstrap

BINS = 15
"""Equal steps of confidence, as in Guo et al. 2017."""


def resampled(
    figure: Callable[[np.ndarray], float],
    n: int,
    groups: Sequence[str],
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Interval:
    """`bootstrap`, widened to hold the figure itself: resampling can be biased on few rows.

    Losses have no upper bound; theirs is that of the worst row, so that a figure stays finite.
    """
    drawn = bootstrap(figure, n, groups, bounds=bounds)
    return replace(drawn, low=min(drawn.low, drawn.value), high=max(drawn.high, drawn.value))


def mirrored(right: Interval) -> Interval:
    """The share that is wrong, where `right` is the share that is right."""
    return Interval(1 - right.value, 1 - right.high, 1 - right.low)


def macro_f1(there: Bool[np.ndarray, "n c"], said: Bool[np.ndarray, "n c"]) -> float:
    """The mean F1 of classes that some row has; not a number where none has any."""
    counts = there.sum(axis=0)
    known = counts > 0
    if not known.any():
        return float("nan")
    f1 = 2 * (there & said).sum(axis=0) / np.maximum(counts + said.sum(axis=0), 1)
    return float(f1[known].mean())


def micro_f1(counts: Int[np.ndarray, "n 3"]) -> float:
    """F1 of all rows together, from hits, claims and truths of each."""
    hits, said, there = counts.sum(axis=0).tolist()
    return float(2 * hits / max(1, said + there))


def correlation(there: Bool[np.ndarray, "n c"], said: Bool[np.ndarray, "n c"]) -> float:
    """Matthews' correlation of classes and answers, for any number of classes (Gorodkin 2004).

    0 where all rows are of one class, or all answers are: they say nothing of each other then.
    """
    n, right = float(len(there)), float((there & said).sum())
    of, called = there.sum(axis=0).astype(float), said.sum(axis=0).astype(float)
    spread = (n * n - of @ of) * (n * n - called @ called)
    return float((right * n - of @ called) / np.sqrt(spread)) if spread > 0 else 0.0


def gaps(confidence: Float[np.ndarray, " n"], right: Bool[np.ndarray, " n"]) -> np.ndarray:
    """Confidence less rightness of each row, its sign turned so that every bin's sum is >= 0."""
    found = confidence.astype(float) - right
    which = bin_of(confidence)
    sums = np.bincount(which, weights=found, minlength=BINS)
    turned: np.ndarray = found * np.where(sums < 0, -1.0, 1.0)[which]
    return turned


def bin_of(confidence: Float[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """The bin of each confidence."""
    which: np.ndarray = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return which


def nats(given: np.ndarray, kind: np.dtype) -> np.ndarray:
    """Negative log-probabilities, at most that of the smallest step from 1 in this precision."""
    losses: np.ndarray = -np.log(np.maximum(given, np.finfo(kind).eps).astype(float))
    return losses
