"""The questions that a task answers: everything that differs between tasks, and nothing else."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from headstart.backbone import Backbone, Rows, View, Writer
from headstart.data import Boxes, Examples
from headstart.head import Known, Labels, LinearFit, Link, linear
from headstart.head.solving import Loss
from headstart.stats import Interval, Merit
from headstart.task.box_matching import FoundBoxes
from headstart.task.figures import Figure

Arms = Mapping[str, Float[np.ndarray, "n c"]]
"""Answers to the same rows by the name of the arm."""


class Task(ABC):
    """How labels are read, scores become answers, and answers are judged and told.

    An implementation is one frozen dataclass in a file of its own. What most tasks answer alike has
    a default here.
    """

    kind: ClassVar[str]
    """The word that `--task` takes and `metrics.json` has."""
    link: ClassVar[Link] = "none"
    linear_loss: ClassVar[Loss | None] = None
    """What a linear head is fitted to by its slopes."""
    modalities: ClassVar[tuple[str, ...]] = ("image", "text", "audio")
    """What examples may be."""
    noun: ClassVar[str] = "Classes"
    """What `classes` are, as a heading."""
    unit: ClassVar[str] = "Class"
    """One of them."""
    phrase: ClassVar[str] = ""
    """What stands before the figure in a sentence; empty before shares of right answers."""
    own_figures: ClassVar[Mapping[str, Figure]] = {}
    """Figures that no other task has, by their names in `metrics.json`."""
    baselines: ClassVar[tuple[str, ...]] = ("constant", "raw")
    """Arms without a network, by their names in `evaluate.BASELINES`."""
    constant_name: ClassVar[str] = "majority class"
    """What the arm is called that always gives the same answer."""
    view: ClassVar[type[View]] = Rows
    """What a head is given of an example."""
    coded_rows: ClassVar[bool] = False
    """Whether an answer is a row of codes (letters, tokens, tags) behind its confidence."""
    single_label: ClassVar[bool] = False
    """Whether an example is of one class, labels are indexes into the classes, and an answer is a
    probability for each class."""
    graded: ClassVar[bool] = False
    """Whether answers are seldom all right, so that a page shows good and bad ones evenly."""
    numeric: ClassVar[bool] = False
    """Whether an answer is a number with a margin instead of a probability."""
    writes: ClassVar[bool] = False
    """Whether the backbone's writer is the head."""
    needs_writer: ClassVar[bool] = False
    """Whether only a backbone that writes can be started from."""
    continues: ClassVar[bool] = False
    """Whether an answer goes on where the input ends."""
    joins: ClassVar[bool] = False
    """Whether the answers to parts of a long recording stand behind each other; else their mean
    counts."""
    per_word: ClassVar[bool] = False
    """Whether only codes at the first token of each word count."""
    locates: ClassVar[bool] = False
    """Whether an answer says where things are: labels move with the views of a picture."""
    pipeline: ClassVar[str] = ""
    """What hubs call it; empty for the classification of what examples are."""
    masks: ClassVar[bool] = False
    """Whether spectrograms are varied by masks while a network learns."""
    if TYPE_CHECKING:

        @property
        def classes(self) -> tuple[str, ...]:
            """Names, in the order of the scores."""
            ...

    @classmethod
    @abstractmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["Task", Labels]:
        """The task that labels pose, and every example's label; `rows` are those to learn from."""

    @classmethod
    @abstractmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "Task":
        """The task of a saved model; `facts` are what `record` gave."""

    # -- scores and answers ---------------------------------------------------------------------

    @property
    @abstractmethod
    def figure(self) -> str:
        """Name of the mean merit."""

    @property
    @abstractmethod
    def heads(self) -> tuple[str, ...]:
        """Heads that can be fitted, the default first."""

    @property
    def class_weights(self) -> tuple[float, ...]:
        """What a row of each class counts; empty where every row counts the same."""
        return ()

    @property
    def width(self) -> int:
        """How many scores a row gets."""
        return len(self.classes)

    @abstractmethod
    def loss(self, scores: Tensor, labels: Any, *, smoothing: float = 0.0) -> Float[Tensor, ""]:
        """The mean loss in nats; of values, the squared error over their variance."""

    @abstractmethod
    def answers(self, scores: Tensor) -> Float[Tensor, "n c"]:
        """Probabilities of classes or tags; or values; or rows of codes."""

    def imitation(
        self, scores: Float[Tensor, "n c"], wanted: Float[Tensor, "n c"]
    ) -> Float[Tensor, ""]:
        """The mean loss against answers of another network (Hinton et al. 2015), in nats.

        Raises `TypeError` where answers are rows of codes.
        """
        if self.coded_rows:
            raise TypeError(f"answers of {self.kind} are no probabilities")
        given = self.answers(scores).clamp_min(1e-12).log()
        return -(wanted * given).sum(dim=1).mean()

    @abstractmethod
    def losses(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Float[np.ndarray, " n"]:
        """What each answer loses, in the units of `loss`."""

    @abstractmethod
    def merit(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Merit:
        """How good each answer is."""

    @abstractmethod
    def coded(self, labels: Labels) -> Float[np.ndarray, "n c"]:
        """What a linear head's scores should come to."""

    @abstractmethod
    def constant(self, labels: Labels) -> Float[np.ndarray, " c"]:
        """The one answer that loses least where nothing is looked at, from these labels."""

    @abstractmethod
    def belief(self, answers: Float[np.ndarray, "n c"]) -> Float[np.ndarray, " n"]:
        """How sure each answer is, from 0 to 1."""

    @abstractmethod
    def correct(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Bool[np.ndarray, " n"]:
        """Whether each answer is what the label says, without any mistake."""

    @abstractmethod
    def text(self, answer: Float[np.ndarray, " c"]) -> str:
        """One answer as a label is written."""

    def stacked(self, parts: Sequence[Float[Tensor, "_ c"]]) -> Float[Tensor, "m c"]:
        """The answers of several batches as one table."""
        return torch.cat(list(parts)) if parts else torch.zeros(0, self.width)

    # -- figures --------------------------------------------------------------------------------

    @abstractmethod
    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Figures beside the mean merit, each with its 95% interval."""

    def beside(
        self, arms: Arms, labels: Known, model: str, groups: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Further figures of arms, for `metrics.json`; none for most tasks."""
        return {name: {} for name in arms}

    def presence(self, labels: Known) -> Bool[np.ndarray, "n c"] | None:
        """Which classes each row has; None where there are no classes to tell apart."""
        return None

    def claims(self, answers: Float[np.ndarray, "n c"]) -> Bool[np.ndarray, "n c"] | None:
        """Which classes each answer claims; None where there are no classes to tell apart."""
        return None

    def likely(self, answers: Float[np.ndarray, "n c"]) -> Int[np.ndarray, " n"]:
        """The class that each answer stands for, where examples are of one class each."""
        said: Int[np.ndarray, " n"] = answers.argmax(axis=1)
        return said

    def reliability(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> tuple[Float[np.ndarray, "n k"], Bool[np.ndarray, "n k"]] | None:
        """Probabilities that were given, k a row, and whether each came true; None without any."""
        return None

    def located(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> tuple[tuple[Boxes, ...], tuple[FoundBoxes, ...]] | None:
        """True and said boxes of each row, where answers are boxes; None elsewhere."""
        return None

    def values(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> tuple[tuple[float, float], ...]:
        """True and predicted values, for a picture of them; none where answers are no numbers."""
        return ()

    def shown_merit(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Merit:
        """The merit of a row as a page shows it."""
        return self.merit(answers, labels)

    def comparable(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> tuple[Merit, Float[np.ndarray, " n"]]:
        """Merits and losses in units that networks with other tokens can be held against."""
        return self.merit(answers, labels), self.losses(answers, labels)

    def at_words(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> Float[np.ndarray, "n c"]:
        """Answers without codes that belong to no word."""
        return answers

    def continuation(self, codes: Sequence[int]) -> tuple[str, str, str]:
        """How an input begins, how it goes on, and how the network goes on; where it `continues`.

        Raises `TypeError` elsewhere.
        """
        raise TypeError(f"{self.kind} continues nothing")

    def settle(self, head: nn.Module, scores: Tensor, labels: Any) -> None:
        """Choose in place what a head chooses by rows that it was not fitted to."""
        return

    # -- learning -------------------------------------------------------------------------------

    def layer(self, width: int, fit: LinearFit | None = None) -> nn.Module:
        """The output layer over so many features, as it was fitted; without a fit all zeros."""
        return linear(width, self.width, *((fit.weight, fit.bias) if fit else ()))

    def schedule(self, *, probe: bool) -> tuple[int, int] | None:
        """Epochs and patience that answers of this kind take; None where the strategy says so."""
        return None

    def unweighted(self) -> "Task":
        """The same with every row counting alike, for where rare classes come up more often."""
        return self

    def quick(self) -> "Task":
        """The same with answers that are cheaper to find, for judging after every epoch."""
        return self

    def unaided(self) -> "Task":
        """The same without the help of what was learned from labels alone, for ranking."""
        return self

    def codes_per_frame(self, labels: Labels, frames: Callable[[], Float[Tensor, " n"]]) -> int:
        """How many codes a frame may hold; `frames` counts those of each row."""
        return 1

    # -- words ----------------------------------------------------------------------------------

    @property
    def summary(self) -> str:
        """What a model of this task was fitted to."""
        return f"{len(self.classes)} {self.noun.lower()}"

    def record(self) -> dict[str, Any]:
        """What `model.json` needs beside the classes."""
        return {}
