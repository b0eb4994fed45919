"""Boxes held against their pictures: in pixels of the upright one, and what is odd about them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from headstart.counting import counted
from headstart.data.box_doubles import doubles
from headstart.data.boxes import Boxes, BoxTruth
from headstart.data.problem import Problem
from headstart.data.truth import Checked
from headstart.hostile import printable

EDGE_PX = 2.0
"""Boxes may reach so far past the edge: tools round, and clip by one pixel or not at all."""
ROUNDING_PX = 0.05
"""What shares of six digits are off by is not told."""
NETWORK_PX = 416
"""The long side of a picture as small detectors see it."""
TINY_PX = 4.0
"""The least side at `NETWORK_PX` that a map of stride 8 still tells apart."""
WHOLE_PICTURE = 0.98
"""The share of a picture from which on a box is all of it."""
_SWAPPED = (5, 6, 7, 8)
Size = tuple[float | int, float | int]
Corners = tuple[float, float, float, float]


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
        odd, kept, lost = _Odd(name, self.names), list(self.boxes), set[int]()
        stored = {row: size for row, look in enumerate(looks) if (size := _stored(look))}
        flat = _flat(
            self.boxes, {r: self._upright(r, one, odd) for r, one in stored.items()}, stored
        )
        for step in (_with_area, _inside, _once):
            flat = step(flat, odd)
        _sized(flat, odd)
        for row, found in flat.by_picture(list(stored)):
            many, kept[row] = len(kept[row]), found
            if many and not len(found):
                lost.add(row)
                why = f"none of its {counted(many, 'box', 'boxes')} is one; the picture is left out"
                odd.tell(row, "D247", "empty box", f"{why}, as it is no negative")
        return Checked(BoxTruth(self.names, tuple(kept)), odd.listed, frozenset(lost))

    def _upright(self, row: int, stored: "_Stored", odd: "_Odd") -> Float[np.ndarray, "n 4"]:
        """Corners as the annotation saw the picture -> on the upright one."""
        corners, told, upright = self.boxes[row].corners, self.sizes[row], stored.upright
        if self.shares[row]:
            return corners * [*upright, *upright]
        if stored.turned != 1:
            raw = stored.sideways and told == stored.size and told != upright
            what = "its boxes are not: they are turned with it" if raw else "its boxes are taken so"
            why = f"turned by EXIF orientation {stored.turned}, and {what}"
            odd.tell(row, "D245", "turned", why)
            if raw:
                return turned(corners, stored.size, stored.turned)
        if not all(told) or told == upright:
            return corners
        (width, height), (x, y) = told, upright
        alike = abs(x * height / width - y) <= 1.5
        what = "boxes are scaled" if alike else "boxes are taken as they are"
        why = f"annotated as {width:g} x {height:g}, it has {x:g} x {y:g} pixels: {what}"
        odd.tell(row, "D244", "size", why)
        return corners * ([x / width, y / height] * 2) if alike else corners


@dataclass(frozen=True)
class _Stored:
    """A picture as it is stored, before it is turned."""

    size: Size
    turned: int
    """Its EXIF orientation; 1 is upright."""

    @property
    def sideways(self) -> bool:
        """Whether its width becomes its height."""
        return self.turned in _SWAPPED

    @property
    def upright(self) -> Size:
        """Width and height once it is turned."""
        width, height = self.size
        return (height, width) if self.sideways else (width, height)


def _stored(look: object) -> _Stored | None:
    """What a look says of a picture; None where it could not be read."""
    facts = dict(getattr(look, "facts", ()))
    width, height = (float(facts.get(side, 0)) for side in ("width", "height"))
    return _Stored((width, height), int(facts.get("turned", 1))) if width and height else None


@dataclass(frozen=True, eq=False)
class _Flat:
    """The boxes of many pictures, one behind the other: steps over all cost no loop."""

    boxes: Boxes
    of: Int[np.ndarray, " n"]
    """The row of the picture of each; in order."""
    limits: Float[np.ndarray, "n 2"]
    """Width and height of this picture."""

    def only(self, keep: Bool[np.ndarray, " n"]) -> "_Flat":
        """Those that are kept."""
        if keep.all():
            return self
        return _Flat(self.boxes.take(np.flatnonzero(keep)), self.of[keep], self.limits[keep])

    def by_picture(self, rows: Sequence[int]) -> Iterator[tuple[int, Boxes]]:
        """The boxes of each of these pictures."""
        held = self.boxes
        starts, ends = (np.searchsorted(self.of, rows, side).tolist() for side in _SIDES)
        for row, start, end in zip(rows, starts, ends, strict=True):
            some = slice(start, end)
            yield row, Boxes(held.corners[some], held.labels[some], held.ignored[some])


_SIDES: Sequence[Literal["left", "right"]] = ("left", "right")


def _flat(
    boxes: Sequence[Boxes],
    corners: Mapping[int, Float[np.ndarray, "n 4"]],
    stored: Mapping[int, _Stored],
) -> _Flat:
    """Of each picture its boxes with these corners."""
    many = [len(boxes[row]) for row in corners]
    held = Boxes(
        np.concatenate([np.empty((0, 4)), *corners.values()]),
        np.concatenate([np.empty(0, np.int64), *(boxes[row].labels for row in corners)]),
        np.concatenate([np.empty(0, bool), *(boxes[row].ignored for row in corners)]),
    )
    sides = np.array([stored[row].upright for row in corners]).reshape(-1, 2)
    rows = np.array(list(corners), dtype=np.int64)
    return _Flat(held, np.repeat(rows, many), np.repeat(sides, many, axis=0))


@dataclass(frozen=True, eq=False)
class _Odd:
    """What is odd about boxes, in the order of their pictures."""

    name: Callable[[int], str]
    names: Sequence[str]
    found: list[tuple[int, Problem]] = field(default_factory=list)
    called: dict[int, str] = field(default_factory=dict)

    @property
    def listed(self) -> tuple[Problem, ...]:
        """Picture by picture, of each in the order of the steps."""
        return tuple(problem for _, problem in sorted(self.found, key=lambda pair: pair[0]))

    def tell(self, row: int, code: str, kind: str, why: str, box: Corners | None = None) -> None:
        """Report one."""
        if row not in self.called:
            self.called[row] = self.name(row)
        self.found.append((row, Problem(code, kind, self.called[row], why, box=box)))

    def report(
        self, code: str, kind: str, flat: _Flat, what: str, which: Bool[np.ndarray, " n"]
    ) -> None:
        """Each of these boxes as a problem, in words and in pixels."""
        some: np.ndarray = np.flatnonzero(which)
        held = flat.boxes.take(some)
        places = zip(
            flat.of[some].tolist(), held.labels.tolist(), held.corners.tolist(), strict=True
        )
        for row, label, box in places:
            told = ", ".join(f"{round(x, 1):g}" for x in box)
            why = f"{what}: {printable(self.names[label], 60)} ({told})"
            self.tell(row, code, kind, why, (box[0], box[1], box[2], box[3]))


def _with_area(flat: _Flat, odd: _Odd) -> _Flat:
    """Without boxes that have no area, or whose corners are the wrong way round."""
    corners = flat.boxes.corners
    keep: np.ndarray = np.all(corners[:, 2:] > corners[:, :2], axis=1)
    odd.report("D237", "empty box", flat, "a box without area, left out", ~keep)
    return flat.only(keep)


def _inside(flat: _Flat, odd: _Odd) -> _Flat:
    """Cut at the edges, without boxes that lie outside."""
    held = flat.boxes
    cut = np.clip(held.corners, 0.0, np.concatenate([flat.limits, flat.limits], axis=1))
    over: np.ndarray = np.abs(held.corners - cut).max(axis=1, initial=0.0)
    keep: np.ndarray = (cut[:, 2:] > cut[:, :2]).all(axis=1)
    odd.report("D240", "outside box", flat, "a box outside the picture, left out", ~keep)
    past = "a box reaches past the edge and is cut there"
    odd.report("D239", "outside box", flat, past, keep & (over > EDGE_PX))
    slight: np.ndarray = keep & (over > ROUNDING_PX) & (over <= EDGE_PX)
    for row, many in zip(*np.unique(flat.of[slight], return_counts=True), strict=True):
        slightly = counted(int(many), "box", "boxes")
        why = f"cut at the edge: {slightly} up to {EDGE_PX:g} pixels past it"
        odd.tell(int(row), "D238", "clipped", why)
    return _Flat(Boxes(cut, held.labels, held.ignored), flat.of, flat.limits).only(keep)


def _once(flat: _Flat, odd: _Odd) -> _Flat:
    """Without a second box of the same class in the same place."""
    again = doubles(flat.boxes, flat.of)
    odd.report("D241", "double box", flat, "a box that is there already, left out", again)
    return flat.only(~again)


def _sized(flat: _Flat, odd: _Odd) -> None:
    """List boxes that are tiny for a network, or all of the picture."""
    corners = flat.boxes.corners
    scale: np.ndarray = np.minimum(1.0, NETWORK_PX / flat.limits.max(axis=1, initial=1.0))
    small = ((corners[:, 2:] - corners[:, :2]) * scale[:, None] < TINY_PX).any(axis=1)
    what = f"a box of less than {TINY_PX:g} pixels in a picture of {NETWORK_PX}"
    odd.report("D242", "tiny box", flat, what, small & ~flat.boxes.ignored)
    whole = flat.boxes.areas >= WHOLE_PICTURE * flat.limits.prod(axis=1)
    odd.report("D243", "whole box", flat, "a box is all of the picture", whole)


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
