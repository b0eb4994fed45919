"""The figures of boxes that `metrics.json` has, by COCO's rules, each with its 95% interval."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from headstart.data import Boxes
from headstart.stats import Interval
from headstart.task.box_matching import SIZES, FoundBoxes
from headstart.task.box_precision import Precision, Weights
from headstart.task.figures import Figure
from headstart.task.weighted_bootstrap import bca

TITLES: Mapping[str, Figure] = {
    "map": Figure("Mean average precision"),
    "ap50": Figure("Average precision at half the area"),
    "ap75": Figure("Average precision at three quarters of the area"),
    "ar": Figure("Average recall"),
    "map_small": Figure("Mean average precision of boxes under 32² pixels"),
    "map_medium": Figure("Mean average precision of boxes from 32² to 96² pixels"),
    "map_large": Figure("Mean average precision of boxes over 96² pixels"),
}
_HALF, _THREE_QUARTERS = slice(0, 1), slice(5, 6)
"""Places of .50 and .75 in `box_matching.OVERLAPS`."""


def box_figures(
    truths: Sequence[Boxes],
    found: Sequence[FoundBoxes],
    classes: int,
    groups: Sequence[str],
    side_px: int = 0,
) -> dict[str, Interval]:
    """Precision over ten overlaps, at .50 and at .75, and recall; by size where boxes of it exist.

    `side_px` is the side of the square that boxes are shares of: sizes go by the pixels that a
    network sees; 0 where that is not known. Where nothing is there to be found, all are 0.
    """
    if side_px:
        truths = [Boxes(t.corners * side_px, t.labels, t.ignored) for t in truths]
        found = [FoundBoxes(f.corners * side_px, f.labels, f.scores) for f in found]
    seen, n = Precision(truths, found, classes), len(truths)
    told = {
        "map": bca(lambda w: _precision(seen, w), n, groups),
        "ap50": bca(lambda w: _precision(seen, w, _HALF), n, groups),
        "ap75": bca(lambda w: _precision(seen, w, _THREE_QUARTERS), n, groups),
        "ar": bca(lambda w: _mean(seen.recall(w)), n, groups),
    }
    areas = np.concatenate([np.zeros(0), *(t.areas[~t.ignored] for t in truths)])
    for size, (low, high) in SIZES.items():
        if side_px and size != "all" and ((areas >= low) & (areas <= high)).any():
            told[f"map_{size}"] = bca(
                lambda w, size=size: _precision(seen, w, size=size),  # type: ignore[misc]
                n,
                groups,
            )
    return {name: _known(interval) for name, interval in told.items()}


def _precision(
    seen: Precision, weights: Weights, overlaps: slice = slice(None), size: str = "all"
) -> Float[np.ndarray, " r"]:
    each = seen.average_precision(weights, size)[overlaps]  # (overlaps, classes, r)
    return _mean(each.reshape(-1, each.shape[-1]))


def _mean(each: Float[np.ndarray, "c r"]) -> Float[np.ndarray, " r"]:
    """Over what has a value; NaN where nothing has one."""
    there = ~np.isnan(each)
    count = there.sum(axis=0)
    total = np.where(there, each, 0.0).sum(axis=0)
    mean: Float[np.ndarray, " r"] = np.full(len(total), np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def _known(interval: Interval) -> Interval:
    return interval if np.isfinite(interval.value) else Interval(0.0, 0.0, 1.0)
