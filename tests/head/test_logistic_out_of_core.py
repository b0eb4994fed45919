"""Logistic regression on rows that stay on disk, against that in memory."""

import numpy as np
import pytest
import torch
from drawn_rows import far_drawn, far_of
from stand_ins import classes

from headstart.head import (
    Sample,
    fit_logistic,
)
from headstart.head import logistic as logistic_room
from headstart.task import MultiLabel


@pytest.mark.parametrize("weights", [(), (0.5, 1.0, 2.0)])
def test_a_fit_at_a_given_penalty_is_that_in_memory(small, tmp_path, weights) -> None:
    rows, labels = far_drawn()
    near = fit_logistic(Sample(rows, labels, classes(3, weights)), 0.01)
    out_of_core = fit_logistic(Sample(far_of(rows, tmp_path), labels, classes(3, weights)), 0.01)
    assert out_of_core.head_config.penalty == near.head_config.penalty
    torch.testing.assert_close(out_of_core.weight, near.weight, rtol=1e-3, atol=1e-4)
    assert out_of_core.weight[:, -1].abs().max() == 0  # the dead column
    np.testing.assert_allclose(out_of_core.answers, near.answers, atol=1e-3)


@pytest.mark.journey
def test_tags_are_fitted_there_too(small, tmp_path) -> None:
    rows, labels = far_drawn()
    tags = torch.stack([labels == 0, labels > 0, rows[:, 4] > 30], dim=1).float()
    task = MultiLabel(("a", "b", "c"))
    near = fit_logistic(Sample(rows, tags, task), 0.01)
    out_of_core = fit_logistic(Sample(far_of(rows, tmp_path), tags, task), 0.01)
    torch.testing.assert_close(out_of_core.weight, near.weight, rtol=1e-3, atol=1e-4)
    chosen = fit_logistic(Sample(far_of(rows, tmp_path), tags, task))
    assert chosen.answers.shape == (400, 3) and chosen.loss < 0.7


@pytest.mark.parametrize("grouped", [False, True])
def test_answers_are_to_rows_that_were_held_out(small, tmp_path, monkeypatch, grouped) -> None:
    """At a penalty that a part of the rows chose; as in memory, held out by the same folds."""
    monkeypatch.setattr(logistic_room, "SOME", 200)
    rows, labels = far_drawn()
    groups = [str(row // 4) for row in range(len(rows))] if grouped else ()
    out_of_core = fit_logistic(Sample(far_of(rows, tmp_path), labels, classes(3), groups))
    known = rows.numpy().astype(float)[:, :-1]
    known = (known - known.mean(axis=0)) / known.std(axis=0)
    found = np.zeros((400, 3))
    for fit, held in logistic_room.folds_of(labels.numpy(), groups, 0):
        part = Sample(torch.from_numpy(known[fit]), labels[fit], classes(3))
        one = fit_logistic(part, out_of_core.head_config.penalty)
        scores = known[held] @ one.weight.double().numpy().T + one.bias.double().numpy()
        found[held] = torch.from_numpy(scores).softmax(dim=1).numpy()
    np.testing.assert_allclose(out_of_core.answers, found, atol=0.01)
    assert out_of_core.loss == pytest.approx(
        -np.log(out_of_core.answers[range(400), labels]).mean()
    )
