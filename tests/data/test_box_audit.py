from dataclasses import dataclass

import numpy as np
import PIL.Image
import pytest

from headstart.data.box_audit import (
    EDGE_PX,
    TINY_PX,
    WHOLE_PICTURE,
    ToldBoxTruth,
    turned,
)
from headstart.data.box_doubles import DOUBLE_IOU
from headstart.data.boxes import boxes_of
from headstart.data.truth import Checked


@dataclass(frozen=True)
class Look:
    facts: tuple[tuple[str, float], ...]


def look(width: float = 200, height: float = 100, turn: int = 1) -> Look:
    size = (("width", float(width)), ("height", float(height)))
    return Look((*size, ("turned", float(turn))) if turn != 1 else size)


def checked(
    *corners: tuple[float, ...],
    told: tuple[float, float] = (0, 0),
    shares: bool = False,
    turn: int = 1,
) -> Checked:
    boxes = boxes_of(corners, [0] * len(corners))
    truth = ToldBoxTruth(("cat",), (boxes,), (told,), (shares,))
    return truth.checked([look(turn=turn)], lambda row: "a.png")


def corners_of(found: Checked) -> list[list[float]]:
    return found.truth.boxes[0].corners.tolist()  # type: ignore[attr-defined,no-any-return]


def codes(found: Checked) -> list[str]:
    return [problem.code for problem in found.problems]


GOOD = (10, 10, 60, 60)


def test_a_good_box_stays_as_it_is() -> None:
    found = checked(GOOD, told=(200, 100))
    assert (corners_of(found), codes(found), found.lost) == ([[*GOOD]], [], frozenset())


def test_shares_become_pixels_of_the_upright_picture() -> None:
    assert corners_of(checked((0.1, 0.1, 0.5, 0.5), shares=True)) == [[20, 10, 100, 50]]
    turned_picture = checked((0.1, 0.1, 0.5, 0.5), shares=True, turn=6)
    assert corners_of(turned_picture) == [[10, 20, 50, 100]]


@pytest.mark.parametrize("bad", [(5, 5, 5, 9), (9, 9, 5, 20)])
def test_boxes_without_area_are_left_out_and_listed(bad: tuple[float, ...]) -> None:
    found = checked(GOOD, bad)
    assert (corners_of(found), codes(found)) == ([[*GOOD]], ["D237"])


def test_a_picture_all_of_whose_boxes_are_none_is_no_negative() -> None:
    found = checked((5, 5, 5, 9))
    assert (codes(found), found.lost) == (["D237", "D247"], {0})
    assert checked().lost == frozenset()


@pytest.mark.parametrize(
    ("over", "code"), [(0.04, []), (0.06, ["D238"]), (EDGE_PX, ["D238"]), (EDGE_PX + 0.1, ["D239"])]
)
def test_what_reaches_past_the_edge_is_cut_there(over: float, code: list[str]) -> None:
    found = checked((10, 10, 200 + over, 60))
    assert (corners_of(found), codes(found)) == ([[10, 10, 200, 60]], code)
    assert codes(checked((-over, 10, 60, 60))) == code


@pytest.mark.parametrize("bad", [(300, 10, 310, 20), (200, 10, 210, 20), (-20, 10, -1, 20)])
def test_a_box_outside_is_left_out(bad: tuple[float, ...]) -> None:
    assert codes(checked(GOOD, bad)) == ["D240"]


@pytest.mark.parametrize(("least", "again"), [(-0.01, True), (0.01, False)])
def test_a_second_box_in_the_same_place_is_one_too_many(least: float, again: bool) -> None:
    right = 10 + 50 * (DOUBLE_IOU - least)
    found = checked(GOOD, (10, 10, right, 60))
    assert codes(found) == (["D241"] if again else [])


@pytest.mark.parametrize(("side", "code"), [(TINY_PX - 0.1, ["D242"]), (TINY_PX, [])])
def test_a_box_is_tiny_by_its_least_side(side: float, code: list[str]) -> None:
    assert codes(checked((10, 10, 10 + side, 60))) == code


def test_a_box_is_tiny_at_the_size_of_a_network() -> None:
    truth = ToldBoxTruth(("cat",), (boxes_of([(0, 0, 9, 90)], [0]),), ((0, 0),), (False,))
    assert codes(truth.checked([look(4160, 3000)], str)) == ["D242"]
    assert codes(truth.checked([look(416, 300)], str)) == []


