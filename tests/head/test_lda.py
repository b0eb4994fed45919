"""Discriminant analysis against the textbook fit to all other rows."""

import numpy as np
import torch
from drawn_rows import drawn, far_drawn, far_of, scores, shapes, tensors
from scipy.special import softmax
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from stand_ins import classes

from headstart.head import (
    Sample,
    fit_lda,
)


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


def test_lda_takes_the_rows_into_memory(small, tmp_path) -> None:
    rows, labels = far_drawn()
    near = fit_lda(Sample(rows, labels, classes(3)))
    out_of_core = fit_lda(Sample(far_of(rows, tmp_path), labels, classes(3)))
    assert torch.equal(out_of_core.weight, near.weight)
