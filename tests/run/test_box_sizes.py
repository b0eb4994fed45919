"""At what size a detector sees pictures."""

from pathlib import Path

import pytest
from annotated import draw_pictures, yolo

from headstart.data import find
from headstart.events import Event, quiet
from headstart.run.box_sizes import FEW, ROW_S, side_for, smallest, suited_side

LONG, RICH = 1000.0, 1e6


def test_a_side_is_what_gives_boxes_their_pixels_in_steps_of_the_coarsest_grid() -> None:
    assert side_for(26 / 352, LONG, 9, RICH) == 352
    assert side_for(26 / 353, LONG, 9, RICH) == 384
    assert side_for(26 / 300, 290.0, 9, RICH) == 320


def test_a_side_is_never_under_the_least_nor_over_the_most() -> None:
    assert [side_for(share, LONG, 9, RICH) for share in (1.0, 0.0)] == [256, 416]


def test_many_pictures_are_seen_no_larger_than_the_budget_pays() -> None:
    exactly = round(600 / ROW_S)
    assert side_for(0.01, LONG, exactly - 1, 600.0) == 416
    assert side_for(0.01, LONG, exactly + 1, 600.0) == 384
    assert side_for(0.01, LONG, 10**6, 600.0) == 256


def test_the_class_with_the_smallest_boxes_is_heeded_once_it_has_a_few() -> None:
    large = [(0, 0.5)] * 50
    assert smallest([*large, *[(1, 0.1)] * FEW]) == (1, 0.1)
    assert smallest([*large, *[(1, 0.1)] * (FEW - 1)]) == (0, 0.5)
    assert smallest([(1, 0.1), (1, 0.3), (0, 0.2)]) == (1, 0.2)


@pytest.mark.parametrize(("side", "seen"), [(5, 320), (12, 0)])
def test_small_boxes_are_seen_larger_and_that_is_told(tmp_path: Path, side: int, seen: int) -> None:
    marks = {f"{i}.png": [("cell", (4, 4, 4 + side, 4 + side))] for i in range(FEW)}
    yolo(tmp_path, marks)
    draw_pictures(tmp_path / "images" / "train", list(marks), blank=False, size=(300, 225))
    said = list[Event]()
    found = find(tmp_path)
    assert suited_side(found, RICH, said.append) == seen
    assert ["pictures are seen at 320" in event.what for event in said] == [True] * bool(seen)


def test_pictures_that_can_not_be_read_say_nothing(tmp_path: Path) -> None:
    yolo(tmp_path)
    assert suited_side(find(tmp_path), RICH, quiet) == 0
