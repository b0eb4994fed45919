"""What every linear head owes: answers to unseen rows, and no trouble at the edges."""

import numpy as np
import pytest
import torch
from drawn_rows import drawn, far_drawn, far_of, scores, tensors
from stand_ins import classes

from headstart.errors import TrainingError
from headstart.head import (
    HeadConfig,
    Sample,
    fit_lda,
    fit_logistic,
    fit_ridge,
)

FITS = {"logistic": fit_logistic, "ridge": fit_ridge, "lda": fit_lda}


every = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)


@every
def test_the_loss_is_that_of_unseen_rows(fit) -> None:
    rows, labels = drawn(apart=0.5)
    found = fit(Sample(*tensors(rows, labels), classes(3)))
    given = found.answers[np.arange(len(labels)), labels]
    assert found.loss == pytest.approx(-np.log(given).mean())
    np.testing.assert_allclose(found.answers.sum(axis=1), 1)


@every
def test_noise_is_worth_no_more_than_chance(fit) -> None:
    rng = np.random.default_rng(1)
    rows, labels = rng.normal(size=(90, 200)), np.arange(90) % 3
    found = fit(Sample(*tensors(rows, labels), classes(3)))
    accuracy = (found.answers.argmax(axis=1) == labels).mean()
    assert accuracy < 0.55 and found.loss > 0.9 * np.log(3)


@every
def test_classes_far_apart_are_told_apart(fit) -> None:
    rows, labels = drawn((60, 40), apart=3.0)
    found = fit(Sample(*tensors(rows, labels), classes(3)))
    assert (scores(found, rows).argmax(axis=1) == labels).all()
    assert (found.answers.argmax(axis=1) == labels).all()


@every
def test_constant_columns_and_scale_change_no_answer(fit) -> None:
    rows, labels = drawn(apart=0.7)
    more = np.hstack([rows, np.full((len(rows), 2), 7.0)])
    one, two = (fit(Sample(*tensors(r, labels), classes(3))) for r in (rows, more * 1000))
    assert np.abs(one.answers - two.answers).max() < 1e-2
    assert np.isfinite(two.weight.numpy()).all()


@every
def test_a_class_of_one_row_and_one_of_none_are_no_trouble(fit) -> None:
    rows, labels = drawn()
    labels = labels.copy()
    labels[0] = 3
    found = fit(Sample(*tensors(rows, labels), classes(5)))
    assert found.weight.shape == (5, 8) and np.isfinite(found.answers).all()
    assert np.isfinite(found.loss) and bool(torch.isfinite(found.weight).all())


@every
def test_equal_rows_are_no_trouble(fit) -> None:
    found = fit(Sample(torch.ones(12, 4), torch.arange(12) % 2, classes(2)))
    assert bool(torch.isfinite(found.weight).all()) and np.isfinite(found.answers).all()


@every
def test_two_rows_are_enough(fit) -> None:
    found = fit(Sample(torch.tensor([[0.0, 1], [1, 0]]), torch.tensor([0, 1]), classes(2)))
    assert bool(torch.isfinite(found.weight).all())


@every
def test_rows_that_are_not_finite_are_refused(fit) -> None:
    with pytest.raises(TrainingError) as caught:
        fit(Sample(torch.tensor([[0.0, float("nan")], [1, 0]]), torch.tensor([0, 1]), classes(2)))
    assert caught.value.code == "T511"


@every
def test_groups_are_not_judged_by_their_own_rows(fit) -> None:
    """One label a group, the group's mark in the rows: only a leak could tell them apart."""
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(60), 4)
    labels = rng.permutation(np.arange(60) % 2)[groups]
    rows = rng.normal(size=(60, 90))[groups] * 3 + rng.normal(size=(240, 90)) * 0.1
    torn = fit(Sample(*tensors(rows, labels), classes(2)))
    whole = fit(Sample(*tensors(rows, labels), classes(2), [f"g{g}" for g in groups]))
    accuracy = [(f.answers.argmax(axis=1) == labels).mean() for f in (torn, whole)]
    assert accuracy[0] > 0.9 and accuracy[1] < 0.75


@every
def test_a_dead_column_gets_no_weight_to_speak_of(fit) -> None:
    rows, labels = drawn()
    noise = np.random.default_rng(3).normal(size=len(rows)) * 1e-9
    dead = np.column_stack([rows, noise + 1e-8 + 1e-9 * labels])
    found = fit(Sample(*tensors(dead, labels), classes(3)))
    assert found.weight[:, -1].abs().max() < 10 * found.weight[:, :-1].abs().max()


def test_numbers_that_are_not_finite_are_refused(small, tmp_path) -> None:
    rows, labels = far_drawn()
    rows[100, 3] = torch.nan
    with pytest.raises(TrainingError, match="not finite"):
        Sample(far_of(rows, tmp_path), labels, classes(3))


def test_the_same_prior_weighs_more_beside_fewer_rows() -> None:
    assert HeadConfig("logistic", 0.1).for_part(0.5) == HeadConfig("logistic", 0.2)
    assert HeadConfig("ridge", 0.1).for_part(0.5) == HeadConfig("ridge", 0.1)
