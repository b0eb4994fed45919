"""Ridge by leave-one-out and by groups, against brute force; from disk as in memory."""

import numpy as np
import pytest
import torch
from drawn_rows import drawn, far_drawn, far_of, scores, shapes, tensors
from sklearn.linear_model import Ridge
from stand_ins import classes

from headstart.head import (
    Sample,
    fit_ridge,
)
from headstart.head import ridge as ridge_room


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


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("penalty", [None, 5.0])
def test_ridge_is_the_same_there(small, monkeypatch, tmp_path, grouped, penalty) -> None:
    """Exactly, whole groups left out and all: rows are read in parts, and groups in bundles."""
    monkeypatch.setattr(ridge_room, "BLOCK", 30)
    rows, labels = far_drawn()
    groups = [str(row * 7 % 90) for row in range(len(rows))] if grouped else ()
    near = fit_ridge(Sample(rows, labels, classes(3), groups), penalty)
    out_of_core = fit_ridge(Sample(far_of(rows, tmp_path), labels, classes(3), groups), penalty)
    assert out_of_core.head_config.penalty == pytest.approx(near.head_config.penalty, rel=1e-4)
    torch.testing.assert_close(out_of_core.weight, near.weight, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(out_of_core.answers, near.answers, atol=1e-4)
