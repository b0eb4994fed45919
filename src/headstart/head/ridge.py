"""Ridge regression onto class indicators, judged by exact leave-one-out.

With H the hat matrix, the residuals of rows that were left out together are
(I - H_GG)^-1 (y - ŷ)_G (Cook and Weisberg 1982); a row alone is a group of one. So one
decomposition judges every penalty, and no fit is repeated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from threadpoolctl import threadpool_limits

from headstart.head.directions import Directions, directions_in
from headstart.head.folds import folds_of, separable, strata_in
from headstart.head.linear import HeadConfig, LinearFit, Sample, fitted
from headstart.head.out_of_core import BLOCK, DiskTable

PENALTIES = tuple(10.0 ** (half / 2) for half in range(8, -17, -1))
"""From 10⁴ to 10⁻⁸, in units of the mean squared singular value of the centered rows."""


Places = Int[np.ndarray, " m"]
NONE = np.zeros(0, dtype=int)


@dataclass(frozen=True, eq=False)
class _Part:
    """Some of the rows by their directions: which, where they lie, and what is left out together.

    Groups are never torn; without any, each row is left out alone.
    """

    rows: Int[np.ndarray, " m"]
    left: Float[np.ndarray, "m r"]
    members: Sequence[np.ndarray]


@dataclass(frozen=True, eq=False)
class _Regression:
    """Centered targets, and what all rows together say of them."""

    directions: Directions
    """Of rows on disk without `left`: that comes in parts."""
    targets: Float[np.ndarray, "n c"]
    fitting: Float[np.ndarray, "r c"]
    """The targets along each direction."""
    parts: Callable[[], Iterator[_Part]]

    def shrunk(self, penalty: float) -> Float[np.ndarray, " r"]:
        """How much of each direction is left."""
        squared = self.directions.singular**2
        kept: np.ndarray = squared / (squared + penalty)
        return kept

    def residuals(self, part: _Part, penalty: float) -> Float[np.ndarray, "m c"]:
        """Errors of a part's rows by fits that have not seen them."""
        left, shrunk, count = part.left, self.shrunk(penalty), len(self.targets)
        found: np.ndarray = self.targets[part.rows] - left @ (shrunk[:, None] * self.fitting)
        if not part.members:
            leverage = 1 / count + left**2 @ shrunk
            found /= np.maximum(1 - leverage, 1e-12)[:, None]
        for rows in part.members:
            block = 1 / count + (left[rows] * shrunk) @ left[rows].T
            found[rows] = np.linalg.lstsq(np.eye(len(rows)) - block, found[rows], rcond=None)[0]
        return found

    def weight(self, penalty: float) -> Float[np.ndarray, "c d"]:
        """Of the rows as they are."""
        ways = self.directions
        turned = ways.right.T * (self.shrunk(penalty) / np.maximum(ways.singular, 1e-300))
        weight: np.ndarray = (turned @ self.fitting).T
        return weight


def fit_ridge(sample: Sample, penalty: float | None = None) -> LinearFit:
    """Least squares with an L2 penalty and a free intercept, at the best of 25 penalties.

    The best has the least squared error of rows left out, each alone or with its group. Scores
    of classes are then multiplied by the one temperature at which their softmax loses least on
    those rows, so that they can be read as a classifier's; answers to a row are at the penalty and
    temperature that rows of other folds choose. `penalty` is on the sum of squared
    weights, of a sum over rows. Rows on disk are read three times, a block at a time.
    """
    with threadpool_limits(1):
        targets = sample.task.coded(sample.labels)
        share = targets.mean(axis=0)
        rows, rest = sample.rows, targets - share
        found = _far(sample, rows, rest) if isinstance(rows, DiskTable) else _near(sample, rest)
        singular = found.directions.singular
        unit = max(float((singular**2).mean()), 1e-30) if len(singular) else 1.0
        tried = [p * unit for p in PENALTIES] if penalty is None else [penalty]
        errors = np.zeros((len(tried), len(targets)))
        for part in found.parts():
            errors[:, part.rows] = [(found.residuals(part, p) ** 2).sum(axis=1) for p in tried]
        folds = folds_of(strata_in(sample.labels), sample.groups, sample.seed)
        best, own = _least(errors, NONE), [_least(errors, held) for _, held in folds]
        scores = _left_out(found, targets, {p: tried[p] for p in (best, *own)})
        sharp = _sharp(sample, scores[best])
        answers = _answers(sample, scores[best], sharp)
        for place, (_, held) in zip(own, folds, strict=True):
            left = scores[place]
            answers[held] = _answers(sample, left, _sharp(sample, left, held))[held]
        chosen = tried[best]
        weight = found.weight(chosen)
        bias = share - weight @ found.directions.mean
        return fitted(weight * sharp, bias * sharp, HeadConfig("ridge", chosen), answers, sample)


