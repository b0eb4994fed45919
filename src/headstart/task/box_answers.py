"""The layout of a detector's answer, and its matching with the true boxes of a picture.

An answer is its belief, then six numbers for each box (class, probability, left, top, right,
bottom), then -1. A box counts as said from a probability of 1/2 on. Boxes are shares of the side of
the square that a network sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from headstart.data import iou
from headstart.head import FOUND, padded

SAID = 0.5
"""The least probability of a box that counts."""
OVERLAP = 0.5
"""The least intersection over union of a found box and the true box that it matches."""


@dataclass(frozen=True, eq=False)
class Matched:
    """The boxes found on one picture, likeliest first, and which of them match a true box."""

    classes: Float[np.ndarray, " k"]
    chances: Float[np.ndarray, " k"]
    right: Bool[np.ndarray, " k"]
    there: Float[np.ndarray, " g"]
    """The classes of the true boxes."""

    def f1(self, least: Float[np.ndarray, " c"] | float = SAID) -> float:
        """F1 of the boxes from these probabilities on, by class or for all; 1 where there are none
        and none is said.
        """  # noqa: D205 - one sentence
        bound = least if isinstance(least, float) else least[self.classes.astype(int)]
        said = self.chances >= bound
        every = int(said.sum()) + len(self.there)
        return 2 * int((said & self.right).sum()) / every if every else 1.0


def boxes_in(answer: Float[np.ndarray, " m"]) -> Float[np.ndarray, "k 6"]:
    """Class, probability and box of every found box, likeliest first."""
    told: Float[np.ndarray, "k 6"] = answer[1:].reshape(-1, FOUND)
    return told[told[:, 0] >= 0]


def answer_of(found: Sequence[Float[Tensor, "_ 6"]]) -> Float[Tensor, "n m"]:
    """A row for each picture, -1 behind the shorter; probabilities are as people see them."""
    rows = [torch.cat([_belief(boxes)[None].to(boxes), boxes.flatten()]) for boxes in found]
    return padded(rows) if rows else torch.zeros(0, 1)


def _belief(boxes: Float[Tensor, "k 6"]) -> Tensor:
    """The confidence of the whole answer: the least certain of its decisions to report a box
    (probability above 1/2) or to leave one out.
    """  # noqa: D205 - one sentence
    if not len(boxes):
        return torch.ones(())
    return torch.maximum(boxes[:, 1], 1 - boxes[:, 1]).min()


def rescaled(found: Float[Tensor, "k 6"], thresholds: Float[Tensor, " c"]) -> Float[Tensor, "k 6"]:
    """With probabilities raised to the power that makes 1/2 of each class's threshold."""
    power = np.log(SAID) / thresholds.clamp(0.001, 0.999).log()
    told = found.clone()
    told[:, 1] = found[:, 1].clamp(1e-6, 1) ** power.to(found)[found[:, 0].long()]
    return told[told[:, 1].argsort(descending=True, stable=True)]


def matched(told: Float[np.ndarray, "k 6"], target: Float[np.ndarray, "m 5"]) -> Matched:
    """Each box that was found with the true one of its class that it overlaps most, likeliest
    first, each true one once. What lies in a box that is to be ignored counts neither way.
    """  # noqa: D205 - one sentence
    target = target[(target[:, 3:] > target[:, 1:3]).all(axis=1)]
    true, passed = target[target[:, 0] >= 0], target[target[:, 0] < 0]
    right, kept = np.zeros(len(told), bool), np.ones(len(told), bool)
    shared = iou(told[:, 2:], true[:, 1:])
    shared[told[:, :1] != true[None, :, 0]] = 0
    crowd = iou(told[:, 2:], passed[:, 1:], np.ones(len(passed), bool))
    taken = np.zeros(len(true), bool)
    for place in np.argsort(-told[:, 1], kind="stable"):
        free = np.where(taken, 0.0, shared[place])
        best = int(free.argmax()) if len(free) else -1
        if best >= 0 and free[best] >= OVERLAP:
            right[place] = taken[best] = True
        elif len(passed) and crowd[place].max() >= OVERLAP:
            kept[place] = False
    return Matched(told[kept, 0], told[kept, 1], right[kept], true[:, 0])
