"""Rows on disk: as they were put there, and fitted as if they were in memory."""

import numpy as np
import pytest
import torch
from stand_ins import classes

from headstart.errors import ResourceError, TrainingError
from headstart.head import (
    DiskTable,
    Sample,
    fit_lda,
    fit_logistic,
    fit_ridge,
    gathered,
)
from headstart.head import logistic as logistic_room
from headstart.head import out_of_core as far_room
from headstart.head import ridge as ridge_room
from headstart.task import MultiLabel


def drawn(count=400, width=12, seed=0):
    """Rows far from the origin, one column of them dead, with labels that they tell in part."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 3, (count,), generator=generator)
    mixed = torch.randn(width, width, generator=generator)
    rows = torch.randn(count, width, generator=generator) @ mixed + 30
    rows[:, :3] += 1.5 * torch.eye(3)[labels]
    rows[:, -1] = 7.0
    return rows, labels


@pytest.fixture
def small(monkeypatch):
    """A memory that holds next to nothing."""
    monkeypatch.setattr(far_room, "BLOCK", 64)
    monkeypatch.setattr(far_room, "SOME", 40)
    monkeypatch.setattr(far_room, "NUMBERS", 100)


def far_of(rows, folder) -> DiskTable:
    found = gathered(lambda positions: rows[list(positions)], len(rows), folder)
    assert isinstance(found, DiskTable)
    return found


def test_rows_come_back_as_they_were_and_leave_nothing_behind(small, tmp_path) -> None:
    rows, _ = drawn()
    out_of_core = far_of(rows, tmp_path / "cache")
    assert out_of_core.shape == (400, 12)
    assert torch.equal(out_of_core.take([399, 0, 63, 64]), rows[[399, 0, 63, 64]])
    assert sum(len(part) for _, part in out_of_core.blocks()) == 400
    for at, part in out_of_core.blocks():
        np.testing.assert_array_equal(part, rows[at].numpy())
    np.testing.assert_allclose(out_of_core.mean, rows.double().mean(dim=0), rtol=1e-6)
    centered = (rows - rows.mean(dim=0)).double()
    np.testing.assert_allclose(
        out_of_core.scatter, (centered.T @ centered).numpy(), rtol=1e-4, atol=1e-2
    )
    assert not list((tmp_path / "cache").iterdir())


def test_few_rows_stay_in_memory(tmp_path) -> None:
    rows, _ = drawn()
    found = gathered(lambda positions: rows[list(positions)], 400, tmp_path)
    assert isinstance(found, torch.Tensor) and torch.equal(found, rows)


@pytest.mark.parametrize("weights", [(), (0.5, 1.0, 2.0)])
def test_a_fit_at_a_given_penalty_is_that_in_memory(small, tmp_path, weights) -> None:
    rows, labels = drawn()
    near = fit_logistic(Sample(rows, labels, classes(3, weights)), 0.01)
    out_of_core = fit_logistic(Sample(far_of(rows, tmp_path), labels, classes(3, weights)), 0.01)
    assert out_of_core.head_config.penalty == near.head_config.penalty
    torch.testing.assert_close(out_of_core.weight, near.weight, rtol=1e-3, atol=1e-4)
    assert out_of_core.weight[:, -1].abs().max() == 0  # the dead column
    np.testing.assert_allclose(out_of_core.answers, near.answers, atol=1e-3)


def test_tags_are_fitted_there_too(small, tmp_path) -> None:
    rows, labels = drawn()
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
    rows, labels = drawn()
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


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("penalty", [None, 5.0])
def test_ridge_is_the_same_there(small, monkeypatch, tmp_path, grouped, penalty) -> None:
    """Exactly, whole groups left out and all: rows are read in parts, and groups in bundles."""
    monkeypatch.setattr(ridge_room, "BLOCK", 30)
    rows, labels = drawn()
    groups = [str(row * 7 % 90) for row in range(len(rows))] if grouped else ()
    near = fit_ridge(Sample(rows, labels, classes(3), groups), penalty)
    out_of_core = fit_ridge(Sample(far_of(rows, tmp_path), labels, classes(3), groups), penalty)
    assert out_of_core.head_config.penalty == pytest.approx(near.head_config.penalty, rel=1e-4)
    torch.testing.assert_close(out_of_core.weight, near.weight, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(out_of_core.answers, near.answers, atol=1e-4)


def test_lda_takes_the_rows_into_memory(small, tmp_path) -> None:
    rows, labels = drawn()
    near = fit_lda(Sample(rows, labels, classes(3)))
    out_of_core = fit_lda(Sample(far_of(rows, tmp_path), labels, classes(3)))
    assert torch.equal(out_of_core.weight, near.weight)


def test_numbers_that_are_not_finite_are_refused(small, tmp_path) -> None:
    rows, labels = drawn()
    rows[100, 3] = torch.nan
    with pytest.raises(TrainingError, match="not finite"):
        Sample(far_of(rows, tmp_path), labels, classes(3))


def test_a_disk_that_takes_no_rows_is_told(small, tmp_path) -> None:
    rows, _ = drawn()
    (tmp_path / "cache").write_text("not a folder")
    with pytest.raises(ResourceError, match="disk does not take"):
        far_of(rows, tmp_path / "cache")
