import numpy as np
import pytest

from headstart.data import boxes_of
from headstart.task.box_matching import OVERLAPS, FoundBoxes, matches_of, met

NONE = np.zeros(2, bool)


def found(*corners: tuple[float, ...]) -> FoundBoxes:
    """The surest first."""
    n = len(corners)
    return FoundBoxes(
        np.array(corners, dtype=float).reshape(n, 4), np.zeros(n, np.int64), 1 - np.arange(n) / 100
    )


@pytest.mark.parametrize(("overlap", "places"), [(0.499, -1), (0.5, 0)])
def test_half_the_area_is_enough(overlap: float, places: int) -> None:
    place = met(np.array([[overlap, 0.0]]), NONE, NONE)
    assert place[0, 0] == places and (place[1:] == -1).all()


def test_a_true_box_is_met_once_by_the_surest() -> None:
    place = met(np.array([[0.6, 0.0], [0.9, 0.0]]), NONE, NONE)
    assert place[0].tolist() == [0, -1]
    assert place[5].tolist() == [-1, 0]  # at 0.75 only the second is close enough


def test_the_second_best_is_taken_where_the_best_is_gone() -> None:
    place = met(np.array([[0.9, 0.6], [0.8, 0.7]]), NONE, NONE)
    assert place[0].tolist() == [0, 1]


def test_a_crowd_is_met_often_and_only_where_nothing_else_is() -> None:
    shared, crowd = np.array([[0.6, 0.9], [0.6, 0.9], [0.0, 0.9]]), np.array([False, True])
    assert met(shared, crowd, crowd)[0].tolist() == [0, 1, 1]


def test_what_lies_in_a_crowd_counts_neither_way() -> None:
    truth = boxes_of([(0, 0, 10, 10), (20, 0, 90, 90)], [0, 0], [False, True])
    m = matches_of([truth], [found((0, 0, 10, 10), (30, 30, 50, 50), (0, 50, 9, 60))], 0)
    assert m.there.tolist() == [1]
    assert m.right[0].tolist() == [True, False, False]
    assert m.counted[0].tolist() == [True, False, True]


def test_boxes_of_other_sizes_are_passed_over() -> None:
    truth = boxes_of([(0, 0, 31, 31), (50, 50, 150, 150)], [0, 0])
    told = found((0, 0, 31, 31), (50, 50, 150, 150), (200, 200, 210, 210))
    small = matches_of([truth], [told], 0, "small")
    assert small.there.tolist() == [1]
    assert small.counted[0].tolist() == [True, False, True]


def test_at_most_a_hundred_boxes_of_a_picture_count() -> None:
    told = found(*[(i, 0, i + 5, 5) for i in range(101)])
    m = matches_of([boxes_of([], [])], [told], 0)
    assert len(m.scores) == 100 and m.rank.tolist() == list(range(100))
    assert m.right.shape == (len(OVERLAPS), 100)
