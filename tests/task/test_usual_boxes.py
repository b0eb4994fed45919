"""The boxes that pictures have most often."""

import math

import numpy as np
import pytest

from headstart.task.usual_boxes import MOST_BOXES, usual_boxes

BOX, FAR = (0.2, 0.2, 0.6, 0.6), (0.7, 0.7, 0.9, 0.9)
NONE = (math.nan,) * 5


def test_the_most_frequent_place_comes_first_with_its_rate() -> None:
    near = (0.21, 0.2, 0.6, 0.6)
    targets = np.array([[(0, *BOX), NONE], [(0, *near), NONE], [(0, *FAR), NONE], [NONE, NONE]])
    found = usual_boxes(targets, 1)
    assert found[:, 1] == pytest.approx([0.5, 0.25])
    assert found[1, 2:] == pytest.approx(FAR)


def test_classes_are_told_apart() -> None:
    found = usual_boxes(np.array([[(0, *BOX), (1, *BOX)], [(1, *BOX), NONE]]), 2)
    assert found[:, :2].tolist() == [[1, 1.0], [0, 0.5]]


def test_without_boxes_there_are_none() -> None:
    assert usual_boxes(np.full((3, 2, 5), math.nan), 2).shape == (0, 6)


def test_there_are_no_more_than_the_most() -> None:
    places = [(0, x / 20, x / 20, (x + 1) / 20, (x + 1) / 20) for x in range(20)]
    assert len(usual_boxes(np.array([places]), 1)) == MOST_BOXES
