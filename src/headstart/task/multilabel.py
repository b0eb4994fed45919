"""Any of several tags, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from headstart.backbone import Backbone, Writer
from headstart.data import Examples, TagTruth
from headstart.head import Known, Labels, Link
from headstart.head.solving import SIGMOID, Loss
from headstart.stats import Interval, Merit, share
from headstart.task.intervals import macro_f1, nats, resampled
from headstart.task.task import Task

TAG_PROBABILITY = 0.5
"""The probability from which an answer has a tag."""


@dataclass(frozen=True)
class MultiLabel(Task):
    """Any of several tags, or none. An answer has a tag whose probability is 1/2 or more."""

    kind: ClassVar[str] = "multilabel"
    link: ClassVar[Link] = "sigmoid"
    linear_loss: ClassVar[Loss] = SIGMOID
    noun: ClassVar[str] = "Tags"
    unit: ClassVar[str] = "Tag"
    phrase: ClassVar[str] = "F1 "
    constant_name: ClassVar[str] = "the usual tags"

    classes: tuple[str, ...]

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["MultiLabel", Labels]:
        """Labels have a column a tag, 1 where a row has it."""
        truth = examples.truth_as(TagTruth)
        present = torch.zeros(len(truth), len(truth.names))
        for row, tags in enumerate(truth.tags):
            present[row, list(tags)] = 1.0
        return cls(truth.names), present

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "MultiLabel":
        """By its tags."""
        return cls(classes)

    @property
    def figure(self) -> str:
        """F1 of a row's tags."""
        return "f1"

    @property
    def heads(self) -> tuple[str, ...]:
        """A logistic one a tag."""
        return ("logistic",)

    def loss(
        self, scores: Float[Tensor, "n c"], labels: Labels, *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Mean binary cross-entropy over rows and tags."""
        wanted = labels * (1 - smoothing) + smoothing / 2
        return binary_cross_entropy_with_logits(scores, wanted)

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Sigmoid, a tag by itself."""
        return scores.sigmoid()

    def imitation(
        self, scores: Float[Tensor, "n c"], wanted: Float[Tensor, "n c"]
    ) -> Float[Tensor, ""]:
        """Binary cross-entropy."""
        return binary_cross_entropy_with_logits(scores, wanted)

    def losses(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Float[np.ndarray, " n"]:
        """Binary log-loss, the mean over tags."""
        given = np.where(self.presence(labels), answers, 1 - answers)
        losses: Float[np.ndarray, " n"] = nats(given, answers.dtype).mean(axis=1)
        return losses

    def merit(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Merit:
        """F1 of each row's tags: 2 hits over the tags said plus the tags there are.

        1 where there are none and none is said.
        """
        said, there = self.claims(answers), self.presence(labels)
        of = said.sum(axis=1) + there.sum(axis=1)
        merit: Float[np.ndarray, " n"] = np.where(
            of > 0, 2 * (said & there).sum(axis=1) / np.maximum(of, 1), 1.0
        )
        return merit

    def coded(self, labels: Labels) -> Float[np.ndarray, "n c"]:
        """0 or 1 for each tag."""
        coded: Float[np.ndarray, "n c"] = labels.double().numpy()
        return coded

    def constant(self, labels: Labels) -> Float[np.ndarray, " c"]:
        """The tags' shares."""
        shares: Float[np.ndarray, " c"] = self.coded(labels).mean(axis=0)
        return shares

    def belief(self, answers: Float[np.ndarray, "n c"]) -> Float[np.ndarray, " n"]:
        """What the least sure tag was given, or given not to be there."""
        least: Float[np.ndarray, " n"] = np.maximum(answers, 1 - answers).min(axis=1)
        return least

    def correct(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Bool[np.ndarray, " n"]:
        """Whether tag for tag is right."""
        right: Bool[np.ndarray, " n"] = (self.claims(answers) == self.presence(labels)).all(axis=1)
        return right

    def text(self, answer: Float[np.ndarray, " c"]) -> str:
        """Tags with ";" between them."""
        return ";".join(
            n for n, p in zip(self.classes, answer, strict=True) if p >= TAG_PROBABILITY
        )

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Macro F1 over tags that some test row has, rows without a mistake, log loss."""
        there, said, n = self.presence(labels), self.claims(answers), len(labels)
        losses = self.losses(answers, labels)
        worst = (0.0, float(losses.max()))
        return {
            "macro_f1": resampled(lambda rows: macro_f1(there[rows], said[rows]), n, groups),
            "exact": share(self.correct(answers, labels), groups),
            "log_loss": resampled(lambda rows: float(losses[rows].mean()), n, groups, worst),
        }

    def presence(self, labels: Known) -> Bool[np.ndarray, "n c"]:
        """The tags of each row."""
        there: Bool[np.ndarray, "n c"] = labels > TAG_PROBABILITY
        return there

    def claims(self, answers: Float[np.ndarray, "n c"]) -> Bool[np.ndarray, "n c"]:
        """Tags that were given 1/2 or more."""
        said: Bool[np.ndarray, "n c"] = answers >= TAG_PROBABILITY
        return said

    def reliability(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> tuple[Float[np.ndarray, "n k"], Bool[np.ndarray, "n k"]]:
        """What each tag's likelier answer was given, and whether it was right."""
        right: Bool[np.ndarray, "n k"] = self.claims(answers) == self.presence(labels)
        return np.maximum(answers, 1 - answers), right
