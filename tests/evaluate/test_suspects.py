"""Labels that look wrong."""

import numpy as np
import pytest

from headstart.evaluate.suspects import quality, suspects, usual


def test_a_label_is_believed_as_its_class_was() -> None:
    answers = np.array([[0.9, 0.1], [0.3, 0.7]])
    assert quality(answers, np.array([0, 0])).tolist() == [0.9, 0.3]


def test_what_a_class_is_usually_given_is_the_mean_over_its_own_rows() -> None:
    answers = np.array([[0.9, 0.1, 0.0], [0.5, 0.5, 0.0], [0.2, 0.8, 0.0]])
    assert usual(answers, np.array([0, 0, 1])).tolist() == pytest.approx([0.7, 0.8, 1.0])


def test_a_row_is_doubted_where_another_class_is_as_likely_as_in_its_own_rows() -> None:
    answers = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [0.68, 0.32]])
    labels = np.array([0, 0, 1, 1, 1])
    assert suspects(answers, labels) == ()  # 0.68 is below the 0.9 that class 0 usually has
    answers[4] = [0.95, 0.05]
    (found,) = suspects(answers, labels)
    assert (found.row, found.label, found.likely) == (4, 1, 0)
    assert found.probability == 0.95 and found.quality == 0.05


def test_the_most_doubted_come_first() -> None:
    answers = np.array([[0.9, 0.1], [0.1, 0.9], [0.91, 0.09], [0.99, 0.01], [0.95, 0.05]])
    found = suspects(answers, np.array([0, 1, 1, 1, 1]))
    assert [one.row for one in found] == [3, 4, 2]
    assert suspects(np.zeros((0, 2)), np.zeros(0, dtype=int)) == ()


def test_planted_labels_are_found() -> None:
    dice = np.random.default_rng(0)
    true = np.arange(300) % 3
    logits = dice.normal(size=(300, 3)) + 5 * np.eye(3)[true]
    answers = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    given = true.copy()
    given[:30] = (true[:30] + 1) % 3
    found = suspects(answers, given)
    assert sum(one.row < 30 for one in found[:30]) >= 28


def test_no_row_looks_like_a_rare_class_that_is_not_the_likeliest_other() -> None:
    answers = np.tile([0.9, 0.08, 0.02], (4, 1))
    answers = np.concatenate([answers, np.tile([0.08, 0.9, 0.02], (4, 1))])
    answers = np.concatenate([answers, [[0.5, 0.49, 0.01], [0.03, 0.85, 0.12]]])
    labels = np.array([*[0] * 4, *[1] * 4, 2, 0])
    assert suspects(answers, labels) == ()  # class 2 has .01 in its own row, and so .12 is more
    answers[-1] = [0.03, 0.05, 0.92]
    (found,) = suspects(answers, labels)
    assert (found.row, found.likely) == (9, 2)
