"""Boxes on pictures: what is there, and where."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from headstart.backbone import GRID, PLACED, Backbone, Points, View, Writer, placing_of
from headstart.counting import counted
from headstart.data import Boxes, BoxTruth, Examples
from headstart.head import TARGET, BoxHead, Known, Labels, LinearFit, detection_loss, found
from headstart.head.box_head import USUAL
from headstart.modality import Image, size_of
from headstart.stats import Interval, Merit, share
from headstart.task.box_answers import (
    SAID,
    answer_of,
    boxes_in,
    matched,
    rescaled,
)
from headstart.task.box_figures import TITLES, box_figures
from headstart.task.box_matching import FoundBoxes
from headstart.task.box_thresholds import thresholds_of
from headstart.task.codes import CodesTask
from headstart.task.figures import Figure
from headstart.task.usual_boxes import usual_boxes

NOTHING_THERE = "nothing"
"""What is said of a picture without boxes."""


@dataclass(frozen=True)
class Detection(CodesTask):
    """Boxes on pictures. An answer is as good as F1 of its boxes, each met at half its area.

    An answer is its belief, then class, probability and place of each box, then -1. A label is a
    row of a class and a place for each true box, then NaN; one to be ignored has -1 less its class.
    Places are shares of the side of the square that the network sees.
    """

    kind: ClassVar[str] = "detection"
    pipeline: ClassVar[str] = "object-detection"
    heads: ClassVar[tuple[str, ...]] = ("boxes",)
    modalities: ClassVar[tuple[str, ...]] = ("image",)
    phrase: ClassVar[str] = "F1 of a picture's boxes "
    baselines: ClassVar[tuple[str, ...]] = ("constant",)
    constant_name: ClassVar[str] = "usual boxes"
    graded: ClassVar[bool] = True
    locates: ClassVar[bool] = True
    view: ClassVar[type[View]] = Points
    own_figures: ClassVar[Mapping[str, Figure]] = {
        "f1": Figure("F1 of a picture's boxes"),
        **TITLES,
    }

    classes: tuple[str, ...]
    side_px: int = 0
    """Of the square that the network sees; 0 where that is not known."""
    placing: str = GRID
    """How rows say where a box is: see `head.grids`."""

    @classmethod
    def pose(
        cls, examples: Examples, rows: Sequence[int], backbone: Backbone | None
    ) -> tuple["Detection", Labels]:
        """Boxes as the backbone sees them."""
        if backbone is None or not isinstance(backbone.modality, Image):
            raise TypeError("boxes need a backbone that sees pictures")
        truth, modality = examples.truth_as(BoxTruth), backbone.modality
        most = max([len(boxes) for boxes in truth.boxes], default=0)
        targets = torch.full((len(truth), max(1, most), TARGET), torch.nan)
        for row, (source, boxes) in enumerate(zip(examples.sources, truth.boxes, strict=True)):
            if not len(boxes):
                continue
            placed = modality.frame(size_of(source)).inside(boxes.corners)
            labels = np.where(boxes.ignored, -1 - boxes.labels, boxes.labels)
            told = np.concatenate([labels[:, None], placed / modality.size_px], axis=1)
            targets[row, : len(boxes)] = torch.from_numpy(told).float()
        return cls(truth.names, modality.size_px, placing_of(backbone.architecture)), targets

    @classmethod
    def restored(
        cls, classes: tuple[str, ...], facts: Mapping[str, Any], writer: Writer | None
    ) -> "Detection":
        """By its classes, and the side of what the network sees."""
        return cls(classes, int(facts.get("side_px", 0)), str(facts.get("placing", GRID)))

    @property
    def figure(self) -> str:
        """F1 of a picture's boxes."""
        return "f1"

    @property
    def width(self) -> int:
        """How many scores a point gets."""
        return PLACED + len(self.classes)

    def layer(self, width: int, fit: LinearFit | None = None) -> nn.Module:
        """An output layer that begins with the places that the backbone says."""
        return BoxHead(width, len(self.classes))

    def settle(self, head: nn.Module, scores: Tensor, labels: Tensor) -> None:
        """Choose the thresholds of classes, by rows that nothing was fitted to; in place."""
        if isinstance(head, BoxHead):
            told = [boxes.numpy() for boxes in found(scores[:, :-1], self.placing)]
            pairs = [matched(b, t) for b, t in zip(told, labels.numpy(), strict=True)]
            chosen = thresholds_of(pairs, len(self.classes), USUAL)
            head.thresholds.copy_(torch.from_numpy(chosen))

    def loss(
        self, scores: Float[Tensor, "n q c"], labels: Float[Tensor, "n m 5"], *,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:  # fmt: skip
        """See `detection_loss`; the last row of scores are the thresholds."""
        return detection_loss(scores[:, :-1], labels, self.placing)

    def answers(self, scores: Float[Tensor, "n q c"]) -> Float[Tensor, "n m"]:
        """What is found, 1/2 being the threshold of each class."""
        if not len(scores):
            return torch.zeros(0, 1)
        thresholds = scores[0, -1, PLACED:]
        told = found(scores[:, :-1], self.placing)
        return answer_of([rescaled(boxes, thresholds) for boxes in told])

    def losses(
        self, answers: Float[np.ndarray, "n m"], labels: Float[np.ndarray, "n b 5"]
    ) -> Float[np.ndarray, " n"]:
        """1 less the merit."""
        lost: Float[np.ndarray, " n"] = 1 - self.merit(answers, labels)
        return lost

    def merit(self, answers: Float[np.ndarray, "n m"], labels: Float[np.ndarray, "n b 5"]) -> Merit:
        """F1 of each picture's boxes, 1 where there are none and none is said."""
        pairs = zip(answers, labels, strict=True)
        return np.array([matched(boxes_in(a), t).f1() for a, t in pairs], dtype=float)

    def constant(self, labels: Labels) -> Float[np.ndarray, " m"]:
        """The usual boxes at their rate, from the threshold that suits these pictures."""
        targets = torch.as_tensor(labels).numpy().astype(float)
        usual = usual_boxes(targets, len(self.classes))
        pairs = [matched(usual, target) for target in targets]
        least = thresholds_of(pairs, len(self.classes), USUAL)
        told = rescaled(torch.from_numpy(usual), torch.from_numpy(least))
        answer: Float[np.ndarray, " m"] = answer_of([told])[0].numpy()
        return answer

    def correct(self, answers: Float[np.ndarray, "n m"], labels: Known) -> Bool[np.ndarray, " n"]:
        """Whether every box is met, and no other is said."""
        right: Bool[np.ndarray, " n"] = self.merit(answers, labels) == 1
        return right

    def text(self, answer: Float[np.ndarray, " m"]) -> str:
        """How many of each class: "2 dog, 1 cat"."""
        said = boxes_in(answer)
        often = Counter(said[said[:, 1] >= SAID, 0].astype(int).tolist())
        told = [f"{count} {self.classes[label]}" for label, count in often.most_common()]
        return ", ".join(told) or NOTHING_THERE

    def texts(self, codes: np.ndarray) -> list[str]:
        """Rows behind their belief, as people read them."""
        return [self.text(np.r_[1.0, row]) for row in codes]

    def figures(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Those of `box_figures`, and the share of pictures without a mistake."""
        pair = self.located(answers, labels)
        return {
            **box_figures(*pair, len(self.classes), groups, self.side_px),
            "exact": share(self.correct(answers, labels), groups),
        }

    def located(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> tuple[tuple[Boxes, ...], tuple[FoundBoxes, ...]]:
        """In shares of the side of the square that the network sees."""
        return tuple(map(_true, np.asarray(labels))), tuple(map(_found, answers))

    def schedule(self, *, probe: bool) -> tuple[int, int] | None:
        """The rate falls to the end, so none ends early."""
        return (20, 20) if probe else (12, 12)

    @property
    def summary(self) -> str:
        """What is found."""
        return f"{counted(len(self.classes), 'class', 'classes')} of boxes"

    def record(self) -> dict[str, Any]:
        """The side of what the network sees, and how its rows are read."""
        return {"side_px": self.side_px, "placing": self.placing}


def _true(target: Float[np.ndarray, "m 5"]) -> Boxes:
    """The boxes of a label."""
    there = target[(target[:, 3:] > target[:, 1:3]).all(axis=1)]
    passed = there[:, 0] < 0
    labels = np.where(passed, -1 - there[:, 0], there[:, 0])
    return Boxes(there[:, 1:].astype(float), labels.astype(int), passed)


def _found(answer: Float[np.ndarray, " m"]) -> FoundBoxes:
    """The boxes of an answer."""
    told = boxes_in(answer)
    return FoundBoxes(told[:, 2:], told[:, 0].astype(int), told[:, 1])
