"""Multinomial logistic regression in the basis of the rows' singular vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from threadpoolctl import threadpool_limits
from torch import Tensor

from headstart.errors import TrainingError
from headstart.head.linear import LinearFit

PENALTIES = tuple(10.0 ** (-exponent / 2) for exponent in range(13))
"""From 1 to 1e-6, on standardized rows, against a mean loss: two a decade."""
FOLDS = 5
_WORSE = 3
"""Weaker penalties in a row that only made it worse, after which no more are tried."""


@dataclass(frozen=True, eq=False)
class _Basis:
    """Standardized rows, turned so that there are no more columns than rows.

    The penalty does not change under a rotation, so what is fitted here is the fit on all
    columns, at the price of the smaller side.
    """

    rows: Float[np.ndarray, "n r"]
    turn: Float[np.ndarray, "r d"]
    mean: Float[np.ndarray, " d"]
    scale: Float[np.ndarray, " d"]


def fit_logistic(
    rows: Float[Tensor, "n d"],
    labels: Int[Tensor, " n"],
    classes: int,
    *,
    groups: Sequence[str] = (),
    seed: int = 0,
) -> LinearFit:
    """Fit by L-BFGS at the penalty with the lowest cross-validated loss.

    Folds are stratified and keep groups whole. Each fold starts from the solution at the penalty
    before. Raises `TrainingError` for rows that are not finite.
    """
    if not bool(torch.isfinite(rows).all()):
        raise TrainingError(
            "T511",
            "some rows of features are not finite",
            "start from other weights: --backbone NAME or --weights FILE",
        )
    with threadpool_limits(1):  # more threads only add CPU time at this size, and other bits
        basis = _basis(rows.double().numpy())
        known = labels.numpy()
        penalty, found, loss = _cross_validated(basis.rows, known, classes, groups, seed)
        theta = np.zeros((classes, basis.rows.shape[1] + 1))
        for step in PENALTIES[: PENALTIES.index(penalty) + 1]:
            theta = _solve(basis.rows, known, theta, step)
        weight = (theta[:, :-1] @ basis.turn) / basis.scale
        bias = theta[:, -1] - weight @ basis.mean
    kept = torch.from_numpy(weight).float(), torch.from_numpy(bias).float()
    return LinearFit(*kept, penalty, loss, found)


def folds_of(
    labels: Int[np.ndarray, " n"], groups: Sequence[str], seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows to fit to and rows held out; a single fold, of itself, where rows are too few."""
    counts = np.bincount(labels)
    count = min(FOLDS, int(counts[counts > 0].max()), len(set(groups)) if groups else FOLDS)
    if count < 2:
        every = np.arange(len(labels))
        return [(every, every)]
    kind = StratifiedGroupKFold if groups else StratifiedKFold
    folds = kind(count, shuffle=True, random_state=seed)
    taken = folds.split(labels, labels, np.asarray(groups) if groups else None)
    return [(fit, held) for fit, held in taken if len(fit) and len(held)]


def _basis(rows: Float[np.ndarray, "n d"]) -> _Basis:
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale = np.where(scale > 1e-12 * np.abs(mean) + 1e-30, scale, np.inf)  # constant: weight 0
    standard = (rows - mean) / scale
    if rows.shape[0] >= rows.shape[1]:
        return _Basis(standard, np.eye(rows.shape[1]), mean, scale)
    values, left = np.linalg.eigh(standard @ standard.T)  # (n,), (n, n)
    kept = values > 1e-10 * max(float(values[-1]), 1e-30)
    left, singular = left[:, kept], np.sqrt(values[kept])
    return _Basis(left * singular, (left / singular).T @ standard, mean, scale)


def _cross_validated(
    rows: np.ndarray, labels: np.ndarray, classes: int, groups: Sequence[str], seed: int
) -> tuple[float, Float[np.ndarray, "n c"], float]:
    """The best penalty, out-of-fold probabilities at it, and their loss."""
    folds = folds_of(labels, groups, seed)
    thetas = [np.zeros((classes, rows.shape[1] + 1)) for _ in folds]
    best = (PENALTIES[0], np.full((len(labels), classes), 1 / classes), np.inf)
    since = 0
    for penalty in PENALTIES:
        found = np.full((len(labels), classes), 1 / classes)
        for index, (fit, held) in enumerate(folds):
            thetas[index] = _solve(rows[fit], labels[fit], thetas[index], penalty)
            found[held] = softmax(_scores(rows[held], thetas[index]), axis=1)
        loss = float(-np.log(np.maximum(found[np.arange(len(labels)), labels], 1e-300)).mean())
        best, since = ((penalty, found, loss), 0) if loss < best[2] else (best, since + 1)
        if since == _WORSE:
            break
    return best


def _solve(rows: np.ndarray, labels: np.ndarray, start: np.ndarray, penalty: float) -> np.ndarray:
    """Mean cross-entropy plus half the penalty times the squared weights; biases are free."""
    target = np.zeros((len(labels), len(start)))
    target[np.arange(len(labels)), labels] = 1
    shape = start.shape

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        theta = flat.reshape(shape)
        scores = log_softmax(_scores(rows, theta), axis=1)  # (n, c)
        rest = (np.exp(scores) - target) / len(rows)
        slope = np.concatenate([rest.T @ rows, rest.sum(axis=0)[:, None]], axis=1)
        slope[:, :-1] += penalty * theta[:, :-1]
        value = -(scores * target).sum() / len(rows)
        return value + penalty / 2 * float((theta[:, :-1] ** 2).sum()), slope.ravel()

    options = {"maxiter": 500, "gtol": 1e-5, "ftol": 1e-9}
    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    solved: np.ndarray = found.x.reshape(shape)
    return solved


def _scores(rows: np.ndarray, theta: np.ndarray) -> np.ndarray:
    scores: np.ndarray = rows @ theta[:, :-1].T + theta[:, -1]
    return scores
