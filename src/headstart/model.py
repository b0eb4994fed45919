"""What training leaves, and all that a prediction needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import Backbone
from headstart.data import Source
from headstart.features import fast, noise
from headstart.head import Task


@dataclass(frozen=True)
class Prediction:
    """The likeliest class, and what every class was given."""

    label: str
    probabilities: dict[str, float]
    """One a class, from 0 to 1; they add up to 1."""
    sure: bool
    """Whether the likeliest class's probability reaches the threshold chosen on validation rows."""

    @property
    def probability(self) -> float:
        """What the likeliest class was given."""
        return self.probabilities[self.label]


@dataclass(frozen=True, eq=False)
class Model:
    """A backbone and a head that belong together, and what a score means."""

    backbone: Backbone
    """With the weights that training left; it reads as it did in training."""
    head: nn.Module
    task: Task
    sure_above: float
    """Predictions whose highest probability is below this are "not sure"."""
    cut: int
    """Stages left of it are as they were in the backbone that training started from."""

    @torch.inference_mode()
    def probabilities(
        self, sources: Sequence[Source], batch: int = 32
    ) -> Float[Tensor, "n classes"]:
        """Read and judge sources in the order given. Raises `DataError` for one it can't read."""
        parts = [sources[i : i + batch] for i in range(0, len(sources), batch)]
        scores = [self._scores(part) for part in parts]
        empty = torch.zeros(0, self.task.width)
        return self.task.probabilities(torch.cat(scores)) if scores else empty

    def predict(self, sources: Sequence[Source]) -> list[Prediction]:
        """One prediction a source, in the order given. Raises `DataError` for one it can't read."""
        return [self._answer(row) for row in self.probabilities(sources).tolist()]

    @cached_property
    def _network(self) -> nn.Sequential:
        return fast(self.backbone.stages, noise(self.backbone.modality))

    def _scores(self, sources: Sequence[Source]) -> Tensor:
        modality = self.backbone.modality
        rows = self._network(modality.batch([modality.read(s) for s in sources]))
        scores: Tensor = self.head(rows)
        return scores

    def _answer(self, row: list[float]) -> Prediction:
        best = max(range(len(row)), key=row.__getitem__)
        named = dict(zip(self.task.classes, row, strict=True))
        return Prediction(self.task.classes[best], named, row[best] >= self.sure_above)
