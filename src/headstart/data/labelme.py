"""Reads LabelMe annotations: one JSON file per picture."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from headstart.data.annotations import (
    Annotated,
    Annotations,
    Collector,
    Sketch,
    bounds_of,
    number_in,
    numbers_in,
    part_in,
)
from headstart.data.picture_index import PictureIndex
from headstart.untrusted import Damaged, record_in

_MOST = 256 << 20
"""The largest file in bytes: it may contain its picture."""
_LEAST = {"rectangle": 2, "circle": 2, "polygon": 3, "linestrip": 2, "rotation": 4}
"""The number of points that each shape needs."""


def is_labelme(path: Path) -> bool:
    """Whether a JSON file holds shapes on one picture."""
    try:
        held = record_in(path, _MOST)
    except (Damaged, OSError, ValueError):
        return False
    return isinstance(held.get("shapes"), list) and "imagePath" in held


def read_labelme(files: Sequence[Path], index: PictureIndex) -> Annotations:
    """The boxes of LabelMe files; polygons and circles count as the boxes around them."""
    collector = Collector("LabelMe JSON", index.root)
    folders = {part_in(path.parent.name) for path in files}
    for path in files:
        part = part_in(path.parent.name) if "train" in folders else ""
        _read(path, part, index, collector)
    collector.rest(index.pictures)
    return collector.done("folders")


def _read(path: Path, part: str, index: PictureIndex, collector: Collector) -> None:
    found = index.with_stem(path.stem, path.parent)
    try:
        held = record_in(path, _MOST)
        shapes = held["shapes"]
    except (Damaged, OSError, KeyError, ValueError) as error:
        collector.unreadable(path, "", str(error))
        collector.read.update([found] if isinstance(found, Path) else [])
        return
    name = held.get("imagePath")
    if isinstance(found, str) and isinstance(name, str):
        found = index.find(name, path.parent)
    if isinstance(found, str) or not isinstance(shapes, list):
        collector.absent(
            path,
            name if isinstance(name, str) else path.stem,
            found if isinstance(found, str) else "",
        )
        return
    sketch = Sketch()
    for place, shape in enumerate(shapes):
        _shape(shape, f"shapes[{place}]", path, sketch, collector)
    size = tuple(number_in(held.get(side)) or 0.0 for side in ("imageWidth", "imageHeight"))
    told = Annotated(found, sketch.boxes, part, "", (size[0], size[1]))
    collector.add(told, len(sketch.labels), len(shapes))


def _shape(shape: Any, where: str, path: Path, sketch: Sketch, collector: Collector) -> None:
    label = shape.get("label") if isinstance(shape, Mapping) else None
    if not isinstance(label, str) or not label:
        collector.unreadable(path, f"{where}.label", "it is no text")
        return
    corners = _corners(shape)
    if isinstance(corners, str):
        collector.unreadable(path, f"{where}.points", corners)
        return
    sketch.corners.append(tuple(corners))
    sketch.labels.append(collector.number(label))
    sketch.ignored.append(False)


def _corners(shape: Mapping[str, Any]) -> Sequence[float] | str:
    kind, points = str(shape.get("shape_type") or "polygon"), shape.get("points")
    if kind not in _LEAST:
        return f"{kind} is no box"
    if not isinstance(points, list) or not all(isinstance(p, list) and len(p) == 2 for p in points):
        return "it is no list of points"
    cells = numbers_in(cell for point in points for cell in point)
    if not isinstance(cells, str) and len(points) < _LEAST[kind]:
        cells = f"a {kind} of {len(points)} points"
    return cells if isinstance(cells, str) else _around(kind, cells)


def _around(kind: str, cells: Sequence[float]) -> Sequence[float]:
    if kind == "circle":  # its center, and a point on it
        x, y, on_x, on_y = cells[:4]
        radius = math.hypot(on_x - x, on_y - y)
        return x - radius, y - radius, x + radius, y + radius
    return bounds_of(np.array(cells).reshape(-1, 2))
