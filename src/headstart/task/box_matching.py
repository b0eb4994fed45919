"""Boxes that were found held against those that are there, as COCO does it: once a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from headstart.data import Boxes, iou

OVERLAPS = np.linspace(0.5, 0.95, 10)
"""Intersections over union from which on a box is found."""
MOST_FOUND = 100
"""Boxes of a class on a picture that count."""
SIZES = {"all": (0.0, 1e10), "small": (0.0, 32.0**2), "medium": (32.0**2, 96.0**2),
         "large": (96.0**2, 1e10)}  # fmt: skip
"""Areas in square pixels, by COCO's words."""


@dataclass(frozen=True, eq=False)
class FoundBoxes:
    """What a detector says of one picture."""

    corners: Float[np.ndarray, "k 4"]
    labels: Int[np.ndarray, " k"]
    scores: Float[np.ndarray, " k"]


@dataclass(frozen=True, eq=False)
class Matches:
    """All boxes of one class on all pictures, the surest first."""

    picture: Int[np.ndarray, " d"]
    scores: Float[np.ndarray, " d"]
    rank: Int[np.ndarray, " d"]
    """Place among the boxes of this class on its picture, from 0."""
    right: Bool[np.ndarray, "t d"]
    """At each of `OVERLAPS`."""
    counted: Bool[np.ndarray, "t d"]
    """Whether it counts at all: not where it meets what is ignored, or is of another size."""
    there: Int[np.ndarray, " n"]
    """How many boxes each picture has."""


def matches_of(
    truths: Sequence[Boxes], found: Sequence[FoundBoxes], label: int, size: str = "all"
) -> Matches:
    """One class of boxes of one size, on all pictures."""
    low, high = SIZES[size]
    parts = [
        _on_picture(truth, told, label, low, high)
        for truth, told in zip(truths, found, strict=True)
    ]
    there = np.array([part[3] for part in parts], dtype=np.int64)
    counts = [len(part[0]) for part in parts]
    picture = np.repeat(np.arange(len(parts)), counts)
    rank = np.concatenate([np.arange(count) for count in counts]) if parts else picture
    scores = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0)
    none = [np.zeros((len(OVERLAPS), 0), bool)]
    right, counted = (np.concatenate([*none, *(part[i] for part in parts)], axis=1) for i in (1, 2))
    order = np.argsort(-scores, kind="mergesort")  # stable, as COCO's
    return Matches(
        picture[order], scores[order], rank[order], right[:, order], counted[:, order], there
    )


def _on_picture(
    truth: Boxes, told: FoundBoxes, label: int, low: float, high: float
) -> tuple[Float[np.ndarray, " k"], Bool[np.ndarray, "t k"], Bool[np.ndarray, "t k"], int]:
    """Scores, what is right, what counts, and how many boxes there are."""
    own = np.flatnonzero(told.labels == label)
    own = own[np.argsort(-told.scores[own], kind="mergesort")][:MOST_FOUND]
    corners = told.corners[own]
    true = truth.take(np.flatnonzero(truth.labels == label))
    passed = true.ignored | (true.areas < low) | (true.areas > high)
    order = np.argsort(passed, kind="mergesort")  # what counts comes first
    true, passed = true.take(order), passed[order]
    shared = iou(corners, true.corners, true.ignored)
    place = met(shared, passed, true.ignored)
    areas = (corners[:, 2:] - corners[:, :2]).prod(axis=1)
    other = (areas < low) | (areas > high)
    none = np.append(passed, True)  # in the place of -1
    right = (place >= 0) & ~none[place]
    left_out = np.where(place >= 0, none[place], other[None])
    return told.scores[own], right, ~left_out, int((~passed).sum())


def met(
    shared: Float[np.ndarray, "k g"], passed: Bool[np.ndarray, " g"], crowd: Bool[np.ndarray, " g"]
) -> Int[np.ndarray, "t k"]:
    """At each overlap the true box that each found one (the surest first) meets; -1 for none.

    A true box is met once, a crowd often. Of several the one with the largest overlap; what is
    ignored only where nothing else is met.
    """
    k, g = shared.shape
    place = np.full((len(OVERLAPS), k), -1, dtype=np.int64)
    if not g or not k:
        return place
    taken = np.zeros((len(OVERLAPS), g), bool)
    least = np.minimum(OVERLAPS, 1 - 1e-10)[:, None]
    lines = np.arange(len(OVERLAPS))
    for i in np.flatnonzero(shared.max(axis=1) >= OVERLAPS[0]):
        free = (shared[i][None] >= least) & (~taken | crowd[None])  # (t, g)
        overlap = np.where(free, shared[i][None] + ~passed[None] * 2.0, -1.0)
        best = g - 1 - overlap[:, ::-1].argmax(axis=1)  # of equals the last, as COCO's
        hit = overlap[lines, best] >= 0
        place[hit, i] = best[hit]
        taken[lines[hit], best[hit]] = True
    return place
