"""Linear discriminant analysis with a ridge, judged by exact leave-one-out.

With A the within-class scatter plus λI, leaving row x of class y out takes κ d dᵀ from A, where
d = x - μ_y and κ = n_y / (n_y - 1), and moves only the mean of y. Sherman and Morrison's formula
then gives each left-out distance from one decomposition for all rows and penalties.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from scipy.special import softmax
from threadpoolctl import threadpool_limits

from headstart.head.folds import Fold, cross_fitted, folds_of, separable
from headstart.head.linear import HeadConfig, LinearFit, Sample, fitted, losses_of

PENALTIES = tuple(10.0 ** (half / 2) for half in range(6, -13, -1))
"""From 10³ to 10⁻⁶, in units of the mean eigenvalue of the within-class scatter."""


@dataclass(frozen=True, eq=False)
class _Scatter:
    """Rows and class means in the directions of the within-class scatter, each about `center`."""

    rows: Float[np.ndarray, "n r"]
    means: Float[np.ndarray, "c r"]
    """Of classes with rows; zeros for the others."""
    spread: Float[np.ndarray, " r"]
    """The scatter along each direction."""
    turn: Float[np.ndarray, "r r"]
    center: Float[np.ndarray, " r"]
    counts: Int[np.ndarray, " c"]
    offset: Float[np.ndarray, "n r"]
    """Of each row from the mean of its class."""

    @cached_property
    def products(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Along each direction, of a row and its offset from the mean of its class: the squares of
        both, and their product; each of shape (n, r).
        """  # noqa: D205 - one sentence
        return self.rows**2, self.offset**2, self.rows * self.offset

    @property
    def unit(self) -> float:
        """The mean scatter of a direction."""
        return max(float(self.spread.mean()), 1e-30) if len(self.spread) else 1.0


def fit_lda(sample: Sample, penalty: float | None = None) -> LinearFit:
    """Gaussian classes with one shared covariance, at the penalty with the least left-out loss.

    Rows are left out one at a time, exactly; with groups, in five folds that keep groups whole.
    `penalty` is λ, added to the within-class scatter. A class's only row gets the probability of
    a class nobody has seen, which is none.
    """
    classes, known = sample.task.width, sample.labels.numpy()
    with threadpool_limits(1):
        directions = sample.directions
        plain = directions.rows
        scatter = _scatter(plain, known, classes)
        tried = [p * scatter.unit for p in PENALTIES] if penalty is None else [penalty]
        folds = folds_of(known, sample.groups, sample.seed)
        if separable(sample.groups):
            found = _held_out(plain, known, classes, tried, folds)
        else:
            found = [_left_out(scatter, known, p) for p in tried]
        losses = losses_of(found, sample)
        best = int(losses.mean(axis=1).argmin())
        answers = cross_fitted(found, losses, folds)
        turned, bias = _linear(scatter, tried[best])
        weight = turned @ directions.right
        bias = bias - weight @ directions.mean
        return fitted(weight, bias, HeadConfig("lda", tried[best]), answers, sample)


def _scatter(rows: np.ndarray, labels: np.ndarray, classes: int) -> _Scatter:
    center = rows.mean(axis=0)
    rows = rows - center
    counts = np.bincount(labels, minlength=classes)
    sums = np.eye(classes)[labels].T @ rows
    means = sums / np.maximum(counts, 1)[:, None]
    inside = rows - means[labels]
    spread, turn = np.linalg.eigh(inside.T @ inside)
    spread = np.maximum(spread, 0.0)
    return _Scatter(rows @ turn, means @ turn, spread, turn, center, counts, inside @ turn)


def _linear(scatter: _Scatter, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights (c, r) and biases (c); a class without rows is never chosen."""
    seen = scatter.counts > 0
    free = max(int(scatter.counts.sum() - seen.sum()), 1)
    scaled = free * scatter.means / (scatter.spread + penalty)  # (c, r)
    weight = scaled @ scatter.turn.T
    prior = np.log(np.maximum(scatter.counts, 1e-300) / scatter.counts.sum())
    bias = prior - (scaled * scatter.means).sum(axis=1) / 2 - weight @ scatter.center
    return weight, bias


def _left_out(scatter: _Scatter, labels: np.ndarray, penalty: float) -> np.ndarray:
    """Probabilities of each row by the fit to all others, shape (n, c)."""
    every, own = np.arange(len(labels)), scatter.counts[labels]
    inverse = 1 / (scatter.spread + penalty)
    kappa = np.where(own > 1, own / np.maximum(own - 1, 1), 1.0)
    squared, length, crossed = (product @ inverse for product in scatter.products)
    turned = (scatter.means * inverse).T  # A⁻¹ μ, (r, c)
    left = np.maximum(1 - kappa * length, 1e-12)
    squares = (scatter.means**2 * inverse).sum(axis=1)
    far = squared[:, None] + squares - 2 * scatter.rows @ turned  # (x - μ_k) A⁻¹ (x - μ_k)
    along = crossed[:, None] - scatter.offset @ turned  # d A⁻¹ (x - μ_k), d = x - μ_y
    far += (kappa / left)[:, None] * along**2
    far[every, labels] = kappa**2 * (length + kappa * length**2 / left)
    counts = np.tile(scatter.counts.astype(float), (len(labels), 1))
    counts[every, labels] -= 1
    free = np.maximum(counts.sum(axis=1) - (counts > 0).sum(axis=1), 1)
    with np.errstate(divide="ignore"):
        scores = np.log(counts) - free[:, None] / 2 * far
    found: np.ndarray = softmax(scores, axis=1)
    return found


def _held_out(
    rows: np.ndarray,
    labels: np.ndarray,
    classes: int,
    penalties: Sequence[float],
    folds: Sequence[Fold],
) -> list[np.ndarray]:
    """At each penalty; a fold is decomposed once for all of them."""
    found = [np.full((len(labels), classes), 1 / classes) for _ in penalties]
    for fit, held in folds:
        scatter = _scatter(rows[fit], labels[fit], classes)
        for answers, penalty in zip(found, penalties, strict=True):
            weight, bias = _linear(scatter, penalty)
            answers[held] = softmax(rows[held] @ weight.T + bias, axis=1)
    return found
