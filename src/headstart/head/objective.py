"""What a head and a training loop need to know of a task; rooms to the right implement it."""

from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from headstart.head.solving import Loss
from headstart.stats import Merit

Labels = Int[Tensor, " n"] | Float[Tensor, "n c"] | Int[Tensor, "n l"] | Float[Tensor, "n b 5"]
"""Class indexes; or one column a tag, 1 where the row has it; or values; or rows of codes; or
boxes, a class and a place each."""
Known = (
    Int[np.ndarray, " n"]
    | Float[np.ndarray, "n c"]
    | Int[np.ndarray, "n l"]
    | Float[np.ndarray, "n b 5"]
)
"""The same as arrays."""
Link = str
"""How scores become answers: "softmax", "sigmoid", "identity", or what a task calls its own; "none"
where no linear head is fitted."""


@runtime_checkable
class Goal(Protocol):
    """What training goes by: a loss, and how good each answer is."""

    @property
    def figure(self) -> str:
        """Name of the mean merit, in `metrics.json` too."""
        ...

    def loss(
        self, scores: Float[Tensor, "n c"], labels: Any, *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """The mean loss in nats; of values, the squared error over their variance."""
        ...

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Probabilities of classes or tags; or values; or rows of codes."""
        ...

    def merit(self, answers: Float[np.ndarray, "n c"], labels: Any) -> Merit:
        """How good each answer is: figures, verdicts and curves are means of this."""
        ...


@runtime_checkable
class Objective(Goal, Protocol):
    """What a linear head is fitted to."""

    @property
    def heads(self) -> tuple[str, ...]:
        """Linear heads that can be fitted, the default first."""
        ...

    @property
    def link(self) -> Link:
        """How scores become answers."""
        ...

    @property
    def linear_loss(self) -> Loss | None:
        """What a linear head is fitted to by its slopes; None where none is."""
        ...

    @property
    def single_label(self) -> bool:
        """Whether a row is of one class."""
        ...

    @property
    def class_weights(self) -> tuple[float, ...]:
        """What a row of each class counts; empty where every row counts the same."""
        ...

    @property
    def width(self) -> int:
        """How many scores a row gets."""
        ...

    def losses(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Float[np.ndarray, " n"]:
        """What each answer loses, in the units of `loss`: every choice goes by its mean."""
        ...

    def coded(self, labels: Labels) -> Float[np.ndarray, "n c"]:
        """What a linear head's scores should come to."""
        ...
