"""The threshold below which a prediction is not sure."""

import numpy as np
import pytest

from headstart.head import Classification, trust_of

TASK = Classification(("yes", "no"))


def sure_above(found: np.ndarray, labels: np.ndarray, target: float = 0.95) -> float:
    return trust_of(TASK, found, labels, target).sure_above


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
