"""Thresholds of classes."""

import numpy as np
import pytest

from headstart.task.box_answers import Matched
from headstart.task.box_thresholds import FEW, thresholds_of


def _picture(label: int, right: float, wrong: float) -> Matched:
    """One true box, met at one probability, and a false alarm at another."""
    found = sorted([(right, True), (wrong, False)], reverse=True)
    classes = np.full(2, float(label))
    chances, hits = np.array([c for c, _ in found]), np.array([hit for _, hit in found])
    return Matched(classes, chances, hits, classes[:1])


def test_the_threshold_lies_between_false_alarms_and_true_boxes() -> None:
    (least,) = thresholds_of([_picture(0, 0.4, 0.2)] * 12, 1, 0.3)
    assert 0.2 < least < 0.4


def test_each_class_has_its_own() -> None:
    pictures = [_picture(0, 0.9, 0.6), _picture(1, 0.4, 0.2)] * FEW
    first, second = thresholds_of(pictures, 2, 0.3)
    assert 0.6 < first < 0.9
    assert 0.2 < second < 0.4


@pytest.mark.parametrize(("boxes", "own"), [(FEW - 1, False), (FEW, True)])
def test_a_class_of_few_boxes_goes_by_all(boxes: int, own: bool) -> None:
    pictures = [_picture(0, 0.9, 0.6)] * 40 + [_picture(1, 0.4, 0.2)] * boxes
    first, second = thresholds_of(pictures, 2, 0.3)
    assert (first != second) == own


def test_without_pictures_it_is_the_usual_one() -> None:
    assert thresholds_of([], 2, 0.3).tolist() == [0.3, 0.3]
