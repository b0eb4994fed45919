"""A number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import mse_loss

from headstart.backbone import Backbone, Writer
from headstart.data import Examples, ValueTruth
from headstart.head import Known, Labels, Link
from headstart.stats import Interval, Merit
from headstart.task.intervals import resampled
from headstart.task.task import Task


@dataclass(frozen=True)
class Regression(Task):
    """A number. Scores are in units of the spread of the values that were learned from."""

    kind: ClassVar[str] = "regression"
    link: ClassVar[Link] = "identity"
    noun: ClassVar[str] = "Output"
    phrase: ClassVar[str] = "explained variance "
    constant_name: ClassVar[str] = "the mean value"
    numeric: ClassVar[bool] = True
    classes: ClassVar[tuple[str, ...]] = ("value",)

    center: float
    """Mean of the values that were learned from."""
    spread: float
    """Their standard deviation."""

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["Regression", Labels]:
        """Labels are values, one column."""
        values = torch.tensor(examples.truth_as(ValueTruth).values, dtype=torch.float64)[:, None]
        learned = values[list(rows)]
        spread = float(learned.std(correction=0)) or 1.0
        return cls(float(learned.mean()), spread), values.float()

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "Regression":
        """By what turns scores into values."""
        return cls(facts["center"], facts["spread"])

    @property
    def figure(self) -> str:
        """Explained variance."""
        return "r2"

    @property
    def heads(self) -> tuple[str, ...]:
        """Least squares."""
        return ("ridge",)

    def loss(
        self, scores: Float[Tensor, "n c"], labels: Labels, *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Mean squared error over the variance of the values that were learned from."""
        return mse_loss(scores, (labels - self.center) / self.spread)

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Values in the units of the labels."""
        return scores * self.spread + self.center

    def imitation(
        self, scores: Float[Tensor, "n c"], wanted: Float[Tensor, "n c"]
    ) -> Float[Tensor, ""]:
        """As from labels: answers are values, too."""
        return self.loss(scores, wanted)

    def losses(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Float[np.ndarray, " n"]:
        """Squared error over the variance of the values that were learned from."""
        losses: Float[np.ndarray, " n"] = (((answers - labels) / self.spread) ** 2)[:, 0]
        return losses

    def merit(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Merit:
        """1 less squared error over variance, both of these rows: the mean is R²."""
        variance = max(float(np.var(labels)), 1e-12 * self.spread**2)
        merit: Float[np.ndarray, " n"] = 1 - ((answers - labels) ** 2)[:, 0] / variance
        return merit

    def coded(self, labels: Labels) -> Float[np.ndarray, "n c"]:
        """Values less their mean, in units of their spread."""
        coded: Float[np.ndarray, "n c"] = ((labels.double() - self.center) / self.spread).numpy()
        return coded

    def constant(self, labels: Labels) -> Float[np.ndarray, " c"]:
        """The mean value."""
        mean: Float[np.ndarray, " c"] = labels.double().numpy().mean(axis=0)
        return mean

    def belief(self, answers: Float[np.ndarray, "n c"]) -> Float[np.ndarray, " n"]:
        """1: values have a margin instead."""
        return np.ones(len(answers))

    def correct(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Bool[np.ndarray, " n"]:
        """Whether a value is met exactly; `Trust.right` allows the margin."""
        return np.asarray(self.merit(answers, labels) == 1)

    def text(self, answer: Float[np.ndarray, " c"]) -> str:
        """Six digits."""
        return f"{float(answer[0]):.6g}"

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Mean absolute error and root mean squared error, in the units of the labels.

        Both are at most as much as the worst.
        """
        errors, n = np.abs(answers - labels)[:, 0].astype(float), len(labels)
        worst = (0.0, float(errors.max()))
        mean = resampled(lambda rows: float(errors[rows].mean()), n, groups, worst)
        root = resampled(lambda rows: float(np.sqrt((errors[rows] ** 2).mean())), n, groups, worst)
        return {"mae": mean, "rmse": root}

    def values(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> tuple[tuple[float, float], ...]:
        """True and predicted values."""
        pairs = np.hstack([labels, answers]).astype(float).tolist()
        return tuple((true, said) for true, said in pairs)

    @property
    def summary(self) -> str:
        """One value."""
        return "a value"

    def record(self) -> dict[str, Any]:
        """What turns scores into values."""
        return {"center": self.center, "spread": self.spread}
