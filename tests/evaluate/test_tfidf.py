"""The way without a network that texts have."""

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from stand_ins import classes

from headstart.evaluate import words_fit
from headstart.task import MultiLabel, Regression


@pytest.fixture
def counted() -> tuple[csr_array, np.ndarray]:
    """Counts of words, the first two of which say it all."""
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 2, (90, 12))
    return csr_array(counts), counts


def test_classes_are_told_by_their_words(counted) -> None:
    rows, counts = counted
    labels = torch.from_numpy(counts[:, 0])
    fitted, _, loss = words_fit(classes(2), rows, labels, ())
    answers = fitted(rows)
    assert loss < 0.5 and np.allclose(answers.sum(axis=1), 1)
    assert (answers.argmax(axis=1) == counts[:, 0]).mean() > 0.95


def test_a_class_that_was_not_seen_is_given_nothing(counted) -> None:
    rows, counts = counted
    labels = torch.from_numpy(counts[:, 0] * 2)
    fitted, _, _ = words_fit(classes(3), rows, labels, (), 4.0)
    assert (fitted(rows)[:, 1] == 0).all()


def test_tags_and_values_too(counted) -> None:
    rows, counts = counted
    tags = torch.from_numpy(counts[:, :2]).float()
    fitted, _, _ = words_fit(MultiLabel(("a", "b")), rows, tags, ())
    assert ((fitted(rows) > 0.5) == (counts[:, :2] > 0)).mean() > 0.95
    values = torch.from_numpy(counts[:, :1]).float() * 3
    task = Regression(float(values.mean()), float(values.std()))
    fitted, _, loss = words_fit(task, rows, values, ())
    assert loss < 0.5 and fitted(rows).shape == (90, 1)
