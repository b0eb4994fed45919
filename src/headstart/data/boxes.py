"""Labeled boxes on pictures: the truth of object detection."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int

from headstart.counting import counted
from headstart.data.truth import Truth
from headstart.hostile import printable

_LISTED = 8


@dataclass(frozen=True, eq=False)
class Boxes:
    """The boxes of one picture; a picture without any is a negative.

    Corners are (x0, y0, x1, y1) in pixels of the upright picture (EXIF orientation applied), from
    its top left edge: a box over the whole picture is (0, 0, width, height).
    """

    corners: Float[np.ndarray, "n 4"]
    labels: Int[np.ndarray, " n"]
    """Indexes into the names of the classes."""
    ignored: Bool[np.ndarray, " n"]
    """Crowds and objects that are marked as difficult: neither learned nor counted."""

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def areas(self) -> Float[np.ndarray, " n"]:
        """In square pixels; 0 for boxes whose corners are the wrong way round."""
        found: np.ndarray = np.maximum(0.0, self.corners[:, 2:] - self.corners[:, :2]).prod(axis=1)
        return found

    def take(self, rows: Sequence[int] | Int[np.ndarray, " m"]) -> "Boxes":
        """These boxes only, in this order."""
        kept = np.asarray(rows, dtype=np.int64)
        return Boxes(self.corners[kept], self.labels[kept], self.ignored[kept])


def boxes_of(
    corners: Iterable[Sequence[float | int]],
    labels: Iterable[int],
    ignored: Iterable[bool] | None = None,
) -> Boxes:
    """Boxes from plain lists; none is ignored where nothing is said.

    >>> len(boxes_of([(0, 0, 10, 20)], [0])), len(boxes_of([], []))
    (1, 0)
    """
    named = np.array(list(labels), dtype=np.int64)
    places = np.array([tuple(box) for box in corners], dtype=np.float64).reshape(len(named), 4)
    skipped = np.zeros(len(named), bool) if ignored is None else np.array(list(ignored), bool)
    return Boxes(places, named, skipped)


def iou(
    first: Float[np.ndarray, "n 4"],
    second: Float[np.ndarray, "m 4"],
    crowd: Bool[np.ndarray, " m"] | None = None,
) -> Float[np.ndarray, "n m"]:
    """Intersection over union of each with each; 0 where a union is empty.

    Against a `crowd` it is the share of the first box that lies in it, as COCO has it.

    >>> iou(np.array([[0.0, 0, 2, 2]]), np.array([[1.0, 0, 3, 2]])).round(3).tolist()
    [[0.333]]
    """
    low = np.maximum(first[:, None, :2], second[None, :, :2])  # (n, m, 2)
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.maximum(0.0, high - low).prod(axis=2)  # (n, m)
    one, other = ((b[:, 2:] - b[:, :2]).clip(min=0.0).prod(axis=1) for b in (first, second))
    union = one[:, None] + other[None] - shared
    if crowd is not None:
        union = np.where(crowd[None], one[:, None], union)
    found: np.ndarray = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return found


@dataclass(frozen=True, eq=False)
class BoxTruth(Truth):
    """What is on each picture: names of the classes, and the boxes of each picture."""

    least: ClassVar[int] = 1
    contradicts: ClassVar[bool] = False
    """Copies of a picture may have boxes that differ by a pixel: they stay together."""
    sequenced: ClassVar[bool] = True
    names: tuple[str, ...]
    boxes: tuple[Boxes, ...]

    def __len__(self) -> int:
        return len(self.boxes)

    def take(self, rows: Sequence[int]) -> "BoxTruth":
        """These pictures only, in this order; the names stay."""
        return BoxTruth(self.names, tuple(self.boxes[row] for row in rows))

    def key(self, row: int) -> str:
        """All that `written` says, with every digit."""
        held = self.boxes[row]
        told = (held.corners.tolist(), held.labels.tolist(), held.ignored.tolist())
        return json.dumps(sorted(zip(*told, strict=True)))

    def written(self, row: int) -> str:
        """All boxes of a picture in a line.

        >>> BoxTruth(("cat", "dog"), (boxes_of([(0, 0, 10, 20.5)], [1]),)).written(0)
        'dog (0, 0, 10, 20.5)'
        """
        held = self.boxes[row]
        told = zip(held.corners.tolist(), held.labels.tolist(), held.ignored.tolist(), strict=True)
        return "; ".join(
            f"{printable(self.names[label])} ({', '.join(f'{round(x, 2):.10g}' for x in corners)})"
            + (" ignored" if ignored else "")
            for corners, label, ignored in told
        )

    def strata(self) -> tuple[int, ...]:
        """The rarest class on each picture, counted from 1; 0 for a negative."""
        often = self._often(range(len(self)))
        return tuple(
            1 + min(present, key=lambda label: (often[label], label)) if present else 0
            for present in (np.unique(held.labels[~held.ignored]).tolist() for held in self.boxes)
        )

    def counts(self, rows: Sequence[int]) -> dict[str, int]:
        """How many boxes of each class are on these pictures, without those that are ignored."""
        return dict(zip(self.names, self._often(rows), strict=True))

    def summary(self, rows: Sequence[int]) -> str:
        """Boxes by class, and how many pictures have none."""
        boxes = sum(self._often(rows))
        bare = sum(not len(self.boxes[row]) for row in rows)
        told = f"{counted(boxes, 'box', 'boxes')} on {counted(len(rows), 'usable picture')}"
        told += f" ({bare:,} of them without any)" if bare else ""
        ordered = sorted(self.counts(rows).items(), key=lambda pair: -pair[1])
        named = ", ".join(f"{printable(name, limit=40)} {n:,}" for name, n in ordered[:_LISTED])
        more = f", and {len(ordered) - _LISTED} more" if len(ordered) > _LISTED else ""
        return f"{told}: {named}{more}"

    def _often(self, rows: Sequence[int]) -> list[int]:
        every = [self.boxes[row].labels[~self.boxes[row].ignored] for row in rows]
        found = np.concatenate(every) if every else np.zeros(0, np.int64)
        often: list[int] = np.bincount(found, minlength=len(self.names)).tolist()
        return often
