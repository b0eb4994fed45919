"""CreateML JSON: a list of pictures, each with its boxes by their centers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from headstart.data.annotations import (
    Annotated,
    Annotations,
    Collector,
    Sketch,
    numbers_in,
    part_in,
    part_of_file,
    unread,
)
from headstart.data.json_stream import elements
from headstart.data.picture_index import PictureIndex
from headstart.untrusted import Damaged

_PICTURE = ("image", "imagefilename")
_BOXES = ("annotations", "annotation")
_COORDINATES = ("x", "y", "width", "height")
_Held = tuple[Path, Sketch, int]
"""A picture, its boxes that can be read, and how many it has."""


def is_createml(path: Path) -> bool:
    """Whether a JSON file lists pictures with boxes; told by the first that has any."""
    try:
        for entry in elements(path):
            name, boxes = _parts(entry)
            if not isinstance(name, str) or not isinstance(boxes, list):
                return False
            if boxes:
                return any(isinstance(one, Mapping) and "coordinates" in one for one in boxes)
    except (Damaged, OSError):
        pass
    return False


def read_createml(files: Sequence[Path], index: PictureIndex) -> Annotations:
    """The boxes of CreateML files; each is of the part that its name, or its folder's, says.

    A picture with an empty list is a negative, one that no file names is unlabeled. Raises
    `DataError` for what is no JSON.
    """
    collector = Collector("CreateML JSON", index.root)
    parts = {path: part_in(path.stem) or part_of_file(path, index.root) for path in files}
    for path in files:
        part = parts[path] if len(files) > 1 or parts[path] in ("test", "val") else ""
        held = _read(path, index, collector)
        shares = _are_shares(held, path, collector)
        for picture, sketch, many in held:
            told = Annotated(picture, sketch.boxes, part, shares=shares)
            collector.add(told, len(sketch.labels), many)
    collector.rest(index.pictures)
    return collector.done("files" if len(set(parts.values())) > 1 else "")


def _parts(entry: object) -> tuple[object, object]:
    """What names the picture, and its boxes."""
    held = entry if isinstance(entry, Mapping) else {}
    name = next((held[key] for key in _PICTURE if key in held), None)
    return name, next((held[key] for key in _BOXES if key in held), None)


def _read(path: Path, index: PictureIndex, collector: Collector) -> list[_Held]:
    held = list[_Held]()
    try:
        for place, entry in enumerate(elements(path)):
            held += _picture(entry, f"[{place}]", path, index, collector)
    except (Damaged, OSError) as error:
        raise unread(path, error) from error
    return held


def _picture(
    entry: object, where: str, path: Path, index: PictureIndex, collector: Collector
) -> list[_Held]:
    """None where it cannot be read, or nobody finds it."""
    name, boxes = _parts(entry)
    if not isinstance(name, str) or not name.strip():
        collector.unreadable(path, where, "it names no picture")
        return []
    found = index.find(name, path.parent)
    if isinstance(found, str):
        collector.absent(path, name, found)
        return []
    if not isinstance(boxes, list):
        collector.unreadable(path, f"{where}.annotations", "it is no list of boxes")
        collector.read.add(found)
        return []
    sketch = Sketch()
    for place, one in enumerate(boxes):
        _box(one, f"{where}.annotations[{place}]", path, sketch, collector)
    return [(found, sketch, len(boxes))]


def _box(one: Any, where: str, path: Path, sketch: Sketch, collector: Collector) -> None:
    label = one.get("label") if isinstance(one, Mapping) else None
    if not isinstance(label, str) or not label:
        collector.unreadable(path, f"{where}.label", "it is no text")
        return
    told = one.get("coordinates")
    told = told if isinstance(told, Mapping) else {}
    cells = numbers_in(told.get(name) for name in _COORDINATES)
    if isinstance(cells, str):
        collector.unreadable(path, f"{where}.coordinates", cells)
        return
    x, y, width, height = cells
    sketch.corners.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    sketch.labels.append(collector.number(label))
    sketch.ignored.append(False)


def _are_shares(held: Sequence[_Held], path: Path, collector: Collector) -> bool:
    """Whether centers and sides are shares of the picture's: no side is above 1, as in pixels."""
    every = [corners for _, sketch, _ in held for corners in sketch.corners]
    corners = np.array(every, dtype=np.float64).reshape(-1, 4)
    sides = corners[:, 2:] - corners[:, :2]
    if not len(every) or max(sides.max(), (corners[:, :2] + sides / 2).max()) > 1.0:
        return False
    where = collector.shown_name(path)
    collector.notes.append(f"{where}: boxes are shares of the sides, and are read as such")
    return True
