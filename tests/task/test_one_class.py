"""What classification and ordered classes share."""

import numpy as np
import pytest
import torch

from headstart.task import Classification, Ordinal
from headstart.task.one_class import OneClass

NAMES = ("low", "middle", "high")
ANSWERS = np.array([[0.4, 0.3, 0.3], [0.1, 0.2, 0.7]])
LABELS = np.array([0, 2])


@pytest.fixture(params=["likeliest", "median"])
def task(request) -> OneClass:
    return Classification(NAMES) if request.param == "likeliest" else Ordinal(NAMES)


def test_what_is_answered_is_what_is_believed_claimed_written_and_judged(task) -> None:
    said = task.likely(ANSWERS)
    assert said.tolist() == ([0, 2] if isinstance(task, Classification) else [1, 2])
    assert task.belief(ANSWERS).tolist() == [ANSWERS[0, said[0]], 0.7]
    assert task.correct(ANSWERS, LABELS).tolist() == [said[0] == 0, True]
    assert [task.text(answer) for answer in ANSWERS] == [NAMES[index] for index in said]
    assert task.claims(ANSWERS).argmax(axis=1).tolist() == said.tolist()
    assert task.claims(ANSWERS).sum(axis=1).tolist() == [1, 1]
    given, right = task.reliability(ANSWERS, LABELS)
    assert (given[:, 0] == task.belief(ANSWERS)).all()
    assert (right[:, 0] == task.correct(ANSWERS, LABELS)).all()


def test_a_row_has_its_one_class(task) -> None:
    assert task.presence(LABELS).tolist() == [[True, False, False], [False, False, True]]
    assert (task.coded(torch.tensor(LABELS)) == task.presence(LABELS)).all()


def test_the_loss_is_that_of_the_right_class_and_finite_at_zero(task) -> None:
    assert task.losses(ANSWERS, LABELS) == pytest.approx(-np.log([0.4, 0.7]))
    sure = np.array([[0.0, 0.0, 1.0]], dtype=np.float32)
    assert np.isfinite(task.losses(sure, np.array([0]))).all()


def test_log_loss_and_calibration_are_of_these_answers(task) -> None:
    figures = task.of_probabilities(ANSWERS, LABELS, ())
    assert figures["log_loss"].value == pytest.approx(-np.log([0.4, 0.7]).mean())
    off = np.abs(task.belief(ANSWERS) - task.correct(ANSWERS, LABELS)).mean()
    assert figures["ece"].value == pytest.approx(off)
