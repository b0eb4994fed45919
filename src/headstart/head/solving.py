"""Penalized losses at their least, for rows in memory and for rows on disk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize
from scipy.special import expit

ROUGH, EXACT = 3e-4, 1e-6
"""Largest slope at which a fit is done: to choose by, and to keep."""
LEAST_SPREAD = 1e-6
"""Columns that vary less than this share of what columns usually do get no weight: it is what
single precision rounds to. A unit that is 1e-8 everywhere was given 10^7, and what was then trained
from that head was wrecked in its first steps."""
Summed = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[float, np.ndarray]]
"""Scores, what they should come to, what each row counts -> summed loss, and how each row's loss
changes with its scores. Scores are overwritten."""


@dataclass(frozen=True)
class Loss:
    """A loss that linear heads can be fitted to by its slopes."""

    summed: Summed
    curvature: Callable[[int], float]
    """Of a row's loss along one score, where nothing is known yet; by the number of scores."""
    one_direction: bool = False
    """Whether rows of features move the first score alone: the others are biases."""


@runtime_checkable
class Part(Protocol):
    """Rows to fit to, in a basis without correlations."""

    @property
    def squares(self) -> Float[np.ndarray, " r"]:
        """Mean square of each column."""
        ...

    def slopes(
        self, theta: Float[np.ndarray, "c r1"], summed: Summed
    ) -> tuple[float, Float[np.ndarray, "c r1"]]:
        """The mean loss of weights and, last, biases; and how it changes with each of them."""
        ...


@dataclass(frozen=True, eq=False)
class Near:
    """Rows in memory."""

    rows: Float[np.ndarray, "n r"]
    targets: Float[np.ndarray, "n c"]
    weights: Float[np.ndarray, "n 1"]
    """What each row counts."""

    @property
    def squares(self) -> Float[np.ndarray, " r"]:
        """Mean square of each column."""
        found: np.ndarray = np.einsum("nd,nd->d", self.rows, self.rows) / len(self.rows)
        return found

    def slopes(
        self, theta: Float[np.ndarray, "c r1"], summed: Summed
    ) -> tuple[float, Float[np.ndarray, "c r1"]]:
        """The mean loss, and its slopes."""
        told, slope = step(self.rows, theta, self.targets, self.weights, summed)
        return told / len(self.rows), slope / len(self.rows)


def step(
    rows: Float[np.ndarray, "n r"],
    theta: Float[np.ndarray, "c r1"],
    targets: Float[np.ndarray, "n c"],
    weights: Float[np.ndarray, "n 1"],
    summed: Summed,
) -> tuple[float, Float[np.ndarray, "c r1"]]:
    """Summed loss and slopes of some rows, in their precision."""
    kind = rows.dtype
    targets, counted = (part.astype(kind, copy=False) for part in (targets, weights))
    scores = rows @ theta[:, :-1].T.astype(kind) + theta[:, -1].astype(kind)  # (n, c)
    told, rest = summed(scores, targets, weights)
    rest *= counted
    slope = np.empty(theta.shape)
    slope[:, :-1], slope[:, -1] = rest.T @ rows, rest.sum(axis=0)
    return told, slope


def spread_of(deviations: Float[np.ndarray, " d"]) -> Float[np.ndarray, " d"]:
    """What to divide columns by: infinity where one hardly varies, so that its weight is 0."""
    usual = float(np.sqrt((deviations.astype(float) ** 2).mean()))
    return np.where(deviations > max(LEAST_SPREAD * usual, 1e-30), deviations, np.inf)


def solve(part: Part, start: np.ndarray, penalty: float, fitted: Loss, slope: float) -> np.ndarray:
    """The mean loss plus half the penalty times the squared weights at its least; biases are free.

    Each weight is measured in units of the curvature that its column has where nothing is known
    yet. In a basis without correlations that leaves little for L-BFGS to find out. `slope` is the
    largest at which it is done.
    """
    free = fitted.curvature(len(start))
    units = np.append(np.sqrt(free * part.squares + penalty), np.sqrt(free))

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        theta = flat.reshape(start.shape) / units
        told, found = part.slopes(theta, fitted.summed)
        if fitted.one_direction:
            found[1:, :-1] = 0.0
        found[:, :-1] += penalty * theta[:, :-1]
        lost = told + penalty * float((theta[:, :-1] ** 2).sum()) / 2
        return lost, (found / units).ravel()

    options = {"maxiter": 1000, "gtol": slope, "ftol": 1e-12, "maxcor": 10}
    found = minimize(loss, (start * units).ravel(), jac=True, method="L-BFGS-B", options=options)
    solved: np.ndarray = found.x.reshape(start.shape) / units
    return solved


def _softmax(
    scores: np.ndarray, targets: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Summed cross-entropy, and its slopes in the place of the scores."""
    scores -= scores.max(axis=1, keepdims=True)
    given = np.exp(scores)
    sums = given.sum(axis=1, keepdims=True)
    lost = np.log(sums) - np.einsum("nc,nc->n", scores, targets)[:, None]
    told = (weights * lost).sum(dtype=float)
    given /= sums
    given -= targets
    return float(told), given


def _sigmoid(
    scores: np.ndarray, targets: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Summed binary cross-entropy, each column by itself, and its slopes."""
    told = (weights * (np.logaddexp(0, scores) - scores * targets)).sum(dtype=float)
    return float(told), expit(scores) - targets


SOFTMAX = Loss(_softmax, lambda classes: 1 / classes * (1 - 1 / classes))
SIGMOID = Loss(_sigmoid, lambda tags: 1 / 4)
