"""One of several classes that have an order: grades, severities, stars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from headstart.backbone import Backbone, Writer
from headstart.data import ClassTruth, Examples
from headstart.head import Known, Labels, LinearFit, Link
from headstart.head.cumulative import OrdinalHead, cumulative, curvature, log_probabilities
from headstart.head.solving import Loss
from headstart.stats import Interval, Merit, bootstrap, level, share
from headstart.task.figures import Figure
from headstart.task.intervals import resampled
from headstart.task.one_class import OneClass
from headstart.task.task import Arms


@dataclass(frozen=True)
class Ordinal(OneClass):
    """One of several ordered classes. An answer, a probability a class, stands for the median.

    The median is the class with the least expected absolute error, by which verdicts go. The
    likeliest class is right with a higher probability, and the rounded mean has about the least
    expected squared error, which quadratic kappa counts; neither has less expected absolute error.
    Heads and epochs are chosen by log-loss, as for all tasks with probabilities.
    """

    kind: ClassVar[str] = "ordinal"
    link: ClassVar[Link] = "cumulative"
    linear_loss: ClassVar[Loss] = Loss(cumulative, curvature, one_direction=True)
    noun: ClassVar[str] = "Classes, lowest first"
    phrase: ClassVar[str] = "weighted agreement "
    constant_name: ClassVar[str] = "median class"
    heads: ClassVar[tuple[str, ...]] = ("logistic",)
    figure: ClassVar[str] = "weighted_agreement"
    own_figures: ClassVar[Mapping[str, Figure]] = {
        "weighted_agreement": Figure("Weighted agreement"),
        "kappa": Figure("Quadratic kappa", share=False, least=-1.0),
    }

    classes: tuple[str, ...]
    """Lowest first."""

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["Ordinal", Labels]:
        """Labels are indexes into the classes, which are in order."""
        truth = examples.truth_as(ClassTruth)
        return cls(truth.names), torch.tensor(truth.indexes)

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "Ordinal":
        """By its classes."""
        return cls(classes)

    def layer(self, width: int, fit: LinearFit | None = None) -> nn.Linear:
        """Features move one score; thresholds are the same for all rows."""
        zeros = torch.zeros(self.width, width), torch.zeros(self.width)
        return OrdinalHead(width, self.width, *((fit.weight, fit.bias) if fit else zeros))

    def loss(
        self, scores: Float[Tensor, "n c"], labels: Labels, *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Mean negative log-probability of the right class; smoothed, of all classes a little."""
        given = log_probabilities(scores)
        right = given.gather(1, labels[:, None])[:, 0]
        return -((1 - smoothing) * right + smoothing * given.mean(dim=1)).mean()

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Probabilities of the classes."""
        return log_probabilities(scores).exp()

    def likely(self, answers: Float[np.ndarray, "n c"]) -> Int[np.ndarray, " n"]:
        """The median: the lowest class that half of the probability does not lie above."""
        return median_of(answers)

    def errors(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Int[np.ndarray, " n"]:
        """How many classes each answer is off."""
        off: Int[np.ndarray, " n"] = np.abs(self.likely(answers) - labels)
        return off

    def merit(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Merit:
        """1 less the error over the largest that there can be: Cohen's (1968) linear weights.

        The mean is 1 - MAE / (K - 1), so a verdict on it is one on mean absolute error.
        """
        merit: Float[np.ndarray, " n"] = 1 - self.errors(answers, labels) / (self.width - 1)
        return merit

    def constant(self, labels: Labels) -> Float[np.ndarray, " c"]:
        """The classes' shares with one more row, spread half up to their median and half above.

        So no class gets nothing, and the median stays what it is.
        """
        counts: Float[np.ndarray, " c"] = self.coded(labels).sum(axis=0)
        low = int(median_of(counts[None])[0]) + 1
        more = np.full(self.width, 0.5 / low if low < self.width else 1 / low)
        more[low:] = 0.5 / max(1, self.width - low)
        usual: Float[np.ndarray, " c"] = (counts + more) / (len(labels) + 1)
        return usual

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Mean absolute error in classes, quadratic kappa, accuracy, log-loss, calibration."""
        said, n = self.likely(answers), len(labels)
        return {
            "mae": self._mae(level(self.merit(answers, labels), groups)),
            "kappa": resampled(
                lambda rows: kappa(said[rows], labels[rows], self.width), n, groups, (-1.0, 1.0)
            ),
            "accuracy": share(self.correct(answers, labels), groups),
            **self.of_probabilities(answers, labels, groups),
        }

    def beside(
        self, arms: Arms, labels: Known, model: str, groups: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Kappa of each arm, and by how much the model leads it: a figure of a set, resampled."""
        said = {name: self.likely(answers) for name, answers in arms.items()}

        def lead(other: np.ndarray) -> Interval:
            def gap(rows: np.ndarray) -> float:
                one, two = (kappa(s[rows], labels[rows], self.width) for s in (said[model], other))
                return one - two

            return bootstrap(gap, len(labels), groups, bounds=(-2.0, 2.0))

        return {
            name: {
                "kappa": kappa(one, np.asarray(labels), self.width),
                "kappa_behind_by": lead(one).record(),
            }
            for name, one in said.items()
        }

    @property
    def summary(self) -> str:
        """How many classes, and that they are ordered."""
        return f"{len(self.classes)} ordered classes"

    def _mae(self, agreement: Interval) -> Interval:
        most = self.width - 1
        low, high = (most * min(1.0, 1 - one) for one in (agreement.high, agreement.low))
        return Interval(most * (1 - agreement.value), low, high)


def median_of(probabilities: Float[np.ndarray, "n c"]) -> Int[np.ndarray, " n"]:
    """The lowest class of each row up to which at least half of its probability lies.

    Rounding counts as nothing: .5 less 1e-6 is half.
    """
    share = probabilities.astype(float).cumsum(axis=1)
    return np.asarray((share >= 0.5 * share[:, -1:] - 1e-6).argmax(axis=1))


def kappa(said: Int[np.ndarray, " n"], true: Int[np.ndarray, " n"], classes: int) -> float:
    """Cohen's kappa with quadratic weights (Cohen 1968).

    0 where all rows are of one class and all answers are that class: chance alone agrees then.
    """
    cells = np.bincount(true * classes + said, minlength=classes * classes)
    counts = cells.reshape(classes, classes).astype(float)
    far = (np.arange(classes)[:, None] - np.arange(classes)) ** 2
    by_chance = (np.outer(counts.sum(axis=1), counts.sum(axis=0)) * far).sum() / len(true)
    return float(1 - (counts * far).sum() / by_chance) if by_chance > 0 else 0.0
