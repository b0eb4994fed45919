"""The threshold below which a prediction is not sure."""

import numpy as np
import pytest

from headstart.task import (
    Calibration,
    Classification,
    MultiLabel,
    Regression,
    calibrate,
)

TASK = Classification(("yes", "no"))


def sure_above(found: np.ndarray, labels: np.ndarray, target: float = 0.95) -> float:
    return calibrate(TASK, found, labels, target).sure_above


def beliefs(*top: float) -> np.ndarray:
    return np.array([[p, 1 - p] for p in top])


def test_the_lowest_threshold_that_keeps_the_promise_is_taken() -> None:
    found = beliefs(0.95, 0.9, 0.8, 0.7, 0.6)
    labels = np.array([0, 0, 0, 1, 1])
    assert sure_above(found, labels, 0.95) == 0.8
    assert sure_above(found, labels, 0.75) == 0.7
    assert sure_above(found, labels, 0.6) == 0.6


def test_equal_beliefs_stand_or_fall_together() -> None:
    assert sure_above(beliefs(0.9, 0.8, 0.8), np.array([0, 0, 1]), 0.9) == 0.9


def test_where_nothing_keeps_the_promise_hardly_anything_is_sure() -> None:
    assert sure_above(beliefs(0.9, 0.8), np.array([1, 1])) == pytest.approx(0.9)


@pytest.mark.parametrize(("wrong", "threshold"), [(1, 0.80), (2, 0.82)])
def test_of_sure_answers_95_in_100_are_right_unless_somebody_asks_for_less(
    wrong: int, threshold: float
) -> None:
    """One wrong answer of 20 may stay; two of 20 and one of 19 may not."""
    found = beliefs(*np.linspace(0.99, 0.80, 20))
    labels = np.repeat([0, 1], [20 - wrong, wrong])
    assert calibrate(TASK, found, labels).sure_above == pytest.approx(threshold)


def test_the_likeliest_answers_are_sure_though_less_likely_ones_are_wrong() -> None:
    """All answers that are as sure count, not just one."""
    assert sure_above(beliefs(0.9, 0.8, 0.7, 0.6), np.array([0, 1, 0, 0]), 0.75) == 0.6
    assert sure_above(beliefs(0.9, 0.8, 0.7, 0.6), np.array([0, 1, 0, 1]), 0.75) == 0.9


@pytest.mark.parametrize(("rows", "margin"), [(5, 5), (18, 18), (20, 20), (39, 38), (40, 39)])
def test_a_margin_is_the_conformal_quantile_of_errors(rows: int, margin: int) -> None:
    """The error whose rank is 95% of one more than there are, rounded up; the largest at most."""
    errors = np.arange(rows, 0, -1.0)[:, None]
    found = calibrate(Regression(0.0, 1.0), errors, np.zeros((rows, 1)))
    assert found.margin == margin and found.sure_above == 0


def test_a_value_is_right_up_to_its_margin() -> None:
    answers, labels = np.array([[1.0], [1.01], [-1.0]]), np.zeros((3, 1))
    right = Calibration(0.0, 1.0).right(Regression(0.0, 1.0), answers, labels)
    assert right.tolist() == [True, False, True]


def test_a_list_of_tags_is_as_sure_as_its_least_sure_tag() -> None:
    task = MultiLabel(("a", "b"))
    assert task.belief(np.array([[0.9, 0.4], [0.05, 0.2]])) == pytest.approx([0.6, 0.8])
    assert task.text(np.array([0.5, 0.49])) == "a"
