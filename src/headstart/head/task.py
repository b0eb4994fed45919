"""What a label is: how scores become losses and answers, and how good an answer is."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from headstart.backbone import Backbone
from headstart.data import (
    ENTITIES,
    EVEN,
    GENERATED,
    SPOKEN,
    TOLD,
    Examples,
    Held,
    tags_in,
    tags_of,
    values_of,
)
from headstart.head.labeling import Labeling, labeling, tag_codes
from headstart.head.sequencing import Sequencing
from headstart.head.transcript import transcribing
from headstart.head.writing import Continuing, Dictating, Writing
from headstart.modality import Text
from headstart.modality.text import content_of
from headstart.stats import Merit

Labels = Int[Tensor, " n"] | Float[Tensor, "n c"] | Int[Tensor, "n l"]
"""An index into the classes; or, a column each, whether it has the tag; or its value; or its
letters."""
Known = Int[np.ndarray, " n"] | Float[np.ndarray, "n c"] | Int[np.ndarray, "n l"]
"""The same as arrays."""


@runtime_checkable
class Goal(Protocol):
    """What training goes by: a loss, and how good each answer is."""

    @property
    def figure(self) -> str:
        """What the mean merit is called, in `metrics.json` too."""
        ...

    def loss(
        self,
        scores: Float[Tensor, "n c"],
        labels: Any,
        *,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """The mean loss in nats; of values, the squared error over their variance."""
        ...

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Probabilities of classes or tags; or values."""
        ...

    def merit(self, answers: Float[np.ndarray, "n c"], labels: Any) -> Merit:
        """How good each answer is: what figures, verdicts and curves are means of."""
        ...


@runtime_checkable
class Task(Goal, Protocol):
    """How the scores of a head are meant. An implementation is a frozen dataclass."""

    kind: ClassVar[str]
    """ "classification", "multilabel", "regression", "transcribe", "text-to-text",
    "entities" or "generation"."""

    @property
    def heads(self) -> tuple[str, ...]:
        """Linear heads that can be fitted, the default first."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of the scores."""
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


