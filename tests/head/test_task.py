"""What answers are worth: against scikit-learn, and at the edges."""

import numpy as np
import pytest
import sklearn.metrics as reference
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from stand_ins import classes

from headstart.data import from_memory, meant
from headstart.head import Sample, Tagging, Task, Valuing, fit_logistic, fit_ridge, posed, trust_of
from headstart.head.confidence import said

TAGS = Tagging(("a", "b", "c"))
VALUES = Valuing(4.0, 2.0)


@pytest.fixture
def tagged() -> tuple[np.ndarray, np.ndarray]:
    """Rows, and three tags that they give away."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 6))
    return rows, (rows[:, :3] + rng.normal(size=(200, 3)) * 0.3 > 0.4).astype(float)


@pytest.fixture
def valued() -> tuple[np.ndarray, np.ndarray]:
    """Rows, and a value that they give away."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 5))
    return rows, 4 + (rows @ [1, -2, 0, 0, 1] + rng.normal(size=60) * 0.1)[:, None]


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
    assert said(TAGS, np.zeros(3)) == "" and said(TAGS, np.array([0.5, 0, 0.9])) == "a;c"


def test_merit_of_values_is_their_share_of_r2(valued) -> None:
    _, labels = valued
    answers = labels + np.random.default_rng(1).normal(size=labels.shape)
    assert VALUES.merit(answers, labels).mean() == pytest.approx(
        reference.r2_score(labels, answers)
    )


@pytest.mark.parametrize("task", [classes(3), TAGS, VALUES], ids=lambda task: task.kind)
def test_losses_of_answers_are_those_of_scores(task: Task) -> None:
    scores = torch.randn(8, task.width, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(8) % 3 if task.width == 3 and task.kind != "multilabel" else None
    labels = (torch.arange(8 * task.width) % 2).float().view(8, -1) if labels is None else labels
    answers = task.answers(scores).numpy().astype(float)
    found = task.losses(answers, labels.numpy()).mean()
    assert found == pytest.approx(float(task.loss(scores, labels)), rel=1e-5)


def test_tags_are_fitted_like_a_logistic_regression_each(tagged) -> None:
    rows, labels = tagged
    fit = fit_logistic(Sample(*tensors(rows, labels), TAGS), penalty=0.01)
    scores = tensors(rows)[0] @ fit.weight.T + fit.bias
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    for tag in range(3):
        one = LogisticRegression(C=1 / (0.01 * len(rows)), tol=1e-8).fit(scaled, labels[:, tag])
        np.testing.assert_allclose(one.decision_function(scaled), scores[:, tag], atol=1e-3)


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
    margin = trust_of(VALUES, answers[:2000], labels[:2000]).margin
    assert margin == pytest.approx(1.96, abs=0.15)
    assert (np.abs(answers - labels)[2000:] <= margin).mean() == pytest.approx(0.95, abs=0.02)


def test_labels_pose_the_task() -> None:
    values, labels = posed(
        meant(from_memory(range(4), ["1", "2", "3", "9"]), "regression").examples, (0, 1, 2)
    )
    assert isinstance(values, Valuing) and values.center == 2
    assert labels.tolist() == [[1], [2], [3], [9]]
    tags, present = posed(
        meant(from_memory(range(3), ["b;a", "a", []]), "multilabel").examples, (0,)
    )
    assert tags == Tagging(("a", "b")) and present.tolist() == [[1, 1], [1, 0], [0, 0]]
