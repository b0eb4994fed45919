"""From which probability on a box of each class counts, by rows that nothing was fitted to."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from headstart.task.box_answers import Matched

TRIED = np.linspace(0.05, 0.95, 37)
"""Thresholds that are tried."""
FEW = 10
"""True boxes of a class, below which it goes by the threshold of all classes."""


def thresholds_of(
    pictures: Sequence[Matched], classes: int, usual: float
) -> Float[np.ndarray, " c"]:
    """The threshold of each class that gives the best mean F1 of a picture.

    One for all classes first, then each class that has boxes enough, the others as they are. Where
    several are as good, the middle one; without pictures, the usual one.
    """
    if not pictures:
        return np.full(classes, usual)
    common = _best([_mean(pictures, np.full(classes, tried)) for tried in TRIED])
    chosen: Float[np.ndarray, " c"] = np.full(classes, common)
    often = np.bincount(
        np.concatenate([picture.there for picture in pictures]).astype(int), minlength=classes
    )
    for label in np.flatnonzero(often >= FEW) if classes > 1 else ():
        trials = []
        for tried in TRIED:
            changed = chosen.copy()
            changed[label] = tried
            trials.append(_mean(pictures, changed))
        if max(trials) > _mean(pictures, chosen):
            chosen[label] = _best(trials)
    return chosen


def _mean(pictures: Sequence[Matched], least: Float[np.ndarray, " c"]) -> float:
    return float(np.mean([picture.f1(least) for picture in pictures]))


def _best(merits: Sequence[float]) -> float:
    """The middle of those that are as good as the best."""
    good = np.flatnonzero(np.asarray(merits) >= max(merits) - 1e-9)
    return float(TRIED[good[len(good) // 2]])
