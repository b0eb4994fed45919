"""Logistic regression on rows that stay on disk: every pass over them reads them again.

Standardizing and turning them, which makes L-BFGS quick, happens to the weights instead: scores of
rows are linear in both. So no second table is ever made, and held-out rows are rows that count 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int

from headstart.head.folds import Fold
from headstart.head.linear import HeadConfig, LinearFit, Sample, fitted, loss_in
from headstart.head.out_of_core import DiskTable
from headstart.head.solving import EXACT, ROUGH, Summed, solve, spread_of, step


@dataclass(frozen=True, eq=False)
class _Basis:
    """Standardized, and turned so that columns have nothing in common."""

    mean: Float[np.ndarray, " d"]
    scale: Float[np.ndarray, " d"]
    """Standard deviations; infinite where a column hardly varies."""
    squares: Float[np.ndarray, " d"]
    """Mean square along each direction."""
    right: Float[np.ndarray, "d d"]

    @classmethod
    def of(cls, far: DiskTable) -> "_Basis":
        """By the moments that were found on the way to the disk."""
        scale = spread_of(np.sqrt(np.diag(far.scatter) / len(far)))
        squares, right = np.linalg.eigh(far.scatter / len(far) / scale / scale[:, None])
        return cls(far.mean, scale, np.maximum(squares, 0.0), right)

    def plain(self, theta: Float[np.ndarray, "c d1"]) -> Float[np.ndarray, "c d1"]:
        """Weights and biases for rows as they are on disk."""
        weight = theta[:, :-1] @ self.right.T / self.scale
        found: np.ndarray = np.c_[weight, theta[:, -1] - weight @ self.mean]
        return found

    def turned(self, fit: LinearFit) -> Float[np.ndarray, "c d1"]:
        """A fit in this basis."""
        weight = fit.weight.double().numpy()
        scale = np.where(np.isfinite(self.scale), self.scale, 0.0)
        bias = fit.bias.double().numpy() + weight @ self.mean
        found: np.ndarray = np.c_[weight * scale @ self.right, bias]
        return found


@dataclass(frozen=True, eq=False)
class _FarPart:
    """Rows on disk, those that count, and the basis in which weights are told."""

    sample: Sample
    far: DiskTable
    basis: _Basis
    weights: Float[np.ndarray, "n 1"]
    """What each row counts; 0 where it is held out."""

    @property
    def squares(self) -> Float[np.ndarray, " d"]:
        """Mean square along each direction, of all rows."""
        return self.basis.squares

    def slopes(
        self, theta: Float[np.ndarray, "c d1"], summed: Summed
    ) -> tuple[float, Float[np.ndarray, "c d1"]]:
        """The mean loss, and its slopes."""
        plain, told, slope = self.basis.plain(theta), 0.0, np.zeros(theta.shape)
        for at, rows in self.far.blocks():
            targets = self.sample.task.coded(self.sample.labels[at])
            lost, some = step(rows, plain, targets, self.weights[at], summed)
            told, slope = told + lost, slope + some
        count = np.count_nonzero(self.weights)
        bias = slope[:, -1:]
        weight = (slope[:, :-1] - bias * self.basis.mean) / self.basis.scale @ self.basis.right
        return told / count, np.c_[weight, bias] / count

    def without(self, held: Int[np.ndarray, " h"]) -> "_FarPart":
        """The same with these rows held out, in the basis of all of them."""
        counted = self.weights.copy()
        counted[held] = 0.0
        return replace(self, weights=counted)

    def solved(
        self, theta: Float[np.ndarray, "c d1"], penalty: float, slope: float
    ) -> Float[np.ndarray, "c d1"]:
        """The best weights and biases, looked for from these on."""
        return solve(self, theta, penalty, loss_in(self.sample.task), slope)

    def losses(
        self, answers: Float[np.ndarray, "n c"], rows: Int[np.ndarray, " h"]
    ) -> Float[np.ndarray, " h"]:
        """Of answers to these rows."""
        labels = self.sample.labels.numpy()[rows]
        return self.sample.task.losses(answers[rows], labels)

    def fit(
        self, theta: Float[np.ndarray, "c d1"], penalty: float, found: Float[np.ndarray, "n c"]
    ) -> LinearFit:
        """What is left; `found` are the answers to rows, unseen."""
        plain = self.basis.plain(theta)
        head_config = HeadConfig("logistic", penalty)
        return fitted(plain[:, :-1], plain[:, -1], head_config, found, self.sample)

    def answers(self, theta: Float[np.ndarray, "c d1"]) -> Float[np.ndarray, "n c"]:
        """To every row."""
        plain, task = self.basis.plain(theta), self.sample.task
        found = [
            task.answers(torch.from_numpy(rows @ plain[:, :-1].T + plain[:, -1])).numpy()
            for _, rows in self.far.blocks()
        ]
        return np.concatenate(found)


def fit_far(
    sample: Sample,
    far: DiskTable,
    weights: Float[np.ndarray, "n 1"],
    folds: Sequence[Fold],
    near: LinearFit | float,
) -> LinearFit:
    """At a given penalty; or, from the fit to a part of the rows, at one near to that of the part.

    Half decades from the part's on are tried on the first fold, down to where the same prior would
    weigh as much beside a mean loss over all rows. Which of them suits differs: 1e-3 at 8,000
    made-up rows and at 32,000, of many features and clear classes.
    """
    part = _FarPart(sample, far, _Basis.of(far), weights)
    if isinstance(near, float):
        theta = part.solved(np.zeros((sample.task.width, far.shape[1] + 1)), near, EXACT)
        return part.fit(theta, near, part.answers(theta))
    most = near.head_config.penalty * 10**0.5
    steps = int(np.ceil(2 * np.log10(len(far) / len(near.answers)))) + 1
    theta, found, best = part.basis.turned(near), np.zeros((0, 0)), (np.inf, most)
    for penalty in (most / 10 ** (half / 2) for half in range(steps + 1)):
        trial = part.without(folds[0][1]).solved(theta, penalty, ROUGH)
        answers = part.answers(trial)
        lost = float(part.losses(answers, folds[0][1]).mean())
        if lost > best[0]:
            break
        theta, found, best = trial, answers, (lost, penalty)
    for _, held in folds[1:]:
        theta = part.without(held).solved(theta, best[1], ROUGH)
        found[held] = part.answers(theta)[held]
    return part.fit(part.solved(theta, best[1], EXACT), best[1], found)
