"""Figures of boxes as `metrics.json` has them."""

import math

import numpy as np
import pytest

from headstart.data import Boxes, boxes_of
from headstart.task.box_figures import TITLES, box_figures
from headstart.task.box_matching import OVERLAPS, FoundBoxes

SIDE = 320


def square(side_px: float) -> Boxes:
    return boxes_of([(0, 0, side_px / SIDE, side_px / SIDE)], [0])


def said(boxes: Boxes, wider: float = 1.0) -> FoundBoxes:
    return FoundBoxes(boxes.corners * [1, 1, wider, 1], boxes.labels, np.ones(len(boxes)))


def test_three_quarters_is_where_a_box_of_that_overlap_counts() -> None:
    truth = [square(100)] * 3
    assert OVERLAPS[5] == pytest.approx(0.75)
    for wider, at_75 in ((1 / 0.76, 1.0), (1 / 0.74, 0.0)):
        found = box_figures(truth, [said(one, wider) for one in truth], 1, (), SIDE)
        assert (found["ap50"].value, found["ap75"].value) == pytest.approx((1.0, at_75))


@pytest.mark.parametrize(
    ("side_px", "size"), [(31.9, "small"), (32.1, "medium"), (95.9, "medium"), (96.1, "large")]
)
def test_sizes_go_by_the_pixels_that_a_network_sees(side_px: float, size: str) -> None:
    truth = [square(side_px)] * 3
    found = box_figures(truth, [said(one) for one in truth], 1, (), SIDE)
    assert {name for name in found if name.startswith("map_")} == {f"map_{size}"}
    assert found[f"map_{size}"].value == pytest.approx(1.0)


def test_recall_counts_what_is_met_at_each_overlap() -> None:
    truth = [square(100)] * 2
    found = box_figures(truth, [said(truth[0]), said(boxes_of([], []))], 1, (), SIDE)
    assert found["ar"].value == pytest.approx(0.5)


def test_where_nothing_is_there_figures_are_zero_and_not_nan() -> None:
    none = boxes_of([], [])
    found = box_figures([none] * 3, [said(none)] * 3, 2, (), SIDE)
    assert set(found) == {"map", "ap50", "ap75", "ar"}
    assert all(one.value == 0 and math.isfinite(one.high) for one in found.values())


def test_every_figure_has_a_title() -> None:
    truth = [square(20), square(50), square(200)]
    assert list(box_figures(truth, list(map(said, truth)), 1, (), SIDE)) == list(TITLES)
