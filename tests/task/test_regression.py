"""Values: against scikit-learn, and how far off they are."""

import numpy as np
import pytest
import sklearn.metrics as reference
import torch
from sklearn.linear_model import Ridge

from headstart.head import Sample, fit_ridge
from headstart.task import Regression, calibrate

VALUES = Regression(4.0, 2.0)


@pytest.fixture
def valued() -> tuple[np.ndarray, np.ndarray]:
    """Rows, and a value that they give away."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 5))
    return rows, 4 + (rows @ [1, -2, 0, 0, 1] + rng.normal(size=60) * 0.1)[:, None]


def tensors(*arrays: np.ndarray) -> list[torch.Tensor]:
    return [torch.from_numpy(array).float() for array in arrays]


def test_merit_of_values_is_their_share_of_r2(valued) -> None:
    _, labels = valued
    answers = labels + np.random.default_rng(1).normal(size=labels.shape)
    assert VALUES.merit(answers, labels).mean() == pytest.approx(
        reference.r2_score(labels, answers)
    )


def test_values_are_fitted_like_ridge_and_left_out_exactly(valued) -> None:
    rows, labels = valued
    fit = fit_ridge(Sample(*tensors(rows, labels), VALUES), penalty=2.5)
    answers = VALUES.answers(tensors(rows)[0] @ fit.weight.T + fit.bias).numpy()
    brute = Ridge(alpha=2.5).fit(rows, labels)
    np.testing.assert_allclose(answers[:, 0], brute.predict(rows).ravel(), atol=1e-4)
    rest = np.arange(60) != 7
    left_out = Ridge(alpha=2.5).fit(rows[rest], labels[rest]).predict(rows[[7]])
    assert fit.answers[7, 0] == pytest.approx(float(left_out.ravel()[0]), abs=1e-5)


def test_the_margin_holds_as_many_values_as_it_says(valued) -> None:
    rng = np.random.default_rng(0)
    labels = rng.normal(size=(4000, 1))
    answers = labels + rng.normal(size=(4000, 1))
    margin = calibrate(VALUES, answers[:2000], labels[:2000]).margin
    assert margin == pytest.approx(1.96, abs=0.15)
    assert (np.abs(answers - labels)[2000:] <= margin).mean() == pytest.approx(0.95, abs=0.02)
