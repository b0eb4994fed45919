"""Whether an exported detector finds the boxes that the model does, on real files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from headstart.data import Boxes, Source
from headstart.events import Tell, quiet, track
from headstart.modality import size_of
from headstart.model import Model
from headstart.share.end_to_end import Feed
from headstart.share.parity import Parity
from headstart.task import SAID, placed
from headstart.task.box_matching import FoundBoxes
from headstart.task.box_precision import Precision, ones

MOST_PX = 0.5
"""How far a corner may lie from where the model has it."""
MOST_LOST = 0.002
"""Mean average precision."""
MOST_CHANCE = 0.01
"""Difference of a box's probability: powers that make 1/2 of thresholds widen what is rounded."""
Finds = Callable[[Feed], Float[np.ndarray, "k 6"]]
"""Class, probability and box, in pixels of what is fed, of all that a file finds."""


@dataclass(frozen=True)
class BoxParity(Parity):
    """How alike the boxes of a model and of its exported file are."""

    moved_px: float
    """Farthest that a corner of a box that is said lies from where the model has it."""
    map: float
    """Mean average precision of the file on the test rows."""
    map_of_run: float
    """The same of the model."""
    boxes: int
    """How many were compared: those that the model says, or where it says none on any picture, the
    likeliest of each."""

    @property
    def holds(self) -> bool:
        """Whether the file may be written."""
        near = self.moved_px <= MOST_PX and self.largest <= MOST_CHANCE
        lost = abs(self.map - self.map_of_run)
        return self.same == self.rows and near and lost <= MOST_LOST and self.boxes > 0

    @property
    def text(self) -> str:
        """In a line."""
        return (
            f"{self.same:,} of {self.rows:,} test rows get the same boxes in {self.runtime}, "
            f"{self.boxes:,} in all; corners differ by {self.moved_px:.1e} pixels at most, mAP is "
            f"{self.map:.4f} and was {self.map_of_run:.4f}"
        )

    def table(self, unit: str) -> list[tuple[str, str, str]]:
        """Figures, what was found, and what is allowed."""
        return [
            ("farthest that a corner moved, pixels", f"{self.moved_px:.1e}", f"{MOST_PX:g}"),
            ("mean average precision, file and run", f"{self.map:.4f}, {self.map_of_run:.4f}",
             f"{MOST_LOST:g} apart"),
            ("largest difference of a probability", f"{self.largest:.1e}", f"{MOST_CHANCE:g}"),
            ("boxes that were compared", f"{self.boxes:,}", "1 and more"),
            ("rows with the same boxes", f"{self.same:,} of {self.rows:,}", "all"),
        ]  # fmt: skip


def box_parity_of(
    model: Model,
    finds: Finds,
    feeds: Callable[[Source], list[Feed]],
    sources: Sequence[Source],
    truths: Sequence[Boxes],
    runtime: str,
    tell: Tell = quiet,
) -> BoxParity:
    """Ask both about every source, each through its own reader of files.

    `truths` are in pixels of the upright pictures, in the order of `sources`.
    """
    ours, theirs = list[np.ndarray](), list[np.ndarray]()
    for source in track(tell, f"comparing with {runtime}", sources, len(sources)):
        answer = model.answers([source])[0].astype(float)
        ours.append(placed(answer, model.backbone.modality, source))
        theirs.append(_upright(finds, feeds(source)[0], source))
    kept = _said if any(len(_said(found)) for found in ours) else _likeliest
    pairs = [_apart(kept(one), kept(other)) for one, other in zip(ours, theirs, strict=True)]
    moved = [apart for apart in pairs if apart is not None]
    classes = len(model.classes)
    return BoxParity(
        rows=len(sources),
        largest=max([chance for _, chance in moved], default=0.0),
        same=len(moved),
        runtime=runtime,
        moved_px=max([px for px, _ in moved], default=0.0),
        map=_precision(truths, theirs, classes),
        map_of_run=_precision(truths, ours, classes),
        boxes=sum(len(kept(found)) for found in ours),
    )


def _upright(finds: Finds, feed: Feed, source: Source) -> Float[np.ndarray, "k 6"]:
    """What a file finds, in pixels of the upright picture: a large JPEG is fed at a fraction."""
    found = finds(feed)
    size = np.array(size_of(source), float)
    height, width = feed["pixels"].shape[1:3]
    scaled = found[:, 2:] * np.tile(size / (width, height), 2)
    cut = np.concatenate([found[:, :2], scaled.clip(0, np.tile(size, 2))], axis=1)
    there: Float[np.ndarray, "k 6"] = cut[(cut[:, 4:] > cut[:, 2:4]).all(axis=1)]
    return there


def _said(found: Float[np.ndarray, "k 6"]) -> Float[np.ndarray, "m 6"]:
    return found[found[:, 1] >= SAID]


def _likeliest(found: Float[np.ndarray, "k 6"]) -> Float[np.ndarray, "m 6"]:
    return found[np.argsort(-found[:, 1], kind="stable")[:1]]


def _apart(
    one: Float[np.ndarray, "k 6"], other: Float[np.ndarray, "m 6"]
) -> tuple[float, float] | None:
    """How far corners and probabilities of these boxes lie apart; None for other boxes."""
    if sorted(one[:, 0]) != sorted(other[:, 0]):
        return None
    if not len(one):
        return 0.0, 0.0
    far = np.abs(one[:, None, 2:] - other[None, :, 2:]).max(axis=2)  # (k, k)
    far[one[:, None, 0] != other[None, :, 0]] = np.inf
    nearest = far.argmin(axis=1)
    if len(set(nearest.tolist())) < len(one):
        return None
    chances = np.abs(one[:, 1] - other[nearest, 1])
    return float(far.min(axis=1).max()), float(chances.max())


def _precision(truths: Sequence[Boxes], found: Sequence[np.ndarray], classes: int) -> float:
    """Mean average precision over overlaps and classes that are there; 0 where none is."""
    told = [FoundBoxes(boxes[:, 2:], boxes[:, 0].astype(int), boxes[:, 1]) for boxes in found]
    each = Precision(truths, told, classes).average_precision(ones(len(truths)))
    return float(np.nanmean(each)) if np.isfinite(each).any() else 0.0
