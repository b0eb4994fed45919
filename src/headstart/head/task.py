"""What a label is: how scores become losses and answers."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy


@runtime_checkable
class Task(Protocol):
    """How the scores of a head are meant. An implementation is a frozen dataclass."""

    kind: ClassVar[str]
    """ "classification"; others follow."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of the scores."""
        ...

    @property
    def width(self) -> int:
        """How many scores a row gets."""
        ...

    def loss(
        self,
        scores: Float[Tensor, "n c"],
        labels: Int[Tensor, " n"],
        *,
        weights: Float[Tensor, " c"] | None = None,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """The mean loss in nats."""
        ...

    def probabilities(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """What each row gives each class; rows add up to 1."""
        ...


@dataclass(frozen=True)
class Classification:
    """One of several classes."""

    kind: ClassVar[str] = "classification"

    classes: tuple[str, ...]

    @property
    def width(self) -> int:
        """One score a class."""
        return len(self.classes)

    def loss(
        self,
        scores: Float[Tensor, "n c"],
        labels: Int[Tensor, " n"],
        *,
        weights: Float[Tensor, " c"] | None = None,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """Cross-entropy; `weights` are a class's each, `smoothing` as Szegedy et al. (2016)."""
        return cross_entropy(scores, labels, weight=weights, label_smoothing=smoothing)

    def probabilities(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Softmax."""
        return scores.softmax(dim=-1)
