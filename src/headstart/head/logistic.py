"""Logistic regression, multinomial or a tag at a time, in the basis of the singular vectors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from threadpoolctl import threadpool_limits
from torch import Tensor

from headstart.head.folds import Fold, cross_fitted, folds_of, separable, strata_in
from headstart.head.linear import HeadConfig, LinearFit, Sample, fitted, loss_in, losses_of
from headstart.head.logistic_out_of_core import fit_far
from headstart.head.out_of_core import SOME, DiskTable
from headstart.head.solving import EXACT, ROUGH, Near, solve, spread_of

PENALTIES = tuple(10.0**exponent for exponent in range(2, -7, -1))
"""From 100 to 1e-6, on standardized rows, against a mean loss; halves of a decade beside the best
of them are tried too."""
MANY = 1000
"""Rows from which part of them is enough for a first look at a penalty."""
LARGE = 5_000_000
"""Numbers in a table from which it is worked on in single precision."""
_BLOCK = 1024  # rows that are turned at once
_WORSE, _CLEARLY = 2, 1.02
"""Weaker penalties in a row that only made it worse, after which no more are tried; or one that
made it so many times worse."""


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
        if isinstance(sample.rows, DiskTable):
            near = fit_logistic(_some(sample, sample.rows)) if penalty is None else penalty
            folds = _divided(sample) if penalty is None else []
            return fit_far(sample, sample.rows, _weights(sample), folds, near)
        return _fit_near(sample, sample.rows, penalty)


def _fit_near(sample: Sample, rows: Float[Tensor, "n d"], penalty: float | None) -> LinearFit:
    exact = torch.float64 if rows.numel() <= LARGE else torch.float32
    basis = _basis(rows.to(exact, copy=True).numpy())
    start = np.zeros((sample.task.width, basis.rows.shape[1] + 1))
    problem = _Problem(sample, basis.rows.astype(np.float32, copy=False))
    folds = _divided(sample) if penalty is None else []
    best = _chosen(problem, folds, start) if folds else None
    strong = PENALTIES[0] if penalty is None else penalty
    chosen = best.penalty if best else strong
    every = Near(basis.rows, problem.targets, problem.weights)
    theta = solve(every, best.middle if best else start, chosen, loss_in(sample.task), EXACT)
    found = best.answers if best else _told(sample, basis.rows, theta)
    if penalty is None and not folds:  # of a single row, which no fit can be without
        found = _no_opinion(sample)
    weight = (theta[:, :-1] @ basis.turn) / basis.scale
    bias = theta[:, -1] - weight @ basis.mean
    return fitted(weight, bias, HeadConfig("logistic", chosen), found, sample)


def _basis(rows: Float[np.ndarray, "n d"]) -> _Basis:
    """Standardize in place, and turn."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale = spread_of(scale)
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


@dataclass(frozen=True, eq=False)
class _Trial:
    """What a penalty comes to on some folds."""

    penalty: float
    thetas: tuple[np.ndarray, ...]
    """Solutions, one a fold."""
    answers: Float[np.ndarray, "n c"]
    """To rows that were held out."""
    loss: float
    """Of those rows."""

    @property
    def middle(self) -> Float[np.ndarray, "c r1"]:
        """Near to what other folds come to, and all rows."""
        found: np.ndarray = np.mean(self.thetas, axis=0)
        return found


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
        return _weights(self.sample)

    def losses(self, answers: Sequence[Float[np.ndarray, "n c"]]) -> Float[np.ndarray, "m n"]:
        """Of each row, by several answers to all."""
        return losses_of(answers, self.sample)


def _weights(sample: Sample) -> Float[np.ndarray, "n 1"]:
    task, labels = sample.task, sample.labels.numpy()
    if task.class_weights:
        weights: np.ndarray = np.asarray(task.class_weights)[labels][:, None]
        return weights
    return np.ones((len(labels), 1))


def _some(sample: Sample, far: DiskTable) -> Sample:
    """A part of rows on disk that fits the memory, drawn by the seed."""
    drawn = np.random.default_rng(sample.seed).permutation(len(far))[:SOME]
    rows = sorted(drawn.tolist())
    groups = [sample.groups[row] for row in rows] if sample.groups else ()
    return Sample(far.take(rows), sample.labels[rows], sample.task, groups, sample.seed)


def _divided(sample: Sample) -> list[Fold]:
    return folds_of(strata_in(sample.labels), sample.groups, sample.seed)


def _no_opinion(sample: Sample) -> Float[np.ndarray, "n c"]:
    scores = torch.zeros(len(sample.labels), sample.task.width, dtype=torch.float64)
    return np.asarray(sample.task.answers(scores))


def _told(sample: Sample, rows: np.ndarray, theta: np.ndarray) -> Float[np.ndarray, "n c"]:
    """Answers to rows in the basis."""
    found: np.ndarray = sample.task.answers(torch.from_numpy(_scores(rows, theta))).numpy()
    return found


def _chosen(problem: _Problem, folds: Sequence[Fold], start: Float[np.ndarray, "c r1"]) -> _Trial:
    """The penalty with the lowest loss, and out-of-fold answers, each at the penalty that had the
    lowest on other folds.

    Strong ones come first: decades, then halves beside the best of them. Where there are `MANY`
    rows and no groups, two of the folds are enough to tell penalties apart; the others are solved
    at the best. Folds of groups are not alike.
    """  # noqa: D205 - one sentence
    alike = len(problem.rows) >= MANY and not separable(problem.sample.groups)
    some = folds[:2] if alike else folds
    trials: list[_Trial] = []
    for penalty in PENALTIES:
        starts = trials[-1].thetas if trials else [start] * len(some)
        trials.append(_tried(problem, some, penalty, starts))
        best = min(trials, key=lambda trial: trial.loss)
        since = len(trials) - 1 - trials.index(best)
        if since >= _WORSE or trials[-1].loss > _CLEARLY * best.loss:
            break
    halves = [_tried(problem, some, best.penalty * by, best.thetas) for by in (10**0.5, 0.1**0.5)]
    best = min((best, *halves), key=lambda trial: trial.loss)
    every = [trial.answers for trial in (*trials, *halves)]
    best = replace(best, answers=cross_fitted(every, problem.losses(every), some))
    rest = folds[len(some) :]
    if not rest:
        return best
    others = _tried(problem, rest, best.penalty, [best.middle] * len(rest))
    for _, held in rest:
        best.answers[held] = others.answers[held]
    return replace(best, thetas=(*best.thetas, *others.thetas))


def _tried(
    problem: _Problem, folds: Sequence[Fold], penalty: float, starts: Sequence[np.ndarray]
) -> _Trial:
    """Each fold solved from where it is said to start. Rows are copied out for one at a time."""
    rows, task, labels = problem.rows, problem.sample.task, problem.sample.labels.numpy()
    answers = _no_opinion(problem.sample)
    thetas, losses = [], []
    for (fit, held), start in zip(folds, starts, strict=True):
        part = Near(rows[fit], problem.targets[fit], problem.weights[fit])
        thetas.append(solve(part, start, penalty, loss_in(task), ROUGH))
        told = _told(problem.sample, rows[held], thetas[-1])
        answers[held] = told
        losses.append(task.losses(told, labels[held]))
    return _Trial(penalty, tuple(thetas), answers, float(np.concatenate(losses).mean()))


def _scores(rows: np.ndarray, theta: np.ndarray) -> np.ndarray:
    scores: np.ndarray = rows @ theta[:, :-1].T + theta[:, -1]
    return scores
