"""COCO JSON: one file, a file for each part, or a file in each part's folder as Roboflow writes."""

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from headstart.counting import counted
from headstart.data.annotations import (
    Annotated,
    Annotations,
    Collector,
    Sketch,
    bounds_of,
    number_in,
    numbers_in,
    part_in,
    part_of_file,
    unread,
)
from headstart.data.box_audit import EDGE_PX
from headstart.data.boxes import Boxes
from headstart.data.json_stream import members
from headstart.data.picture_index import PictureIndex
from headstart.hostile import printable
from headstart.untrusted import Damaged

_HEAD = 1 << 16
_DIGITS = 19
_LEAST_CORNERS = 5
"""Of fewer boxes nothing is said but by the format."""
_LEAVE = 0.2
"""Share of boxes that leave the picture, from which they are corners if that fits all."""


def is_coco(path: Path) -> bool:
    """Whether a JSON file names pictures and boxes as COCO does; large ones by their beginning."""
    try:
        seen = set[str]()
        for key, value in members(path):
            seen.add(key)
            if key == "annotations" and isinstance(value, dict):
                return "image_id" in value and "caption" not in value
            if key == "images" and not isinstance(value, dict):
                return False
            if len(seen) > 20:
                return False
        return seen >= {"images", "categories"}
    except (Damaged, OSError):
        return _begins_so(path)


def _begins_so(path: Path) -> bool:
    """Of a damaged file: whether it was one, by its first characters."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    except OSError:
        return False
    return head.lstrip()[:1] == b"{" and b'"images"' in head and b'"file_name"' in head


def read_coco(files: Sequence[Path], index: PictureIndex) -> Annotations:
    """The boxes of COCO files; each is of the part that its name, or its folder's, says.

    Crowds are ignored regions. Raises `DataError` for what is no JSON.
    """
    collector = Collector("COCO JSON", index.root)
    parts = {path: part_in(path.stem) or part_of_file(path, index.root) for path in files}
    for path in files:
        part = parts[path] if len(files) > 1 or parts[path] in ("test", "val") else ""
        _read(path, part, index, collector)
    collector.rest(index.pictures)
    return collector.done("files" if len(set(parts.values())) > 1 else "", numbered=True)


@dataclass(frozen=True, eq=False)
class _File:
    """What one file says, with boxes as plain arrays: a file of 200 MB has millions."""

    path: Path
    images: dict[object, tuple[str, tuple[float, float]]] = field(default_factory=dict)
    categories: dict[object, str] = field(default_factory=dict)
    numbers: dict[object, int] = field(default_factory=dict)
    """Of each image that has an annotation, its place among them."""
    of: "array[int]" = field(default_factory=lambda: array("q"))
    kinds: "array[int]" = field(default_factory=lambda: array("q"))
    crowds: "array[int]" = field(default_factory=lambda: array("b"))
    corners: "array[float]" = field(default_factory=lambda: array("d"))
    bad: dict[object, int] = field(default_factory=dict)
    """How many boxes of an image cannot be read."""
    order: dict[object, int] = field(default_factory=dict)
    """Of each category id in annotations, its place among them."""
    around: list[int] = field(default_factory=list)
    """Places of boxes that are drawn around an outline, as none was written."""


def _read(path: Path, part: str, index: PictureIndex, collector: Collector) -> None:
    file, places = _File(path), {"images": 0, "annotations": 0, "categories": 0}
    take = {"images": _image, "annotations": _annotation, "categories": _category}
    try:
        for key, value in members(path):
            if key in take:
                take[key](file, value, f"{key}[{places[key]}]", collector)
                places[key] += 1
    except (Damaged, OSError) as error:
        raise unread(path, error) from error
    _odd_ids(file, collector)
    _pictures(file, part, index, collector, shares=_as_written(file, collector))


def _image(file: _File, value: object, where: str, collector: Collector) -> None:
    name = value.get("file_name") if isinstance(value, dict) else None
    key = _id(value.get("id")) if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(name, str) or key is None:
        collector.unreadable(file.path, where, "it has no id or no file_name")
        return
    if key in file.images:
        collector.unreadable(file.path, where, f"id {key!r} comes twice")
        return
    size = tuple(number_in(value.get(side)) or 0.0 for side in ("width", "height"))
    file.images[key] = (name, (size[0], size[1]))


def _category(file: _File, value: object, where: str, collector: Collector) -> None:
    name = value.get("name") if isinstance(value, dict) else None
    key = _id(value.get("id")) if isinstance(value, dict) else None
    if key is None or not isinstance(name, str | int):
        collector.unreadable(file.path, where, "it has no id or no name")
    elif key in file.categories:
        collector.unreadable(file.path, where, f"id {key!r} comes twice")
    else:
        file.categories[key] = str(name)


def _annotation(file: _File, value: object, where: str, collector: Collector) -> None:
    image = _id(value.get("image_id")) if isinstance(value, dict) else None
    if not isinstance(value, dict) or image is None:
        collector.unreadable(file.path, where, "it has no image_id")
        return
    place = file.numbers.setdefault(image, len(file.numbers))
    kind, corners = _id(value.get("category_id")), _corners(value)
    if isinstance(corners, str) or kind is None:
        why = f"{where}.bbox" if isinstance(corners, str) else f"{where}.category_id"
        lacking = f"{printable(value.get('category_id'), 40)!r} is no id"
        collector.unreadable(file.path, why, corners if isinstance(corners, str) else lacking)
        file.bad[image] = file.bad.get(image, 0) + 1
        return
    if not value.get("bbox"):
        file.around.append(len(file.of))
    file.of.append(place)
    file.kinds.append(file.order.setdefault(kind, len(file.order)))
    file.crowds.append(value.get("iscrowd") in (1, True))
    file.corners.extend(corners)


def _corners(value: dict[str, object]) -> tuple[float, ...] | str:
    """Of x, y, width and height; or around the outlines, where no box is written."""
    box, outlines = value.get("bbox"), value.get("segmentation")
    if not box and isinstance(outlines, list) and outlines:
        every = [number for one in outlines if isinstance(one, list) for number in one]
        cells = numbers_in(every)
        even = every and all(isinstance(one, list) and len(one) % 2 == 0 for one in outlines)
        if isinstance(cells, str) or not even:
            return cells if isinstance(cells, str) else "its outline is torn"
        return bounds_of(np.array(cells).reshape(-1, 2))
    cells = numbers_in(box) if isinstance(box, list) and len(box) == 4 else "it is no list of four"
    if isinstance(cells, str):
        return cells
    x, y, width, height = cells
    return x, y, x + width, y + height


def _id(value: object) -> int | str | None:
    """An id, so that 1, 1.0 and "1" are one; None where it can be none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isdecimal() and len(value) < _DIGITS:
        return int(value) if str(int(value)) == value else value
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def _as_written(file: _File, collector: Collector) -> bool:
    """Read boxes again that are not x, y, width and height in pixels; whether they are shares.

    They are shares where none is above 1 and one has a fraction. They are corners where they fit as
    such without exception, and at least one in five would leave the picture else.
    """
    corners = np.array(file.corners, dtype=np.float64).reshape(-1, 4)
    places = list(file.numbers)
    none = ("", (0.0, 0.0))
    told = np.array([file.images.get(key, none)[1] for key in places]).reshape(-1, 2)
    sides = told[np.array(file.of, dtype=np.int64)] if len(corners) else told
    if file.around or not len(corners) or not (sides > 1).all():
        return False
    raw = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    where = collector.shown_name(file.path)
    if np.abs(raw).max() <= 1.0 and (raw % 1 != 0).any():
        collector.notes.append(f"{where}: boxes are shares of the sides, and are read as such")
        return True
    fits = (raw[:, 2:] > raw[:, :2]).all() and (raw[:, 2:] <= sides + EDGE_PX).all()
    leaves = (corners[:, 2:] > sides + EDGE_PX).any(axis=1)
    if fits and len(raw) >= _LEAST_CORNERS and leaves.mean() >= _LEAVE:
        file.corners[:] = array("d", raw.ravel())
        why = f"{int(leaves.sum()):,} of {len(raw):,} would leave their pictures else"
        collector.notes.append(f"{where}: bbox is read as corners, not x, y, width, height: {why}")
    return False


