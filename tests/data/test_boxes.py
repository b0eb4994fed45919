import numpy as np
import pytest

from headstart.data import Boxes, BoxTruth, boxes_of, iou

TRUTH = BoxTruth(
    ("cat", "dog", "owl"),
    (
        boxes_of([(0, 0, 10, 20), (5, 5, 9, 9)], [0, 1]),
        boxes_of([], []),
        boxes_of([(1, 2, 3, 4.25)], [0]),
        boxes_of([(0, 0, 4, 4), (1, 1, 4, 4)], [2, 0], [True, False]),
    ),
)


def test_a_picture_without_boxes_is_a_negative_of_its_own_stratum() -> None:
    assert TRUTH.strata()[1] == 0


def test_the_stratum_is_the_rarest_class_and_what_is_ignored_does_not_count() -> None:
    assert TRUTH.counts(range(4)) == {"cat": 3, "dog": 1, "owl": 0}
    assert TRUTH.strata() == (2, 0, 1, 1)


def test_rows_are_taken_in_order_and_names_stay() -> None:
    taken = TRUTH.take([2, 0])
    assert (len(taken), taken.names) == (2, TRUTH.names)
    assert taken.boxes[1] is TRUTH.boxes[0]


def test_a_picture_is_written_with_every_box_and_what_is_ignored() -> None:
    assert TRUTH.written(0) == "cat (0, 0, 10, 20); dog (5, 5, 9, 9)"
    assert TRUTH.written(1) == ""
    assert TRUTH.written(3) == "owl (0, 0, 4, 4) ignored; cat (1, 1, 4, 4)"


def test_names_of_classes_are_shown_without_control_characters() -> None:
    assert "\x1b" not in BoxTruth(("\x1b[31m",), (boxes_of([(0, 0, 1, 1)], [0]),)).written(0)


def test_boxes_are_taken_with_all_they_have() -> None:
    taken = TRUTH.boxes[3].take([1])
    assert (taken.labels.tolist(), taken.ignored.tolist()) == ([0], [False])
    assert taken.corners.tolist() == [[1, 1, 4, 4]]


def test_no_boxes_have_the_shapes_of_boxes() -> None:
    none = boxes_of([], [])
    assert (none.corners.shape, len(none), none.areas.shape) == ((0, 4), 0, (0,))


def test_the_area_of_a_box_whose_corners_are_turned_is_none() -> None:
    assert boxes_of([(5, 5, 1, 9), (5, 5, 6, 8)], [0, 0]).areas.tolist() == [0, 3]


@pytest.mark.parametrize(
    ("other", "expected"),
    [((0, 0, 2, 2), 1.0), ((2, 0, 4, 2), 0.0), ((1, 0, 3, 2), 1 / 3), ((0, 0, 0, 0), 0.0)],
)
def test_iou_is_shared_over_common_area(other: tuple[float, ...], expected: float) -> None:
    one, two = np.array([[0.0, 0, 2, 2]]), np.array([other], dtype=float)
    assert iou(one, two)[0, 0] == pytest.approx(expected)


def test_two_boxes_without_area_share_nothing() -> None:
    empty = np.zeros((1, 4))
    assert iou(empty, empty)[0, 0] == 0.0


def test_a_crowd_is_measured_by_what_lies_in_it() -> None:
    one, crowd = np.array([[0.0, 0, 2, 2]]), np.array([[1.0, 0, 100, 100]])
    assert iou(one, crowd, np.array([True]))[0, 0] == pytest.approx(0.5)
    assert iou(one, crowd, np.array([False]))[0, 0] < 0.001


def test_boxes_know_their_own_types() -> None:
    held = boxes_of([(1, 2, 3, 4)], [0])
    assert isinstance(held, Boxes)
    assert (held.corners.dtype, held.labels.dtype) == (np.float64, np.int64)


def test_a_summary_says_boxes_by_class_and_negatives() -> None:
    told = "4 boxes on 4 usable pictures (1 of them without any): cat 3, dog 1, owl 0"
    assert TRUTH.summary(range(4)) == told
    many = BoxTruth(tuple("abcdefghi"), (boxes_of([(0, 0, 1, 1)], [8]),))
    assert many.summary([0]).endswith("g 0, and 1 more")


def test_keys_are_equal_for_equal_boxes_in_any_order_only() -> None:
    pair = [(0, 0, 1, 1), (2, 2, 3, 3.001)]
    truth = BoxTruth(("a",), (boxes_of(pair, [0, 0]), boxes_of(pair[::-1], [0, 0])))
    assert truth.key(0) == truth.key(1)
    other = BoxTruth(("a",), (boxes_of([pair[0], (2, 2, 3, 3.002)], [0, 0]),))
    assert truth.key(0) != other.key(0)
