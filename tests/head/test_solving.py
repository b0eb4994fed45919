"""Slopes of every loss that linear heads are fitted to, against differences of the loss."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from headstart.head.solving import Loss, Near, solve
from headstart.task import TASKS

LOSSES = {name: task.linear_loss for name, task in TASKS.items() if task.linear_loss}
every = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def drawn(scores: int = 4, rows: int = 30) -> Near:
    rng = np.random.default_rng(0)
    targets = np.eye(scores)[rng.integers(scores, size=rows)]
    return Near(rng.normal(size=(rows, 3)), targets, rng.uniform(0.5, 2, (rows, 1)))


@every
def test_slopes_are_those_of_the_loss(loss: Loss) -> None:
    part, start = drawn(), np.random.default_rng(1).normal(size=(4, 4))
    _, found = part.slopes(start, loss.summed)

    def lost(flat: np.ndarray) -> float:
        return part.slopes(flat.reshape(4, 4), loss.summed)[0]

    np.testing.assert_allclose(approx_fprime(start.ravel(), lost, 1e-7), found.ravel(), atol=1e-5)


@every
def test_the_curvature_is_that_of_a_score_where_nothing_is_known(loss: Loss) -> None:
    count = 5
    targets, step = np.eye(count), 1e-4  # a row of each class: the mean over what can come

    def slope(by: float) -> float:
        scores = np.zeros((count, count))
        scores[:, 0] = by
        return float(loss.summed(scores, targets, np.ones((count, 1)))[1][:, 0].mean())

    assert (slope(step) - slope(-step)) / (2 * step) == pytest.approx(
        loss.curvature(count), rel=1e-4
    )


@every
def test_rows_move_only_the_scores_that_they_may(loss: Loss) -> None:
    theta = solve(drawn(), np.zeros((4, 4)), 1e-3, loss, 1e-6)
    moved = np.abs(theta[:, :-1]).max(axis=1) > 0
    assert moved.tolist() == ([True, False, False, False] if loss.one_direction else [True] * 4)
