"""The output layer, and what fitting one gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.errors import TrainingError
from headstart.head.directions import Directions, directions_of
from headstart.head.objective import Labels, Objective
from headstart.head.out_of_core import DiskTable
from headstart.head.solving import Loss


@dataclass(frozen=True, eq=False)
class Sample:
    """What a head is fitted to. Raises `TrainingError` for rows that are not finite."""

    rows: Float[Tensor, "n d"] | DiskTable
    labels: Labels
    task: Objective
    groups: Sequence[str] = ()
    """One a row, or none: rows of one group are held out together."""
    seed: int = 0
    """Draws folds."""

    def __post_init__(self) -> None:
        rows = self.rows
        if not (rows.finite if isinstance(rows, DiskTable) else bool(torch.isfinite(rows).all())):
            raise TrainingError(
                "T511",
                "some rows of features are not finite",
                "start from other weights: --backbone NAME or --weights FILE",
            )

    @property
    def table(self) -> Float[Tensor, "n d"]:
        """The rows, in memory."""
        return (
            self.rows.take(range(len(self.rows))) if isinstance(self.rows, DiskTable) else self.rows
        )

    @cached_property
    def directions(self) -> Directions:
        """Of the rows; found once for all heads and scores that go by them."""
        return directions_of(self.table.double().numpy())


@dataclass(frozen=True)
class HeadConfig:
    """How a head was fitted, so that it can be again."""

    head: str
    """A name in `HEADS`."""
    penalty: float
    """The strength of the L2 penalty (or shrinkage) that was chosen."""

    def for_part(self, share: float) -> "HeadConfig":
        """The same prior on the weights where there is only such a share of the rows.

        Against a mean loss, the logistic head's, a penalty grows as rows get fewer.
        """
        return HeadConfig(self.head, self.penalty / share) if self.head == "logistic" else self


@dataclass(frozen=True, eq=False)
class LinearFit:
    """A fitted linear head: scores are `rows @ weight.T + bias`."""

    weight: Float[Tensor, "c d"]
    bias: Float[Tensor, " c"]
    head_config: HeadConfig
    loss: float
    """Of rows that it was not fitted to, as the task has it."""
    answers: Float[np.ndarray, "n c"]
    """To every row, by a fit that had not seen it."""


class HeadFit(Protocol):
    """How a linear head is found; rows of one group are never judged by a fit to the others."""

    def __call__(self, sample: Sample, penalty: float | None = None) -> LinearFit:
        """Fit to all rows, at the given penalty or the one with the least loss on unseen rows."""
        ...


def linear(
    width: int,
    classes: int,
    weight: Float[Tensor, "c d"] | None = None,
    bias: Float[Tensor, " c"] | None = None,
) -> nn.Linear:
    """An output layer with these weights; without them a head of zeros, which has no opinion."""
    head = nn.Linear(width, classes, device="meta")  # draws no random numbers
    head.weight = _learned(weight, (classes, width))
    head.bias = _learned(bias, (classes,))
    return head


def _learned(given: Tensor | None, shape: tuple[int, ...]) -> nn.Parameter:
    made = torch.zeros(shape)
    return nn.Parameter(made if given is None else made.copy_(given.detach()))


def fitted(
    weight: Float[np.ndarray, "c d"],
    bias: Float[np.ndarray, " c"],
    head_config: HeadConfig,
    found: Float[np.ndarray, "n c"],
    sample: Sample,
) -> LinearFit:
    """What a fit in double precision leaves; `found` are the answers to rows, unseen."""
    kept = torch.from_numpy(weight).float(), torch.from_numpy(bias).float()
    return LinearFit(*kept, head_config, loss_of(found, sample), found)


def loss_of(found: Float[np.ndarray, "n c"], sample: Sample) -> float:
    """What the answers to a sample's rows lose on average."""
    return float(sample.task.losses(found, sample.labels.numpy()).mean())


def losses_of(
    answers: Sequence[Float[np.ndarray, "n c"]], sample: Sample
) -> Float[np.ndarray, "m n"]:
    """What each of several answers loses by each row of a sample."""
    labels = sample.labels.numpy()
    return np.stack([sample.task.losses(one, labels) for one in answers])


def loss_in(task: Objective) -> Loss:
    """The loss that linear heads of a task are fitted to. Raises `TypeError` where it has none."""
    if task.linear_loss is None:
        raise TypeError("this task has no loss that a linear head is fitted to by its slopes")
    return task.linear_loss
