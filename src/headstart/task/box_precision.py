"""Average precision and recall of boxes for any weights of the pictures, from one matching."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from headstart.data import Boxes
from headstart.task.box_matching import OVERLAPS, FoundBoxes, Matches, matches_of

RECALLS = np.linspace(0.0, 1.0, 101)
Weights = Float[np.ndarray, "r n"]
"""How often each picture comes up in each of r samples."""


@dataclass(frozen=True, eq=False)
class Precision:
    """Figures of one set of pictures; `weights` of ones are the figures themselves.

    Equal to COCO's (`faster_coco_eval`, `pycocotools`) to 1e-9.
    """

    truths: Sequence[Boxes]
    found: Sequence[FoundBoxes]
    classes: int

    def average_precision(self, weights: Weights, size: str = "all") -> Float[np.ndarray, "t c r"]:
        """At each of `OVERLAPS`, by class and sample; NaN for a class that no picture has."""
        return np.stack([_precision(m, weights) for m in self._matches[size]], axis=1)

    def recall(
        self, weights: Weights, most: int = 100, size: str = "all"
    ) -> Float[np.ndarray, "c r"]:
        """Mean over `OVERLAPS` of what is met by the `most` surest boxes of a picture."""
        return np.stack([_recall(m, weights, most) for m in self._matches[size]])

    @cached_property
    def _matches(self) -> "_BySize":
        return _BySize(self)

    def curve(self, label: int, overlap: int = 0) -> tuple[Float[np.ndarray, " p"], ...]:
        """Recall, precision and score at each box that is right, the surest first."""
        m = self._matches["all"][label]
        hit = m.right[overlap] & m.counted[overlap]
        right = np.cumsum(hit)[hit]
        every = np.cumsum(m.counted[overlap])[hit]
        return right / max(1, m.there.sum()), right / np.maximum(1, every), m.scores[hit]


class _BySize(dict[str, tuple[Matches, ...]]):
    """Matches of each class by size, made when they are asked for."""

    def __init__(self, owner: Precision) -> None:
        super().__init__()
        self._owner = owner

    def __missing__(self, size: str) -> tuple[Matches, ...]:
        o = self._owner
        self[size] = tuple(matches_of(o.truths, o.found, c, size) for c in range(o.classes))
        return self[size]


def ones(n: int) -> Weights:
    """Every picture once."""
    return np.ones((1, n))


def _precision(m: Matches, weights: Weights) -> Float[np.ndarray, "t r"]:
    """Interpolated at 101 recalls (Everingham 2010; COCO).

    Precision rises only at boxes that are right, so only these are looked at. How many boxes come
    before each is a product of the weights with counts by picture.
    """
    there = weights @ m.there.astype(float)  # (r,)
    found = np.zeros((len(OVERLAPS), len(weights)))
    for line in range(len(OVERLAPS)):
        at = np.flatnonzero(m.right[line] & m.counted[line])
        if len(at):
            found[line] = _line(m, weights, there, line, at)
    return np.where(there[None] > 0, found, np.nan)


def _line(
    m: Matches,
    weights: Weights,
    there: Float[np.ndarray, " r"],
    line: int,
    at: Int[np.ndarray, " p"],
) -> Float[np.ndarray, " r"]:
    before = np.searchsorted(at, np.arange(len(m.picture)))  # the first right box at or behind each
    counted = m.counted[line] & (before < len(at))
    counts = np.zeros((weights.shape[1], len(at)))
    np.add.at(counts, (m.picture[counted], before[counted]), 1.0)
    every = weights @ counts.cumsum(axis=1)  # (r, p)
    right = weights[:, m.picture[at]].cumsum(axis=1)
    share = np.divide(right, every, out=np.zeros_like(right), where=every > 0)
    best = np.maximum.accumulate(share[:, ::-1], axis=1)[:, ::-1]
    recall = right / np.maximum(there, 1e-12)[:, None]
    reached = np.searchsorted(RECALLS, recall, side="right")  # recalls up to each right box
    steps = np.diff(reached, axis=1, prepend=0)
    found: np.ndarray = (best * steps).sum(axis=1) / len(RECALLS)
    return found


def _recall(m: Matches, weights: Weights, most: int) -> Float[np.ndarray, " r"]:
    there = weights @ m.there.astype(float)
    hits = m.right & m.counted & (m.rank < most)[None]  # (t, d)
    by_picture = np.zeros((weights.shape[1],))
    np.add.at(by_picture, m.picture, hits.mean(axis=0))
    mean: np.ndarray = np.full(len(there), np.nan)
    np.divide(weights @ by_picture, there, out=mean, where=there > 0)
    return mean
