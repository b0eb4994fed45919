"""One of several classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from headstart.backbone import Backbone, Writer
from headstart.data import ClassTruth, Examples
from headstart.head import Known, Labels, Link
from headstart.head.solving import SOFTMAX, Loss
from headstart.stats import Interval, Merit, share
from headstart.task.intervals import correlation, macro_f1, resampled
from headstart.task.one_class import OneClass

BALANCED = "balanced"
"""The word for classification in which every class counts the same."""


@dataclass(frozen=True)
class Classification(OneClass):
    """One of several classes. An answer is a probability a class, and is right or not."""

    kind: ClassVar[str] = "classification"
    link: ClassVar[Link] = "softmax"
    linear_loss: ClassVar[Loss] = SOFTMAX

    classes: tuple[str, ...]
    weights: tuple[float, ...] = ()
    """What a row of each class counts where rare classes are to count as much as others, 1 on
    average; empty where every row counts the same."""

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["Classification", Labels]:
        """Labels are indexes into the classes; weighted where classes are to count alike."""
        truth = examples.truth_as(ClassTruth)
        labels = torch.tensor(truth.indexes)
        even = examples.kind == BALANCED
        weights = _weights(labels[list(rows)], len(truth.names)) if even else ()
        return cls(truth.names, weights), labels

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "Classification":
        """Without weights, which only training takes."""
        return cls(classes)

    @property
    def figure(self) -> str:
        """Accuracy, over rows or over classes."""
        return "balanced_accuracy" if self.weights else "accuracy"

    @property
    def class_weights(self) -> tuple[float, ...]:
        """As they were posed."""
        return self.weights

    @property
    def phrase(self) -> str:  # type: ignore[override]  # it depends on the weights
        """Nothing before accuracy."""
        return "balanced accuracy " if self.weights else ""

    @property
    def heads(self) -> tuple[str, ...]:
        """Only the logistic one takes weights."""
        return ("logistic",) if self.weights else ("logistic", "ridge", "lda")

    def loss(
        self, scores: Float[Tensor, "n c"], labels: Labels, *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Cross-entropy, smoothed as Szegedy et al. (2016) do."""
        if not self.weights:
            return cross_entropy(scores, labels, label_smoothing=smoothing)
        each = cross_entropy(scores, labels, label_smoothing=smoothing, reduction="none")
        return (each * scores.new_tensor(self.weights)[labels]).mean()

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Softmax."""
        return scores.softmax(dim=-1)

    def imitation(
        self, scores: Float[Tensor, "n c"], wanted: Float[Tensor, "n c"]
    ) -> Float[Tensor, ""]:
        """Cross-entropy, every row counting alike."""
        return cross_entropy(scores, wanted)

    def losses(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Float[np.ndarray, " n"]:
        """As of every class, times the class's weight."""
        losses = super().losses(answers, labels)
        return losses * np.asarray(self.weights)[labels] if self.weights else losses

    def merit(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Merit:
        """Whether the likeliest class is the right one.

        With weights, divided by the class's share of these rows and by the number of classes that
        have some: the mean is the mean recall of those classes.
        """
        right = self.correct(answers, labels)
        if not self.weights:
            return right
        counts = np.bincount(labels, minlength=self.width)
        each = len(labels) / (counts > 0).sum() / np.maximum(counts, 1)
        merit: Float[np.ndarray, " n"] = right * each[labels]
        return merit

    def constant(self, labels: Labels) -> Float[np.ndarray, " c"]:
        """The classes' shares, add-one smoothed."""
        counts: Float[np.ndarray, " c"] = self.coded(labels).sum(axis=0)
        return (counts + 1) / (len(labels) + self.width)

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Macro F1, Matthews' correlation, log loss, calibration error; accuracy beside weights.

        Macro F1 is the mean over classes that have test rows, of the resampled rows too: a class
        nobody could have got right or wrong says nothing. (scikit-learn counts it as 0 once it is
        predicted.)
        """
        there, said, n = self.presence(labels), self.claims(answers), len(labels)
        found = {
            "macro_f1": resampled(lambda rows: macro_f1(there[rows], said[rows]), n, groups),
            "mcc": resampled(
                lambda rows: correlation(there[rows], said[rows]), n, groups, (-1.0, 1.0)
            ),
        }
        if self.weights:
            found["accuracy"] = share(self.correct(answers, labels), groups)
        return found | self.of_probabilities(answers, labels, groups)

    def unweighted(self) -> "Classification":
        """Without weights."""
        return replace(self, weights=())


def _weights(labels: Int[Tensor, " n"], classes: int) -> tuple[float, ...]:
    counts = torch.bincount(labels, minlength=classes).double()
    weights = len(labels) / max(1, int((counts > 0).sum())) / counts.clamp_min(1)
    return tuple(weights.tolist())
