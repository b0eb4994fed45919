"""Boxes of an answer in a picture's own pixels."""

import numpy as np
import pytest

from headstart.data import InMemory
from headstart.modality import Image, Text
from headstart.task import Detection, FoundBox, boxes_told, placed

WIDE = InMemory("wide", np.zeros((50, 100, 3), np.uint8))
FRAMED = Image(64, crop_pct=1.0, crop_mode="border")


def test_boxes_go_back_from_the_square_into_the_picture() -> None:
    answer = np.array([0.9, 1, 0.9, 0.25, 0.5, 0.75, 0.75, -1, -1, -1, -1, -1, -1])
    assert placed(answer, FRAMED, WIDE).tolist() == [[1, 0.9, 25, 25, 75, 50]]


def test_boxes_end_where_the_picture_does() -> None:
    answer = np.array([0.9, 0, 0.9, -0.5, 0.0, 2.0, 1.0])
    assert placed(answer, FRAMED, WIDE)[0, 2:].tolist() == [0, 0, 100, 50]


def test_boxes_beside_the_picture_are_left_out() -> None:
    border, inside = (0, 0.9, 0.2, 0.0, 0.8, 0.25), (0, 0.9, 0.2, 0.0, 0.8, 0.26)
    assert placed(np.array([0.9, *border]), FRAMED, WIDE).shape == (0, 6)
    assert placed(np.array([0.9, *inside]), FRAMED, WIDE).shape == (1, 6)


@pytest.mark.parametrize(("chance", "said"), [(0.49, 0), (0.5, 1)])
def test_half_and_more_is_said(chance: float, said: int) -> None:
    found = boxes_told(np.array([[1.0, chance, 1, 2, 3, 4]]), Detection(("cat", "dog")))
    assert found == (FoundBox("dog", chance, (1.0, 2.0, 3.0, 4.0)),)[:said]


def test_only_pictures_have_places() -> None:
    with pytest.raises(TypeError, match="pictures"):
        placed(np.array([1.0]), Text.__new__(Text), WIDE)
