"""Tags: against scikit-learn, and at the edges."""

import numpy as np
import pytest
import sklearn.metrics as reference
import torch
from sklearn.linear_model import LogisticRegression

from headstart.head import Sample, fit_logistic
from headstart.task import MultiLabel

TAGS = MultiLabel(("a", "b", "c"))


@pytest.fixture
def tagged() -> tuple[np.ndarray, np.ndarray]:
    """Rows, and three tags that they give away."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 6))
    return rows, (rows[:, :3] + rng.normal(size=(200, 3)) * 0.3 > 0.4).astype(float)


def tensors(*arrays: np.ndarray) -> list[torch.Tensor]:
    return [torch.from_numpy(array).float() for array in arrays]


def test_merit_of_tags_is_the_f1_of_each_row(tagged) -> None:
    _, labels = tagged
    answers = np.random.default_rng(1).random(labels.shape)
    merit = TAGS.merit(answers, labels)
    expected = reference.f1_score(labels, answers >= 0.5, average="samples", zero_division=1.0)
    assert merit.mean() == pytest.approx(expected)


def test_no_tag_said_of_a_row_without_tags_is_right() -> None:
    assert TAGS.merit(np.zeros((1, 3)), np.zeros((1, 3))).tolist() == [1]
    assert TAGS.text(np.zeros(3)) == "" and TAGS.text(np.array([0.5, 0, 0.9])) == "a;c"


def test_tags_are_fitted_like_a_logistic_regression_each(tagged) -> None:
    rows, labels = tagged
    fit = fit_logistic(Sample(*tensors(rows, labels), TAGS), penalty=0.01)
    scores = tensors(rows)[0] @ fit.weight.T + fit.bias
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    for tag in range(3):
        one = LogisticRegression(C=1 / (0.01 * len(rows)), tol=1e-8).fit(scaled, labels[:, tag])
        np.testing.assert_allclose(one.decision_function(scaled), scores[:, tag], atol=1e-3)


def test_a_tag_is_there_from_one_half_on() -> None:
    answers = np.array([[0.5, 0.4999, 1.0]])
    assert TAGS.claims(answers).tolist() == [[True, False, True]]
    assert TAGS.correct(answers, np.array([[1.0, 0, 1]])).all()
    assert not TAGS.correct(answers, np.array([[1.0, 1, 1]])).any()
