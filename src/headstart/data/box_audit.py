"""Boxes held against their pictures: in pixels of the upright one, and what is odd about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

from headstart.counting import counted
from headstart.data.boxes import Boxes, BoxTruth, iou
from headstart.data.problem import Problem
from headstart.data.truth import Checked
from headstart.hostile import printable

EDGE_PX = 2.0
"""Boxes may reach so far past the edge: tools round, and clip by one pixel or not at all."""
ROUNDING_PX = 0.05
"""What shares of six digits are off by is not told."""
DOUBLE_IOU = 0.95
NETWORK_PX = 416
"""The long side of a picture as small detectors see it."""
TINY_PX = 4.0
"""The least side at `NETWORK_PX` that a map of stride 8 still tells apart."""
WHOLE_PICTURE = 0.98
"""The share of a picture from which on a box is all of it."""
_AT_ONCE = 500
_SWAPPED = (5, 6, 7, 8)
Size = tuple[float | int, float | int]


@dataclass(frozen=True, eq=False)
class ToldBoxTruth(BoxTruth):
    """Boxes in the units of their annotations, before the pictures were looked at."""

    sizes: tuple[Size, ...] = ()
    """Width and height as the annotation says; zeros where it says nothing."""
    shares: tuple[bool, ...] = ()
    """Whether corners are shares of the sides."""

    def take(self, rows: Sequence[int]) -> "ToldBoxTruth":
        """With what was told of each."""
        return ToldBoxTruth(
            self.names,
            tuple(self.boxes[row] for row in rows),
            tuple(self.sizes[row] for row in rows),
            tuple(self.shares[row] for row in rows),
        )

    def checked(self, looks: Sequence[object], name: Callable[[int], str]) -> Checked:
        """In pixels of the upright pictures, without what is no box; everything odd is listed.

        Pictures all of whose boxes are none are lost: they are no negatives.
        """
        kept, problems, lost = list[Boxes](), list[Problem](), set[int]()
        for row, held in enumerate(self.boxes):
            facts = dict(getattr(looks[row], "facts", ()))
            width, height = (float(facts.get(side, 0)) for side in ("width", "height"))
            if not width or not height:  # it could not be read
                kept.append(held)
                continue
            seen = _Seen(name(row), (width, height), int(facts.get("turned", 1)), self.names)
            found = seen.checked(held, self.sizes[row], shares=self.shares[row])
            problems += seen.problems
            kept.append(found)
            if len(held) and not len(found):
                lost.add(row)
                problems.append(seen.lost(len(held)))
        return Checked(BoxTruth(self.names, tuple(kept)), tuple(problems), frozenset(lost))


@dataclass(frozen=True, eq=False)
class _Seen:
    """A picture that was looked at, and what is odd about its boxes."""

    name: str
    size: Size
    """As it is stored, before it is turned."""
    turned: int
    """Its EXIF orientation; 1 is upright."""
    names: Sequence[str]
    problems: list[Problem] = field(default_factory=list)

    @property
    def upright(self) -> Size:
        """Width and height once it is turned."""
        width, height = self.size
        return (height, width) if self.turned in _SWAPPED else (width, height)

    def checked(self, held: Boxes, told: Size, *, shares: bool) -> Boxes:
        """The boxes on the upright picture."""
        corners = held.corners * [*self.upright, *self.upright] if shares else held.corners
        if not shares:
            corners = self._scaled(corners, told)
        boxes = Boxes(corners, held.labels, held.ignored)
        for step in (self._empty, self._inside, self._doubled):
            boxes = step(boxes)
        self._sized(boxes)
        return boxes

    def _scaled(self, corners: Float[np.ndarray, "n 4"], told: Size) -> Float[np.ndarray, "n 4"]:
        """As the annotation saw the picture -> upright."""
        if self.turned != 1:
            raw = self.turned in _SWAPPED and told == self.size and told != self.upright
            what = "its boxes are not: they are turned with it" if raw else "its boxes are taken so"
            why = f"turned by EXIF orientation {self.turned}, and {what}"
            self.problems.append(Problem("D245", "turned", self.name, why))
            if raw:
                return turned(corners, self.size, self.turned)
        if not all(told) or told == self.upright:
            return corners
        (width, height), (x, y) = told, self.upright
        alike = abs(x * height / width - y) <= 1.5
        what = "boxes are scaled" if alike else "boxes are taken as they are"
        why = f"annotated as {width:g} x {height:g}, it has {x:g} x {y:g} pixels: {what}"
        self.problems.append(Problem("D244", "size", self.name, why))
        return corners * ([x / width, y / height] * 2) if alike else corners

    def _empty(self, boxes: Boxes) -> Boxes:
        """Without boxes that have no area, or whose corners are the wrong way round."""
        keep: np.ndarray = np.all(boxes.corners[:, 2:] > boxes.corners[:, :2], axis=1)
        self._report("D237", "empty box", boxes, "a box without area, left out", ~keep)
        return boxes if keep.all() else boxes.take(np.flatnonzero(keep))

    def _inside(self, boxes: Boxes) -> Boxes:
        """Cut at the edges, without boxes that lie outside."""
        limit = np.array([*self.upright, *self.upright])
        cut = np.clip(boxes.corners, 0.0, limit)
        over: np.ndarray = np.abs(boxes.corners - cut).max(axis=1, initial=0.0)
        keep: np.ndarray = (cut[:, 2:] > cut[:, :2]).all(axis=1)
        self._report("D240", "outside box", boxes, "a box outside the picture, left out", ~keep)
        past = "a box reaches past the edge and is cut there"
        self._report("D239", "outside box", boxes, past, keep & (over > EDGE_PX))
        slight = int((keep & (over > ROUNDING_PX) & (over <= EDGE_PX)).sum())
        if slight:
            many = counted(slight, "box", "boxes")
            why = f"cut at the edge: {many} up to {EDGE_PX:g} pixels past it"
            self.problems.append(Problem("D238", "clipped", self.name, why))
        return Boxes(cut, boxes.labels, boxes.ignored).take(np.flatnonzero(keep))

    def _doubled(self, boxes: Boxes) -> Boxes:
        """Without a second box of the same class in the same place."""
        again = doubles(boxes)
        self._report("D241", "double box", boxes, "a box that is there already, left out", again)
        return boxes.take(np.flatnonzero(~again)) if again.any() else boxes

    def _sized(self, boxes: Boxes) -> None:
        """List boxes that are tiny for a network, or all of the picture."""
        sides = boxes.corners[:, 2:] - boxes.corners[:, :2]
        scale = min(1.0, NETWORK_PX / max(self.upright))
        small = (sides * scale < TINY_PX).any(axis=1) & ~boxes.ignored
        what = f"a box of less than {TINY_PX:g} pixels in a picture of {NETWORK_PX}"
        self._report("D242", "tiny box", boxes, what, small)
        whole = boxes.areas >= WHOLE_PICTURE * self.upright[0] * self.upright[1]
        self._report("D243", "whole box", boxes, "a box is all of the picture", whole)

    def lost(self, count: int) -> Problem:
        """What is said of a picture that had boxes and has none that is one."""
        why = (
            f"none of its {counted(count, 'box', 'boxes')} is one; the "
            "picture is left out, as it is no negative"
        )
        return Problem("D247", "empty box", self.name, why)

    def _report(
        self, code: str, kind: str, boxes: Boxes, what: str, which: Bool[np.ndarray, " n"]
    ) -> None:
        """Each of these boxes as a problem, in words and in pixels."""
        for label, box in zip(
            boxes.labels[which].tolist(), boxes.corners[which].tolist(), strict=True
        ):
            told = ", ".join(f"{round(x, 1):g}" for x in box)
            why = f"{what}: {printable(self.names[label], 60)} ({told})"
            self.problems.append(Problem(code, kind, self.name, why, box=tuple(box)))


def turned(
    corners: Float[np.ndarray, "n 4"], size: Size, orientation: int
) -> Float[np.ndarray, "n 4"]:
    """Corners on a stored picture of this size -> on the picture as EXIF turns it."""
    (width, height), (x0, y0, x1, y1) = size, corners.T
    if orientation in (2, 3, 7, 8):  # what was right becomes left, or top
        x0, x1 = width - x1, width - x0
    if orientation in (3, 4, 6, 7):
        y0, y1 = height - y1, height - y0
    found = (y0, x0, y1, x1) if orientation in _SWAPPED else (x0, y0, x1, y1)
    return np.stack(found, axis=1)


def doubles(boxes: Boxes) -> Bool[np.ndarray, " n"]:
    """Which boxes lie where an earlier one of their class does; some rows at a time."""
    again, order = np.zeros(len(boxes), bool), np.arange(len(boxes))
    for start in range(0, len(boxes), _AT_ONCE):
        rows: Int[np.ndarray, " k"] = order[start : start + _AT_ONCE]
        close = iou(boxes.corners[rows], boxes.corners) > DOUBLE_IOU
        close &= boxes.labels[rows, None] == boxes.labels[None]
        close &= boxes.ignored[rows, None] == boxes.ignored[None]
        again[rows] = (close & (order[None] < rows[:, None])).any(axis=1)
    return again
