"""Batches whose pictures are mixed with one another: mixup (Zhang et al. 2018)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from headstart.head import Goal
from headstart.train.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Mixed:
    """A batch, each of whose items may be mixed with another."""

    given: Any
    share: float = 1.0
    """Of the item itself."""
    order: Sequence[int] = ()
    """Which item each is mixed with."""


def mixed_by(batch: Any, recipe: Recipe, *step: int) -> Mixed:
    """Weighted means of two pictures where the recipe says so; the draw follows from the step."""
    alpha = recipe.restraint.mixup
    if not alpha or batch.ndim != 4:
        return Mixed(batch)
    rng = np.random.default_rng([recipe.seed, *step])
    share, order = float(rng.beta(alpha, alpha)), rng.permutation(len(batch)).tolist()
    return Mixed(torch.lerp(batch[order], batch, share), share, order)


def mixed_loss(
    task: Goal, scores: Tensor, labels: Tensor, mixed: Mixed, smoothing: float
) -> Tensor:
    """Of mixed items, the same mean of both losses."""
    own = task.loss(scores, labels, smoothing=smoothing)
    if not mixed.order:
        return own
    other = task.loss(scores, labels[mixed.order], smoothing=smoothing)
    return mixed.share * own + (1 - mixed.share) * other
