"""Boxes that are there already."""

import numpy as np
from jaxtyping import Bool, Float, Int

from headstart.data.boxes import Boxes

DOUBLE_IOU = 0.95
_SLACK_PX = 1e-6
"""What the difference of two corners may be off by as numbers are rounded."""


def doubles(boxes: Boxes, of: Int[np.ndarray, " n"] | None = None) -> Bool[np.ndarray, " n"]:
    """Which boxes lie where an earlier one of their class does; `of` tells pictures apart.

    By their left edges, each is held against those that begin so little farther right that the
    two can share enough.
    """
    again: np.ndarray = np.zeros(len(boxes), bool)
    pictures = np.zeros(len(boxes), np.int64) if of is None else of
    told = np.column_stack([pictures, boxes.labels, boxes.ignored, boxes.corners])
    order = np.lexsort(told.T[::-1])
    order = order[boxes.areas[order] > 0]
    kinds, corners, areas = told[order, :3], boxes.corners[order], boxes.areas[order]
    group = np.cumsum([0, *(kinds[1:] != kinds[:-1]).any(axis=1)])[: len(order)]
    reach = (1 - DOUBLE_IOU) / DOUBLE_IOU * (corners[:, 2:] - corners[:, :2]) + _SLACK_PX
    left, step = np.arange(len(order) - 1), 1
    while len(left):
        right = left + step
        aside, below = np.abs(corners[right, :2] - corners[left, :2]).T
        on = (group[right] == group[left]) & (aside <= reach[left, 0])
        later = np.maximum(order[left], order[right])
        asked = np.flatnonzero(on & (below <= reach[left, 1]) & ~again[later])
        one, other = left[asked], right[asked]
        again[later[asked][_paired_iou(corners, areas, one, other) > DOUBLE_IOU]] = True
        left, step = left[on], step + 1
        left = left[left + step < len(order)]
    return again


def _paired_iou(
    corners: Float[np.ndarray, "n 4"],
    areas: Float[np.ndarray, " n"],
    one: Int[np.ndarray, " k"],
    other: Int[np.ndarray, " k"],
) -> Float[np.ndarray, " k"]:
    low = np.maximum(corners[one, :2], corners[other, :2])
    high = np.minimum(corners[one, 2:], corners[other, 2:])
    shared = np.maximum(0.0, high - low).prod(axis=1)
    found: np.ndarray = shared / (areas[one] + areas[other] - shared)
    return found
