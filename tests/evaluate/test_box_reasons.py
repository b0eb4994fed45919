"""Why boxes score nothing, in words."""

import numpy as np
import pytest

from headstart.data import Boxes, boxes_of
from headstart.evaluate.box_reasons import reasons_of
from headstart.task.box_matching import FoundBoxes

BOX = (0.2, 0.2, 0.6, 0.6)
NAMES = ("cat", "dog")
TRUE = [boxes_of([BOX, BOX], [0, 1])]


def told(*, label: int = 0, box: tuple[float, ...] = BOX, chance: float = 0.9) -> list[FoundBoxes]:
    return [FoundBoxes(np.array([box]), np.array([label]), np.array([chance]))]


def words(truths: list[Boxes], found: list[FoundBoxes]) -> str:
    return " ".join(reasons_of(truths, found, NAMES, 0.5))


def test_nothing_is_said_where_boxes_are_found() -> None:
    assert words(TRUE, told()) == ""


@pytest.mark.parametrize(("chance", "said"), [(0.49, True), (0.5, False)])
def test_no_box_above_the_threshold_is_told(chance: float, said: bool) -> None:
    assert ("above the threshold" in words(TRUE, told(chance=chance))) == said


def test_boxes_of_another_class_in_the_right_place_are_told() -> None:
    assert "another class" in words([boxes_of([BOX], [1])], told(label=0))


def test_boxes_elsewhere_are_told_with_the_best_overlap() -> None:
    assert "(0% at most)" in words(TRUE, told(box=(0.8, 0.8, 0.9, 0.9)))
    assert words(TRUE, told(box=(0.2, 0.2, 0.6, 0.41))) == ""
    assert "at most" in words(TRUE, told(box=(0.2, 0.2, 0.6, 0.39)))


def test_classes_without_test_boxes_are_named() -> None:
    assert words([boxes_of([BOX], [0])], told()) == (
        "dog has no box on a test picture, and no part in any mean."
    )
    assert "nothing to find" in words([boxes_of([], [])], told())


@pytest.mark.parametrize(("side", "said"), [(0.019, True), (0.021, False)])
def test_boxes_that_are_points_are_told(side: float, said: bool) -> None:
    truth = [boxes_of([(0.1, 0.1, 0.1 + side, 0.1 + side)] * 2, [0, 1])]
    assert ("read as pixels" in words(truth, told())) == said


def test_ignored_boxes_are_no_test_boxes() -> None:
    assert "nothing to find" in words([boxes_of([BOX], [0], [True])], told())
