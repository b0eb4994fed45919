"""CVAT XML: one file for many pictures, or for the frames of a video."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

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
from headstart.data.xml_files import xml_in
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.untrusted import Damaged

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CORNERS = ("xtl", "ytl", "xbr", "ybr")
_SHAPES = ("box", "polygon", "polyline", "points", "ellipse", "mask")
_POINTED = ("polygon", "polyline")


def read_cvat(files: Sequence[Path], index: PictureIndex) -> Annotations:
    """The boxes of CVAT files; polygons count as the boxes around them.

    A picture that is named without any shape is a negative. Frames of a video are pictures whose
    names end in the frame's number, and belong together. Raises `DataError` for what is no XML.
    """
    collector = Collector("CVAT XML", index.root)
    for path in files:
        try:
            root = xml_in(path)
        except (Damaged, OSError) as error:
            raise DataError(
                "D223", "a CVAT file cannot be read", "export it again", printable(path),
                printable(error),
            ) from error  # fmt: skip
        for place, element in enumerate(root.findall("image")):
            _image(element, place, path, index, collector)
        _tracks(root.findall("track"), path, index, collector)
    collector.rest(index.pictures)
    return collector.done("subsets")


def _image(
    element: "Element",
    place: int,
    path: Path,
    index: PictureIndex,
    collector: Collector,
) -> None:
    name = element.get("name", "")
    found = index.find(name, path.parent) if name else "and it has no name"
    if isinstance(found, str):
        collector.absent(path, name or f"image[{place}]", found)
        return
    shapes, sketch = [shape for shape in element if shape.tag in _SHAPES], Sketch()
    for i, shape in enumerate(shapes):
        _shape(
            shape,
            shape.get("label", ""),
            f"image[{place}].{shape.tag}[{i}]",
            path,
            sketch,
            collector,
        )
    size = tuple(number_in(element.get(side)) or 0.0 for side in ("width", "height"))
    part = part_in(element.get("subset", ""))
    told = Annotated(found, sketch.boxes, part, "", (size[0], size[1]))
    collector.add(told, len(sketch.labels), len(shapes))


def _shape(
    shape: "Element", label: str, where: str, path: Path, sketch: Sketch, collector: Collector
) -> None:
    corners: Sequence[float] | str
    if not label:
        corners = "it has no label"
    elif shape.tag == "box":
        corners = _box(shape)
    elif shape.tag in _POINTED:
        corners = _around(shape.get("points", ""))
    else:
        corners = f"{shape.tag} is no box"
    if isinstance(corners, str):
        collector.unreadable(path, where, corners)
        return
    sketch.corners.append(tuple(corners))
    sketch.labels.append(collector.number(label))
    sketch.ignored.append(False)


def _box(shape: "Element") -> Sequence[float] | str:
    """Corners; of a box that is rotated about its center, those of the box around it."""
    corners = numbers_in(shape.get(name) for name in _CORNERS)
    degrees = number_in(shape.get("rotation")) or 0.0
    if isinstance(corners, str) or not degrees:
        return corners
    x0, y0, x1, y1 = corners
    cos, sin = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    width, height = (x1 - x0) * cos + (y1 - y0) * sin, (x1 - x0) * sin + (y1 - y0) * cos
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _around(points: str) -> Sequence[float] | str:
    """The corners of the box around points such as "1,2;3,4"."""
    cells = numbers_in(points.replace(";", ",").split(",")) if points else "it has no points"
    if isinstance(cells, str):
        return cells
    if len(cells) % 2:
        return "its points are torn"
    return bounds_of(np.array(cells).reshape(-1, 2))


def _tracks(
    tracks: Iterable["Element"],
    path: Path,
    index: PictureIndex,
    collector: Collector,
) -> None:
    """Boxes of a video's frames."""
    sketches: dict[int, Sketch] = {}
    for place, track in enumerate(tracks):
        for i, shape in enumerate(track):
            number = number_in(shape.get("frame"))
            if shape.tag not in _SHAPES or number is None or shape.get("outside") == "1":
                continue
            sketch = sketches.setdefault(int(number), Sketch())
            where = f"track[{place}].{shape.tag}[{i}]"
            _shape(shape, track.get("label", ""), where, path, sketch, collector)
    for number, sketch in sorted(sketches.items()):
        name = f"frame_{number:06d}"
        found = index.with_stem(name, path.parent)
        if isinstance(found, str):
            collector.absent(path, name, found)
            continue
        picture = Annotated(found, sketch.boxes, "", collector.shown_name(path))
        collector.add(picture, len(sketch.labels), len(sketch.labels))
