"""Logistic regression, multinomial or a tag at a time, in the basis of the singular vectors."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from threadpoolctl import threadpool_limits

from headstart.head.linear import LinearFit, Sample, fitted, loss_of
from headstart.head.task import Classification, Labels

PENALTIES = tuple(10.0**exponent for exponent in range(2, -7, -1))
"""From 100 to 1e-6, on standardized rows, against a mean loss; halves of a decade beside the best
of them are tried too."""
FOLDS = 5
MANY = 1000
"""Rows from which part of them is enough for a first look at a penalty."""
LARGE = 5_000_000
"""Numbers in a table from which it is worked on in single precision: it has to fit the memory."""
LEAST = 1e-6
"""Columns that vary less than this share of what columns usually do get no weight: it is what
single precision rounds to. A unit that is 1e-8 everywhere was given 10^7, and what was then trained
from that head was wrecked in its first steps."""
_BLOCK = 1024  # rows that are turned at once
_WORSE = 2
"""Weaker penalties in a row that only made it worse, after which no more are tried."""
_ROUGH, _EXACT = 3e-4, 1e-6
"""Largest slope at which a fit is done: to choose by, and to keep."""


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


def fit_logistic(sample: Sample, penalty: float | None = None) -> LinearFit:
    """Fit by L-BFGS at the penalty with the lowest cross-validated loss, or at a given one.

    Folds are stratified and keep groups whole. Each fold starts from the solution at the penalty
    before. With a given penalty there is nothing to choose, and the fit's answers are to the rows
    that it was fitted to.
    """
    with threadpool_limits(1):  # more threads only add CPU time at this size, and other bits
        exact = torch.float64 if sample.rows.numel() <= LARGE else torch.float32
        basis = _basis(sample.rows.to(exact, copy=True).numpy())
        start = np.zeros((sample.task.width, basis.rows.shape[1] + 1))
        problem = _Problem(sample, basis.rows.astype(np.float32, copy=False))
        folds = [_Fold(*pair, start) for pair in _divided(sample)] if penalty is None else []
        chosen, held = _chosen(problem, folds) if penalty is None else (penalty, None)
        loss = _SOLVED[sample.task.kind]
        every = _Part(basis.rows.copy(), problem.targets, problem.weights)
        theta = _solve(every, start, chosen, loss, _EXACT)
        found = _told(sample, basis.rows, theta) if held is None or not folds else held
        weight = (theta[:, :-1] @ basis.turn) / basis.scale
        bias = theta[:, -1] - weight @ basis.mean
    return fitted(weight, bias, chosen, found, sample)


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes with fewer rows than folds
        taken = list(folds.split(labels, labels, np.asarray(groups) if groups else None))
    return [(fit, held) for fit, held in taken if len(fit) and len(held)]


def _basis(rows: Float[np.ndarray, "n d"]) -> _Basis:
    """Standardize in place, and turn."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    usual = float(np.sqrt((scale.astype(float) ** 2).mean()))
    scale = np.where(scale > max(LEAST * usual, 1e-30), scale, np.inf)  # dead: weight 0
    rows -= mean
    rows /= scale
    if rows.shape[0] >= rows.shape[1]:
        right = np.linalg.eigh((rows.T @ rows).astype(float))[1].astype(rows.dtype)  # (d, d)
        for begin in range(0, len(rows), _BLOCK):
            rows[begin : begin + _BLOCK] = rows[begin : begin + _BLOCK] @ right
        return _Basis(rows, right.T, mean, scale)
    values, left = np.linalg.eigh((rows @ rows.T).astype(float))  # (n,), (n, n)
    least = 1e-10 if rows.dtype == float else 1e-6
    kept = values > least * max(float(values[-1]), 1e-30)
    left, singular = left[:, kept], np.sqrt(values[kept])
    turn = (left / singular).T @ rows
    return _Basis((left * singular).astype(rows.dtype), turn, mean, scale)


@dataclass(eq=False)
class _Fold:
    """Which rows to fit to, which to hold out, and the last solution: the next one starts there.

    Rows are copied out only while they are needed: five folds of copies are five tables.
    """

    fit: Int[np.ndarray, " m"]
    held: Int[np.ndarray, " h"]
    theta: Float[np.ndarray, "c r1"]


@dataclass(frozen=True, eq=False)
class _Problem:
    """A sample, its rows in the basis, and its folds."""

    sample: Sample
    rows: Float[np.ndarray, "n r"]
    """In single precision: a third of the time, and enough to choose by."""

    @cached_property
    def targets(self) -> Float[np.ndarray, "n c"]:
        """Indicators of classes, or of tags."""
        return self.sample.task.coded(self.sample.labels)

    @cached_property
    def weights(self) -> Float[np.ndarray, "n 1"]:
        """What each row counts."""
        task, labels = self.sample.task, self.sample.labels.numpy()
        if isinstance(task, Classification) and task.weights:
            weights: np.ndarray = np.asarray(task.weights)[labels][:, None]
            return weights
        return np.ones((len(labels), 1))


@dataclass(frozen=True, eq=False)
class _Part:
    """Rows to fit to, which are scaled in place; what their scores should be; what each counts."""

    rows: np.ndarray
    targets: np.ndarray
    weights: np.ndarray


