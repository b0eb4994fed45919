"""Every head against brute force, against scikit-learn, and at the edges all share."""

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Ridge
from stand_ins import classes

from headstart.errors import TrainingError
from headstart.head import (
    Sample,
    fit_lda,
    fit_logistic,
    fit_ridge,
)
from headstart.head import logistic as logistic_room
from headstart.head import ridge as ridge_room

FITS = {"logistic": fit_logistic, "ridge": fit_ridge, "lda": fit_lda}
every = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
shapes = pytest.mark.parametrize("shape", [(60, 8), (30, 90)], ids=["tall", "wide"])


def drawn(shape=(60, 8), classes=3, apart=1.0):
    """Correlated rows around class means, far from the origin."""
    rng = np.random.default_rng(0)
    labels = np.arange(shape[0]) % classes
    mixed = rng.normal(size=(shape[1], shape[1])) / shape[1] ** 0.5
    means = rng.normal(size=(classes, shape[1])) * apart
    rows = rng.normal(size=shape) @ mixed + means[labels] + 5
    return rows, labels


def tensors(rows, labels):
    return torch.from_numpy(rows).float(), torch.from_numpy(labels)


def scores(fit, rows):
    return (torch.from_numpy(rows).float() @ fit.weight.T + fit.bias).double().numpy()


def left_out(rows, labels, groups=()):
    """What a fit to the other rows makes of each, at a penalty of 2.5."""
    targets = np.eye(3)[labels]
    sample = Sample(torch.from_numpy(rows), torch.from_numpy(labels), classes(3), groups)
    found = ridge_room._near(sample, targets - targets.mean(axis=0))
    (part,) = found.parts()
    return targets - found.residuals(part, 2.5)


@shapes
def test_ridge_left_out_errors_are_those_of_fits_without_the_row(shape) -> None:
    rows, labels = drawn(shape)
    targets, found = np.eye(3)[labels], left_out(rows, labels)
    for row in range(len(rows)):
        rest = np.arange(len(rows)) != row
        brute = Ridge(alpha=2.5, solver="svd").fit(rows[rest], targets[rest])
        np.testing.assert_allclose(brute.predict(rows[[row]])[0], found[row], rtol=0, atol=1e-10)


@shapes
def test_ridge_leaves_whole_groups_out(shape) -> None:
    rows, labels = drawn(shape)
    targets, groups = np.eye(3)[labels], np.arange(len(rows)) // 4
    found = left_out(rows, labels, [str(g) for g in groups])
    for group in np.unique(groups):
        out = groups == group
        brute = Ridge(alpha=2.5, solver="svd").fit(rows[~out], targets[~out])
        np.testing.assert_allclose(brute.predict(rows[out]), found[out], rtol=0, atol=1e-10)


def test_ridge_ranks_as_scikit_learns() -> None:
    rows, labels = drawn()
    fit = fit_ridge(Sample(*tensors(rows, labels), classes(3)), penalty=2.5)
    theirs = Ridge(alpha=2.5).fit(rows, np.eye(3)[labels])
    sharp = float(fit.weight.norm()) / np.linalg.norm(theirs.coef_)
    np.testing.assert_allclose(fit.weight.numpy(), theirs.coef_ * sharp, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(scores(fit, rows), theirs.predict(rows) * sharp, atol=1e-3)


def _brute_lda(rows, labels, row, penalty):
    """Probabilities of one row by the textbook fit to all others."""
    rest = np.arange(len(rows)) != row
    seen, known = rows[rest], labels[rest]
    means = np.stack([seen[known == k].mean(axis=0) for k in range(3)])
    inside = seen - means[known]
    scatter = inside.T @ inside + penalty * np.eye(rows.shape[1])
    offset = rows[row] - means
    far = np.einsum("kd,kd->k", offset, np.linalg.solve(scatter, offset.T).T)
    return softmax(np.log(np.bincount(known) / len(known)) - (len(known) - 3) / 2 * far)


@shapes
def test_lda_left_out_probabilities_are_those_of_fits_without_the_row(shape) -> None:
    rows, labels = drawn(shape, apart=0.3)
    rows = rows.astype(np.float32).astype(np.float64)
    fit = fit_lda(Sample(*tensors(rows, labels), classes(3)), penalty=3.0)
    brute = np.stack([_brute_lda(rows, labels, row, 3.0) for row in range(len(rows))])
    np.testing.assert_allclose(fit.answers, brute, rtol=0, atol=1e-10)


def test_lda_without_a_ridge_is_scikit_learns() -> None:
    rows, labels = drawn(apart=0.5)
    fit = fit_lda(Sample(*tensors(rows, labels), classes(3)), penalty=1e-9)
    theirs = LinearDiscriminantAnalysis(solver="svd").fit(rows, labels)
    mine, others = (w - w[0] for w in (fit.weight.numpy() / 57, theirs.coef_ / 60))
    np.testing.assert_allclose(mine, others, rtol=2e-3, atol=1e-4)  # theirs divides by n, not n - 3
    assert (scores(fit, rows).argmax(axis=1) == theirs.predict(rows)).all()


@pytest.mark.parametrize("penalty", [1.0, 1e-2, 1e-4])
@shapes
def test_logistic_is_scikit_learns_on_standardized_rows(shape, penalty) -> None:
    rows, labels = drawn(shape, apart=0.3)
    fit = fit_logistic(Sample(*tensors(rows, labels), classes(3)), penalty=penalty)
    standard = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    strength = 1 / (penalty * len(rows))
    theirs = LogisticRegression(C=strength, tol=1e-9, max_iter=10_000).fit(standard, labels)
    mine = softmax(scores(fit, rows), axis=1)
    np.testing.assert_allclose(mine, theirs.predict_proba(standard), atol=1e-4)


@shapes
def test_a_large_table_in_single_precision_gives_the_same_answers(shape, monkeypatch) -> None:
    rows, labels = drawn(shape, apart=0.3)
    double = fit_logistic(Sample(*tensors(rows, labels), classes(3)))
    monkeypatch.setattr(logistic_room, "LARGE", 0)
    single = fit_logistic(Sample(*tensors(rows, labels), classes(3)))
    assert single.head_config.penalty == double.head_config.penalty
    np.testing.assert_allclose(single.answers, double.answers, atol=2e-3)
    np.testing.assert_allclose(scores(single, rows), scores(double, rows), atol=1e-2)


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
