"""With `--task balanced` a class counts the same, however rare it is."""

from dataclasses import replace

import numpy as np
import pytest
import sklearn.metrics as reference
import torch
from sklearn.linear_model import LogisticRegression

from headstart.data import from_memory, with_task
from headstart.errors import UsageError
from headstart.head import Sample, fit_logistic
from headstart.stats import level
from headstart.task import Classification, make_task

NAMES = ("common", "rare", "rarest")
COUNTS = (240, 60, 12)


@pytest.fixture(scope="module")
def uneven() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), COUNTS)
    centers = np.array([[0, 0, 0, 0], [1.2, 0, 0, 0], [0, 1.2, 0, 0]])
    return centers[labels] + rng.standard_normal((len(labels), 4)), labels


@pytest.fixture(scope="module")
def balanced(uneven) -> Classification:
    names = [NAMES[label] for label in uneven[1]]
    found = with_task(from_memory(range(len(names)), names), "balanced")
    task, _ = make_task(found.examples, tuple(range(len(names))))
    assert isinstance(task, Classification)
    return task


def test_weights_undo_the_shares_of_the_rows_to_learn_from(balanced) -> None:
    assert balanced.figure == "balanced_accuracy" and balanced.heads == ("logistic",)
    np.testing.assert_allclose(np.array(balanced.weights) * COUNTS, 312 / 3)


def test_mean_merit_is_balanced_accuracy(balanced) -> None:
    rng = np.random.default_rng(1)
    labels = rng.choice(3, 500, p=[0.8, 0.15, 0.05])
    answers = rng.dirichlet(np.ones(3), 500)
    expected = reference.balanced_accuracy_score(labels, answers.argmax(1))
    assert balanced.merit(answers, labels).mean() == pytest.approx(expected)
    interval = level(balanced.merit(answers, labels))
    assert interval.low < expected < interval.high
    assert balanced.correct(answers, labels).dtype == bool


def test_losses_of_answers_are_those_of_scores(balanced) -> None:
    scores = torch.randn(9, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(9) % 3
    answers = balanced.answers(scores).numpy().astype(float)
    found = balanced.losses(answers, labels.numpy()).mean()
    assert found == pytest.approx(float(balanced.loss(scores, labels)), rel=1e-5)


def test_the_head_is_that_of_scikit_learn_with_balanced_weights(uneven, balanced) -> None:
    rows, labels = uneven
    sample = Sample(torch.from_numpy(rows).float(), torch.from_numpy(labels), balanced)
    fit = fit_logistic(sample, penalty=0.01)
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    theirs = LogisticRegression(C=1 / (0.01 * len(rows)), class_weight="balanced", tol=1e-8)
    expected = theirs.fit(scaled, labels).predict_proba(scaled)
    scores = torch.from_numpy(rows).float() @ fit.weight.T + fit.bias
    np.testing.assert_allclose(scores.softmax(1).numpy(), expected, atol=2e-4)


def test_it_finds_rare_classes_that_plain_accuracy_gives_up(uneven, balanced) -> None:
    rows, labels = uneven
    recall = {}
    for task in (balanced, replace(balanced, weights=())):
        sample = Sample(torch.from_numpy(rows).float(), torch.from_numpy(labels), task)
        recall[task.figure] = (fit_logistic(sample).answers.argmax(1) == labels)[-12:].mean()
    assert recall["balanced_accuracy"] > recall["accuracy"] + 0.3


def test_a_task_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="balanced"):
        with_task(from_memory(range(4), "aabb"), "evened")