def _odd_ids(file: _File, collector: Collector) -> None:
    """Report ids with gaps, ids of one name, and ids that no category has."""
    ids = sorted(key for key in file.categories if isinstance(key, int))
    if ids and ids[-1] - ids[0] + 1 != len(ids):
        why = f"ids of categories go from {ids[0]} to {ids[-1]} and are {len(ids)}; kept by name"
        collector.odd_ids(collector.shown_name(file.path), why)
    first: dict[str, object] = {}
    for key, name in file.categories.items():
        if name in first:
            collector.twice(name, first[name], key)
        first.setdefault(name, key)


def _pictures(
    file: _File, part: str, index: PictureIndex, collector: Collector, *, shares: bool
) -> None:
    numbers = {key: collector.number(name) for key, name in _ordered(file.categories)}
    every = _by_image(file, numbers, collector)
    for image, (name, size) in file.images.items():
        found = index.find(name, file.path.parent)
        if isinstance(found, str):
            collector.absent(file.path, name, found)
            continue
        held = every.get(image, Sketch().boxes)
        bad = file.bad.get(image, 0)
        picture = Annotated(found, held, part, "", size, shares)
        collector.add(picture, len(held), len(held) + bad)
    for image in file.numbers:
        if image not in file.images:
            why = f"no picture has the id {printable(json.dumps(image), 40)}"
            collector.unreadable(file.path, "annotations", why)


def _ordered(categories: dict[object, str]) -> list[tuple[object, str]]:
    """In the order of their ids, numbers first."""
    return sorted(categories.items(), key=lambda p: (isinstance(p[0], str), str(p[0]).zfill(20)))


def _by_image(file: _File, numbers: dict[object, int], collector: Collector) -> dict[object, Boxes]:
    """The boxes of each image; those of unknown categories are reported."""
    of = np.array(file.of, dtype=np.int64)
    corners = np.array(file.corners, dtype=np.float64).reshape(-1, 4)
    crowds = np.array(file.crowds, dtype=bool)
    lookup = np.array([numbers.get(kind, -1) for kind in file.order] or [-1], dtype=np.int64)
    labels = lookup[np.array(file.kinds, dtype=np.int64)] if len(of) else of
    for kind, label in zip(file.order, lookup.tolist(), strict=False):
        if label < 0:
            many = int((np.array(file.kinds) == file.order[kind]).sum())
            why = f"no category has the id {printable(kind, 40)} of {counted(many, 'box', 'boxes')}"
            collector.unreadable(file.path, "annotations", why)
    order = np.argsort(of, kind="stable")
    order = order[labels[order] >= 0]
    ends = np.searchsorted(of[order], np.arange(len(file.numbers) + 1))
    images = list(file.numbers)
    return {
        images[i]: Boxes(corners[rows], labels[rows], crowds[rows])
        for i in range(len(images))
        if len(rows := order[ends[i] : ends[i + 1]])
    }
