"""The output layer, and what fitting one gives."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class LinearFit:
    """A fitted linear head: scores are `rows @ weight.T + bias`."""

    weight: Float[Tensor, "c d"]
    bias: Float[Tensor, " c"]
    penalty: float
    """The strength of the L2 penalty (or shrinkage) that was chosen."""
    log_loss: float
    """Of rows that it was not fitted to, in nats."""
    probabilities: Float[np.ndarray, "n c"]
    """Of every row, by a fit that had not seen it."""


def linear(
    width: int,
    classes: int,
    weight: Float[Tensor, "c d"] | None = None,
    bias: Float[Tensor, " c"] | None = None,
) -> nn.Linear:
    """An output layer with these weights; without them a head of zeros, which has no opinion."""
    head: nn.Linear = nn.utils.skip_init(nn.Linear, width, classes)  # draws no random numbers
    with torch.no_grad():
        head.weight.copy_(weight if weight is not None else torch.zeros(classes, width))
        head.bias.copy_(bias if bias is not None else torch.zeros(classes))
    return head
