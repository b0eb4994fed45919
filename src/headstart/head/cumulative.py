"""Ordered classes: the cumulative logit model with proportional odds (McCullagh 1980).

P(y <= k) = sigmoid(threshold_k - f), where f is one linear score and the K - 1 thresholds are the
same for all rows. A row of K scores is f, the raw first threshold, and the raw gaps between
neighboring thresholds; softplus keeps gaps above 0, so thresholds are ordered whatever the scores.
All scores 0 give each class the same probability. With sigmoid and softplus the log-probability of
a class is a sum of three log-sigmoids (the threshold above it less f, f less the threshold below
it, the raw gap between both), so no small difference of large numbers is ever taken.
"""

import math
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float
from scipy.special import expit
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, pad, softplus


class OrdinalHead(nn.Linear):
    """A linear layer of which features move the first score alone; the others are biases.

    Its weight has a row a score, as every output layer has; all but the first are held at 0.
    """

    def __init__(self, width: int, classes: int, weight: Tensor, bias: Tensor) -> None:
        super().__init__(width, classes)
        self.zeros = (classes - 1) * width
        with torch.no_grad():
            self.weight.copy_(weight)
            self.bias.copy_(bias)

    def reset_parameters(self) -> None:
        """Draw nothing: weight and bias are given."""

    def forward(self, rows: Float[Tensor, "*n d"]) -> Float[Tensor, "*n k"]:
        """Scores; weights that are held get no slope."""
        moved = nn.functional.linear(rows, self.weight[:1])
        return pad(moved, (0, self.out_features - 1)) + self.bias


def offsets(classes: int) -> tuple[float, ...]:
    """Of raw thresholds, so that zeros give each class the same probability: the first, then gaps.

    >>> [round(one, 3) for one in offsets(2)]
    [0.0]
    """
    even = [math.log(k / (classes - k)) for k in range(1, classes)]
    gaps = [high - low for low, high in pairwise(even)]
    return even[0], *(math.log(math.expm1(gap)) for gap in gaps)


def log_probabilities(scores: Float[Tensor, "n k"]) -> Float[Tensor, "n k"]:
    """Of each class, lowest first."""
    raw = scores[:, 1:] + scores.new_tensor(offsets(scores.shape[1]))  # (n, k - 1)
    gaps = raw[:, 1:]
    thresholds = torch.cat([raw[:, :1], softplus(gaps)], dim=1).cumsum(dim=1)
    left = thresholds - scores[:, :1]
    return (
        pad(logsigmoid(left), (0, 1))
        + pad(logsigmoid(-left), (1, 0))
        + pad(logsigmoid(gaps), (1, 1))
    )


def cumulative(
    scores: np.ndarray, targets: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Summed negative log-probability of the targets' classes, and how it changes with scores."""
    raw = scores[:, 1:] + np.asarray(offsets(scores.shape[1]), dtype=scores.dtype)
    gaps = raw[:, 1:]
    thresholds = np.c_[raw[:, :1], np.logaddexp(0, gaps)].cumsum(axis=1)
    left = thresholds - scores[:, :1]  # (n, k - 1)
    below, above, inner = targets[:, :-1], targets[:, 1:], targets[:, 1:-1]
    lost = below * np.logaddexp(0, -left) + above * np.logaddexp(0, left)
    told = (weights * lost).sum(dtype=float)
    told += (weights * inner * np.logaddexp(0, -gaps)).sum(dtype=float)
    by_threshold = above * expit(left) - below * expit(-left)
    onward = by_threshold[:, ::-1].cumsum(axis=1)[:, ::-1]  # a gap moves all thresholds behind it
    scores[:, 0] = -by_threshold.sum(axis=1)
    scores[:, 1] = onward[:, 0]
    scores[:, 2:] = onward[:, 1:] * expit(gaps) - inner * expit(-gaps)
    return float(told), scores


def curvature(classes: int) -> float:
    """Of the loss along f, where each class is as likely as another.

    >>> curvature(2)
    0.25
    """
    return (1 - 1 / classes**2) / 3