def _least(errors: Float[np.ndarray, "p n"], without: Places) -> int:
    """Which penalty has the least error of all rows but these."""
    return int(np.delete(errors, without, axis=1).sum(axis=1).argmin())


def _left_out(
    found: _Regression, targets: Float[np.ndarray, "n c"], penalties: Mapping[int, float]
) -> Mapping[int, Float[np.ndarray, "n c"]]:
    """Scores of rows by fits that have not seen them, at each penalty; rows are read once."""
    scores = {place: targets.copy() for place in penalties}
    for part in found.parts():
        for place, penalty in penalties.items():
            scores[place][part.rows] -= found.residuals(part, penalty)
    return scores


def _sharp(sample: Sample, scores: Float[np.ndarray, "n c"], without: Places = NONE) -> float:
    """The factor of scores that suits all rows but these."""
    if sample.task.link != "softmax":
        return 1.0
    labels = sample.labels.numpy()
    return _sharpness(np.delete(scores, without, axis=0), np.delete(labels, without))


def _answers(sample: Sample, scores: np.ndarray, sharp: float) -> Float[np.ndarray, "n c"]:
    return np.asarray(sample.task.answers(torch.from_numpy(scores * sharp)))


def _near(sample: Sample, targets: Float[np.ndarray, "n c"]) -> _Regression:
    ways = sample.directions
    whole = _Part(np.arange(len(targets)), ways.left, _members(separable(sample.groups)))
    return _Regression(ways, targets, ways.left.T @ targets, lambda: iter([whole]))


def _far(sample: Sample, far: DiskTable, targets: Float[np.ndarray, "n c"]) -> _Regression:
    found = np.zeros((far.shape[1], targets.shape[1]))
    for at, block in far.blocks():
        found += (block - far.mean).T @ targets[at]
    singular, right = directions_in(far.scatter)
    turn = right.T / singular  # (d, r)
    ways = Directions(far.mean, np.zeros((0, len(singular))), singular, right)

    def parts() -> Iterator[_Part]:
        if not separable(sample.groups):
            for at, block in far.blocks():
                yield _Part(np.arange(at.start, at.stop), (block - far.mean) @ turn, ())
        for bundle in _bundles(_members(separable(sample.groups))):
            rows = np.concatenate(bundle)
            ends = np.cumsum([len(group) for group in bundle])[:-1]
            left = (far.take(rows.tolist()).double().numpy() - far.mean) @ turn
            yield _Part(rows, left, np.split(np.arange(len(rows)), ends))

    return _Regression(ways, targets, turn.T @ found, parts)


def _members(groups: Sequence[str]) -> list[np.ndarray]:
    """Rows that are left out together; none where each is left out alone."""
    if not groups:
        return []
    _, named = np.unique(np.asarray(groups), return_inverse=True)
    order = np.argsort(named, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(named[order])) + 1)


def _bundles(members: Sequence[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """Groups, as many at a time as make a block of rows."""
    bundle: list[np.ndarray] = []
    for group in members:
        bundle.append(group)
        if sum(map(len, bundle)) >= BLOCK:
            yield bundle
            bundle = []
    if bundle:
        yield bundle


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