def strata_in(labels: Labels) -> Int[np.ndarray, " n"]:
    """The class of each row; of tags, the rarest that it has; of values, all the same."""
    known: np.ndarray = labels.numpy()
    if known.ndim == 1:
        return known
    if known.shape[1] == 1:
        return np.zeros(len(known), dtype=int)
    often = np.where(known > 0, known.sum(axis=0), np.inf)
    rarest: Int[np.ndarray, " n"] = often.argmin(axis=1)
    return rarest


def _divided(sample: Sample) -> list[tuple[np.ndarray, np.ndarray]]:
    return folds_of(strata_in(sample.labels), sample.groups, sample.seed)


def _told(sample: Sample, rows: np.ndarray, theta: np.ndarray) -> Float[np.ndarray, "n c"]:
    """Answers to rows in the basis."""
    found: np.ndarray = sample.task.answers(torch.from_numpy(_scores(rows, theta))).numpy()
    return found


def _chosen(problem: _Problem, folds: Sequence[_Fold]) -> tuple[float, Float[np.ndarray, "n c"]]:
    """The penalty with the lowest loss, and out-of-fold answers at it.

    Strong ones come first: decades, then halves beside the best of them. Where there are `MANY`
    rows, two of the folds are enough to tell decades apart.
    """
    some = folds[:2] if len(problem.rows) >= MANY else folds
    losses: dict[float, float] = {}
    for penalty in PENALTIES:
        losses[penalty] = loss_of(_judged(problem, some, penalty), problem.sample)
        best = min(losses, key=losses.__getitem__)
        if list(losses).index(best) + _WORSE < len(losses):
            break
    tried = {
        penalty: _judged(problem, folds, penalty)
        for penalty in (best * 10**0.5, best, best / 10**0.5)
    }
    return min(tried.items(), key=lambda pair: loss_of(pair[1], problem.sample))


def _judged(problem: _Problem, folds: Sequence[_Fold], penalty: float) -> Float[np.ndarray, "n c"]:
    """Out-of-fold probabilities."""
    rows, task = problem.rows, problem.sample.task
    loss = _SOLVED[task.kind]
    found = task.answers(torch.zeros(len(rows), task.width, dtype=torch.float64)).numpy()
    for fold in folds:
        part = _Part(rows[fold.fit], problem.targets[fold.fit], problem.weights[fold.fit])
        fold.theta = _solve(part, fold.theta, penalty, loss, _ROUGH)
        found[fold.held] = _told(problem.sample, rows[fold.held], fold.theta)
    return found


def _softmax_loss(
    scores: np.ndarray, targets: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Summed cross-entropy, and probabilities in the place of the scores."""
    scores -= scores.max(axis=1, keepdims=True)
    given = np.exp(scores)
    sums = given.sum(axis=1, keepdims=True)
    lost = np.log(sums) - np.einsum("nc,nc->n", scores, targets)[:, None]
    told = (weights * lost).sum(dtype=float)
    given /= sums
    return float(told), given


def _sigmoid_loss(
    scores: np.ndarray, targets: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Summed binary cross-entropy, each column by itself, and probabilities."""
    told = (weights * (np.logaddexp(0, scores) - scores * targets)).sum(dtype=float)
    return float(told), expit(scores)


_Loss = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[float, np.ndarray]]
_SOLVED: Mapping[str, _Loss] = {"classification": _softmax_loss, "multilabel": _sigmoid_loss}


def _solve(
    part: _Part, start: np.ndarray, penalty: float, summed: _Loss, slope: float
) -> np.ndarray:
    """Mean cross-entropy plus half the penalty times the squared weights; biases are free.

    Each weight is measured in units of the curvature that its column has where nothing is known
    yet. In a basis without correlations that leaves little for L-BFGS to find out. The rows are
    scaled in place.
    """
    rows = part.rows
    given = 1 / len(start) if summed is _softmax_loss else 1 / 2
    free = given * (1 - given)  # the curvature at no opinion
    unit = np.sqrt(free * np.einsum("nd,nd->d", rows, rows) / len(rows) + penalty)
    units = np.append(unit, np.sqrt(free))
    rows /= unit
    shape, strength, targets = start.shape, penalty / unit**2, part.targets.astype(rows.dtype)
    share = (part.weights / len(rows)).astype(rows.dtype)  # (n, 1)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        theta = flat.reshape(shape).astype(rows.dtype)
        scores = rows @ theta[:, :-1].T + theta[:, -1] / rows.dtype.type(units[-1])  # (n, c)
        told, given = summed(scores, targets, part.weights)
        rest = (given - targets) * share
        gradient = np.empty(shape)
        gradient[:, :-1] = rest.T @ rows + strength * theta[:, :-1]
        gradient[:, -1] = rest.sum(axis=0) / units[-1]
        return told / len(rows) + float((strength * theta[:, :-1] ** 2).sum()) / 2, gradient.ravel()

    options = {"maxiter": 1000, "gtol": slope, "ftol": 1e-12, "maxcor": 10}
    found = minimize(loss, (start * units).ravel(), jac=True, method="L-BFGS-B", options=options)
    solved: np.ndarray = found.x.reshape(shape) / units
    return solved


def _scores(rows: np.ndarray, theta: np.ndarray) -> np.ndarray:
    scores: np.ndarray = rows @ theta[:, :-1].T + theta[:, -1]
    return scores