@dataclass(frozen=True)
class Classification:
    """One of several classes. An answer is right or not."""

    kind: ClassVar[str] = "classification"

    classes: tuple[str, ...]
    weights: tuple[float, ...] = ()
    """What a row of each class counts where rare classes are to count as much as others, 1 on
    average; empty where every row counts the same."""

    @property
    def figure(self) -> str:
        """Accuracy, over rows or over classes."""
        return "balanced_accuracy" if self.weights else "accuracy"

    @property
    def heads(self) -> tuple[str, ...]:
        """Only the logistic one takes weights."""
        return ("logistic",) if self.weights else ("logistic", "ridge", "lda")

    @property
    def width(self) -> int:
        """One score a class."""
        return len(self.classes)

    def loss(
        self,
        scores: Float[Tensor, "n c"],
        labels: Labels,
        *,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """Cross-entropy, smoothed as Szegedy et al. (2016) do."""
        if not self.weights:
            return cross_entropy(scores, labels, label_smoothing=smoothing)
        each = cross_entropy(scores, labels, label_smoothing=smoothing, reduction="none")
        return (each * scores.new_tensor(self.weights)[labels]).mean()

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Softmax."""
        return scores.softmax(dim=-1)

    def losses(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Float[np.ndarray, " n"]:
        """Negative log-probability of the right class; at most that of the smallest step from 1."""
        losses = _nats(answers[np.arange(len(labels)), labels], answers.dtype)
        return losses * np.asarray(self.weights)[labels] if self.weights else losses

    def merit(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Merit:
        """Whether the likeliest class is the right one.

        With weights, divided by the class's share of these rows and by the number of classes that
        have some: the mean is the mean recall of those classes.
        """
        right: Bool[np.ndarray, " n"] = answers.argmax(axis=1) == labels
        if not self.weights:
            return right
        counts = np.bincount(labels, minlength=self.width)
        each = len(labels) / (counts > 0).sum() / np.maximum(counts, 1)
        merit: Float[np.ndarray, " n"] = right * each[labels]
        return merit

    def coded(self, labels: Labels) -> Float[np.ndarray, "n c"]:
        """Class indicators."""
        indicators: Float[np.ndarray, "n c"] = np.eye(self.width)[labels.numpy()]
        return indicators


@dataclass(frozen=True)
class Tagging:
    """Any of several tags, or none. An answer has a tag whose probability is 1/2 or more."""

    kind: ClassVar[str] = "multilabel"

    classes: tuple[str, ...]

    @property
    def figure(self) -> str:
        """F1 of a row's tags."""
        return "f1"

    @property
    def heads(self) -> tuple[str, ...]:
        """A logistic one a tag."""
        return ("logistic",)

    @property
    def width(self) -> int:
        """One score a tag."""
        return len(self.classes)

    def loss(
        self,
        scores: Float[Tensor, "n c"],
        labels: Labels,
        *,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """Mean binary cross-entropy over rows and tags."""
        wanted = labels * (1 - smoothing) + smoothing / 2
        return binary_cross_entropy_with_logits(scores, wanted)

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Sigmoid, a tag by itself."""
        return scores.sigmoid()

    def losses(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Float[np.ndarray, " n"]:
        """Binary log-loss, the mean over tags."""
        given = np.where(labels > 0.5, answers, 1 - answers)
        losses: Float[np.ndarray, " n"] = _nats(given, answers.dtype).mean(axis=1)
        return losses

    def merit(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Merit:
        """F1 of each row's tags: 2 hits over the tags said plus the tags there are.

        1 where there are none and none is said.
        """
        said, there = answers >= 0.5, labels > 0.5
        of = said.sum(axis=1) + there.sum(axis=1)
        merit: Float[np.ndarray, " n"] = np.where(
            of > 0, 2 * (said & there).sum(axis=1) / np.maximum(of, 1), 1.0
        )
        return merit

    def coded(self, labels: Labels) -> Float[np.ndarray, "n c"]:
        """0 or 1 for each tag."""
        coded: Float[np.ndarray, "n c"] = labels.double().numpy()
        return coded


@dataclass(frozen=True)
class Valuing:
    """A number. Scores are in units of the spread of the values that were learned from."""

    kind: ClassVar[str] = "regression"

    center: float
    """Mean of the values that were learned from."""
    spread: float
    """Their standard deviation."""

    @property
    def figure(self) -> str:
        """Explained variance."""
        return "r2"

    @property
    def heads(self) -> tuple[str, ...]:
        """Least squares."""
        return ("ridge",)

    @property
    def classes(self) -> tuple[str, ...]:
        """The one thing that is told."""
        return ("value",)

    @property
    def width(self) -> int:
        """One score."""
        return 1

    def loss(
        self,
        scores: Float[Tensor, "n c"],
        labels: Labels,
        *,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """Mean squared error over the variance of the values that were learned from."""
        return mse_loss(scores, (labels - self.center) / self.spread)

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """Values in the units of the labels."""
        return scores * self.spread + self.center

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


def posed(
    examples: Examples, rows: tuple[int, ...], backbone: Backbone | None = None
) -> tuple[Task, Labels]:
    """The task that labels pose, and every example's label; `rows` are those to learn from.

    Texts and transcripts are written by the backbone, where it writes; words are its tokens.
    """
    if examples.kind in TOLD:
        return _in_order(examples, rows, backbone)
    if examples.kind == Tagging.kind:
        tags = tags_of(examples)
        held = [tags_in(name) for name in examples.classes]
        present = torch.tensor([[float(tag in some) for tag in tags] for some in held])
        return Tagging(tags), present[list(examples.labels)]
    if examples.kind == Valuing.kind:
        values = torch.tensor(values_of(examples), dtype=torch.float64)[:, None]
        learned = values[list(rows)]
        spread = float(learned.std(correction=0)) or 1.0
        return Valuing(float(learned.mean()), spread), values.float()
    labels = torch.tensor(examples.labels)
    weights = _weights(labels[list(rows)], len(examples.classes)) if examples.kind == EVEN else ()
    return Classification(examples.classes, weights), labels


def _in_order(
    examples: Examples, rows: tuple[int, ...], backbone: Backbone | None
) -> tuple[Task, Labels]:
    """Tasks whose answers are letters, tokens or tags."""
    told = [examples.classes[label] for label in examples.labels]
    writer = backbone.writer if backbone else None
    if examples.kind == ENTITIES and backbone and isinstance(backbone.modality, Text):
        texts = [str(s.content) if isinstance(s, Held) else "" for s in examples.sources]
        tagged = labeling(told)
        return tagged, tag_codes(tagged, texts, told, backbone.modality)
    if writer and examples.kind == GENERATED:
        continued = Continuing(writer)
        return continued, continued.codes([content_of(source) for source in examples.sources])
    if writer:
        written = Dictating(writer) if examples.kind == SPOKEN else Writing(writer)
        return written, written.codes(told)
    spoken = transcribing([told[row] for row in rows])
    return spoken, spoken.codes(told)


def right_of(
    task: Task, answers: Float[np.ndarray, "n c"], labels: Known
) -> Bool[np.ndarray, " n"]:
    """Whether answers are the right class, or tag for tag the right ones."""
    if isinstance(task, Labeling):
        answers = task.at_words(answers, labels)
    if isinstance(task, Continuing):
        return np.asarray(answers[:, 2] == answers[:, 3])
    if isinstance(task, Sequencing):
        return np.array(
            [a == b for a, b in zip(task.said(answers), task.texts(labels), strict=True)]
        )
    if isinstance(task, Classification):
        return np.asarray(answers.argmax(axis=1) == labels)
    return np.asarray(task.merit(answers, labels) == 1)


def _weights(labels: Int[Tensor, " n"], classes: int) -> tuple[float, ...]:
    counts = torch.bincount(labels, minlength=classes).double()
    weights = len(labels) / max(1, int((counts > 0).sum())) / counts.clamp_min(1)
    return tuple(weights.tolist())


def _nats(given: np.ndarray, kind: np.dtype) -> np.ndarray:
    losses: np.ndarray = -np.log(np.maximum(given, np.finfo(kind).eps).astype(float))
    return losses
