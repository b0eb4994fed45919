"""Ridge regression onto class indicators, judged by exact leave-one-out.

With H the hat matrix, the residuals of rows that were left out together are
(I - H_GG)^-1 (y - ŷ)_G (Cook and Weisberg 1982); a row alone is a group of one. So one
decomposition judges every penalty, and no fit is repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from threadpoolctl import threadpool_limits

from headstart.head.directions import Directions
from headstart.head.linear import LinearFit, Sample, Way, fitted
from headstart.head.task import Classification

PENALTIES = tuple(10.0 ** (half / 2) for half in range(8, -17, -1))
"""From 10⁴ to 10⁻⁸, in units of the mean squared singular value of the centered rows."""


@dataclass(frozen=True, eq=False)
class _Decomposed:
    """Rows by their directions, and centered targets."""

    rows: Directions
    targets: Float[np.ndarray, "n c"]
    share: Float[np.ndarray, " c"]
    """The mean of each target, which centering took away."""

    @cached_property
    def fitting(self) -> Float[np.ndarray, "r c"]:
        """The targets along each direction."""
        found: np.ndarray = self.rows.left.T @ self.targets
        return found

    @cached_property
    def squares(self) -> Float[np.ndarray, "n r"]:
        """What each direction adds to the leverage of a row where nothing is shrunk."""
        found: np.ndarray = self.rows.left**2
        return found

    def shrunk(self, penalty: float) -> Float[np.ndarray, " r"]:
        """How much of each direction is left."""
        squared = self.rows.singular**2
        kept: np.ndarray = squared / (squared + penalty)
        return kept


def fit_ridge(sample: Sample, penalty: float | None = None) -> LinearFit:
    """Least squares with an L2 penalty and a free intercept, at the best of 25 penalties.

    The best has the least squared error of rows left out, each alone or with its group. Scores
    of classes are then multiplied by the one temperature at which their softmax loses least on
    those rows, so that they can be read as a classifier's. `penalty` is on the sum of squared
    weights, of a sum over rows.
    """
    with threadpool_limits(1):
        rows, parts = sample.directions, _centered(sample)
        unit = max(float((rows.singular**2).mean()), 1e-30) if len(rows.singular) else 1.0
        tried = [p * unit for p in PENALTIES] if penalty is None else [penalty]
        members = _members(sample.groups, len(sample.labels))
        errors = [float((_residuals(parts, p, members) ** 2).mean()) for p in tried]
        chosen = tried[int(np.argmin(errors))]
        scores = parts.targets + parts.share - _residuals(parts, chosen, members)
        single = isinstance(sample.task, Classification)
        sharp = _sharpness(scores, sample.labels.numpy()) if single else 1.0
        found = sample.task.answers(torch.from_numpy(scores * sharp)).numpy()
        turned = rows.right.T * (parts.shrunk(chosen) / np.maximum(rows.singular, 1e-300))
        weight = (turned @ parts.fitting).T  # (c, d)
        bias = parts.share - weight @ rows.mean
        return fitted(weight * sharp, bias * sharp, Way("ridge", chosen), found, sample)


def _centered(sample: Sample) -> _Decomposed:
    targets = sample.task.coded(sample.labels)
    share = targets.mean(axis=0)
    return _Decomposed(sample.directions, targets - share, share)


def _members(groups: Sequence[str], count: int) -> list[np.ndarray]:
    """Rows that are left out together; none where each is left out alone."""
    if not groups:
        return []
    named = np.asarray(groups)
    return [np.flatnonzero(named == name) for name in np.unique(named)] if count else []


def _residuals(parts: _Decomposed, penalty: float, members: Sequence[np.ndarray]) -> np.ndarray:
    """Errors of rows by fits that have not seen them, shape (n, c)."""
    left, shrunk = parts.rows.left, parts.shrunk(penalty)
    errors: np.ndarray = parts.targets - left @ (shrunk[:, None] * parts.fitting)
    count = len(errors)
    if not members:
        leverage = 1 / count + parts.squares @ shrunk
        errors /= np.maximum(1 - leverage, 1e-12)[:, None]
    for rows in members:
        block = 1 / count + (left[rows] * shrunk) @ left[rows].T
        errors[rows] = np.linalg.lstsq(np.eye(len(rows)) - block, errors[rows], rcond=None)[0]
    return errors


def _sharpness(scores: np.ndarray, labels: np.ndarray) -> float:
    """The factor at which the softmax of the scores has the least loss.

    Each class counts as if one row more had been found among its own, evenly of all classes
    (after Platt 1999), or scores without a mistake would be taken for certain.
    """
    classes = scores.shape[1]
    own = np.bincount(labels, minlength=classes)[:, None]
    wanted = (np.eye(classes) * own + 1 / classes) / (own + 1)  # (c, c)

    def loss(exponent: float) -> float:
        return -float((wanted[labels] * log_softmax(scores * 10**exponent, axis=1)).mean())

    found = minimize_scalar(loss, bounds=(-2, 3), method="bounded", options={"xatol": 1e-6})
    return float(10**found.x)