@pytest.mark.parametrize(
    ("share", "code"), [(WHOLE_PICTURE - 0.01, []), (WHOLE_PICTURE + 0.001, ["D243"])]
)
def test_a_box_that_is_all_of_the_picture_is_listed_and_kept(share: float, code: list[str]) -> None:
    found = checked((0, 0, 200 * share, 100))
    assert codes(found) == code and len(corners_of(found)) == 1


def test_boxes_of_a_picture_that_was_made_smaller_are_scaled_and_listed() -> None:
    found = checked((20, 20, 120, 120), told=(400, 200))
    assert (corners_of(found), codes(found)) == ([[10, 10, 60, 60]], ["D244"])


def test_boxes_of_a_picture_of_other_proportions_are_taken_as_they_are() -> None:
    found = checked(GOOD, told=(300, 300))
    assert (corners_of(found), codes(found)) == ([[*GOOD]], ["D244"])


def test_boxes_on_the_stored_picture_are_turned_with_it() -> None:
    found = checked((0, 0, 50, 20), told=(200, 100), turn=6)
    assert (corners_of(found), codes(found)) == ([[80, 0, 100, 50]], ["D245"])


def test_boxes_on_the_upright_picture_stay_and_the_turn_is_listed() -> None:
    for told in ((100, 200), (0, 0)):
        found = checked((0, 0, 20, 50), told=told, turn=6)
        assert (corners_of(found), codes(found)) == ([[0, 0, 20, 50]], ["D245"])


@pytest.mark.parametrize("orientation", range(2, 9))
def test_corners_turn_as_pillow_turns_pictures(orientation: int) -> None:
    pixels = np.zeros((30, 50), np.uint8)
    pixels[4:9, 10:22] = 255
    stored = PIL.Image.fromarray(pixels)
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    stored.info["exif"] = exif.tobytes()
    stored.getexif()[0x0112] = orientation
    upright = np.asarray(PIL.ImageOps.exif_transpose(stored))
    rows, columns = np.nonzero(upright)
    expected = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    found = turned(np.array([[10.0, 4, 22, 9]]), (50, 30), orientation)
    assert found.tolist() == [expected]


def test_pictures_that_could_not_be_read_keep_what_was_told() -> None:
    truth = ToldBoxTruth(("cat",), (boxes_of([(0, 0, 1, 1)], [0]),), ((0, 0),), (True,))
    found = truth.checked([object()], str)
    assert corners_of(found) == [[0, 0, 1, 1]] and not found.problems


def test_what_is_said_of_many_pictures_is_what_is_said_of_each_alone() -> None:
    outside, flat, whole = (500, 10, 510, 20), (5, 5, 5, 9), (0, 0, 201, 100)
    told = [[GOOD, GOOD, outside], [], [flat], [GOOD, whole], [GOOD]]
    turns, sizes = (1, 6, 1, 1, 6), ((400, 200), (0, 0), (0, 0), (0, 0), (0, 0))
    boxes = tuple(boxes_of(some, [0] * len(some)) for some in told)
    looks = [*(look(turn=turn) for turn in turns[:4]), object()]
    truth = ToldBoxTruth(("cat",), boxes, sizes, (False,) * 5)
    found = truth.checked(looks, str)
    every = [
        truth.take([row]).checked([seen], lambda _, row=row: str(row))  # type: ignore[misc]
        for row, seen in enumerate(looks)
    ]
    assert found.problems == tuple(problem for one in every for problem in one.problems)
    assert codes(found) == ["D244", "D240", "D241", "D245", "D237", "D247", "D238", "D243"]
    assert found.lost == {2}
    kept = [one.truth.boxes[0].corners.tolist() for one in every]  # type: ignore[attr-defined]
    assert [one.corners.tolist() for one in found.truth.boxes] == kept  # type: ignore[attr-defined]


def test_rows_are_taken_with_what_was_told_of_them() -> None:
    truth = ToldBoxTruth(("a",), (boxes_of([], []),) * 2, ((0, 0), (3, 4)), (True, False))
    assert (truth.take([1]).sizes, truth.take([1]).shares) == (((3, 4),), (False,))
