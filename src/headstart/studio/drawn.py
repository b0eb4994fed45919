"""Boxes that are drawn on pictures: a LabelMe file beside each, which `headstart train` reads."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.data.annotations import number_in, numbers_in
from headstart.data.labelme import is_labelme
from headstart.data.listing import is_junk
from headstart.data.picture_index import PICTURES, files_below
from headstart.data.records import natural
from headstart.serve import Refusal
from headstart.untrusted import Damaged, record_in

REMOVED = ".removed"
_MOST = 64 << 20
"""Bytes of an annotation: it may hold its picture as well."""
_REMEMBERED = 20_000
_LOOKED_AT = 3
Corners = tuple[float, float, float, float]
Size = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """A thing on a picture; left, top, right and bottom as shares of its sides."""

    label: str
    corners: Corners


@dataclass(frozen=True)
class Drawing:
    """A picture, by its place below the folder, and what was drawn on it."""

    key: str
    boxes: tuple[Box, ...] | None = None
    """None where nobody said anything: that is not the same as no boxes."""
    size: Size = (0, 0)
    """Width and height as the annotation says."""
    kept: bool = False
    """Whether the annotation has more than rectangles: it is shown, and not changed."""
    revision: str = ""
    """Another one after every change."""


@dataclass(frozen=True)
class Drawings:
    """The pictures of a folder and their annotations."""

    root: Path

    @cached_property
    def all(self) -> tuple[Drawing, ...]:
        """What lies there, in natural order."""
        files = files_below(self.root) if self.root.is_dir() else []
        told = [self._drawing(path) for path in files if path.suffix.casefold() in PICTURES]
        return tuple(sorted(told, key=lambda one: natural(one.key)))

    def _drawing(self, picture: Path) -> Drawing:
        key = picture.relative_to(self.root).as_posix()
        path = picture.with_suffix(".json")
        try:
            about = path.stat()
        except OSError:
            return Drawing(key)
        boxes, size, kept = _read(path, about.st_mtime_ns, about.st_size, about.st_ino)
        return Drawing(key, boxes, size, kept, f"{about.st_mtime_ns:x}-{about.st_ino:x}")

    def need(self, key: str) -> Drawing:
        """The one of this key, without a look at others. Raises `Refusal` where `all` has none."""
        parts = key.split("/")  # an absolute path has an empty part
        plain = all(part and not is_junk(part) for part in parts)
        picture = self.root.joinpath(*parts) if plain else self.root
        # Path.is_file raises where a name is too long
        if picture.suffix.casefold() not in PICTURES or not os.path.isfile(picture):  # noqa: PTH113
            raise Refusal("H624", 404, "there is no such picture", "reload the page")
        return self._drawing(picture)

    def keep(self, key: str, boxes: Sequence[Box] | None, size: Size, was: str) -> None:
        """Write boxes, or move what was said out of the way; `size` is the upright picture's.

        Raises `Refusal` where somebody changed them since revision `was`, or where
        the annotation has more than rectangles on this picture.
        """
        now = self.need(key)
        if now.revision != was:
            told = "these boxes were changed elsewhere"
            raise Refusal("H625", 409, told, "look at them again")
        picture = self.root / key
        path = picture.with_suffix(".json")
        beside = [one for one in path.parent.iterdir() if one.stem == path.stem]
        twins = [one for one in beside if one.suffix.casefold() in PICTURES]
        if now.kept or len(twins) > 1 or not _fits(now.size, size):
            raise Refusal(
                "H626", 409, "the page can't change this annotation", "use LabelMe",
                f"{path.name} has other shapes, other sides, or belongs to several pictures",
            )  # fmt: skip
        if boxes is None:
            self._aside(path)
            return
        held = _record(path) or {"version": "5.0.0", "flags": {}, "imageData": None}
        before = now.size if any(now.size) else size
        held["shapes"] = _shapes(boxes, size, held.get("shapes", ()), before)
        if before != size:
            held["imageData"] = None  # a copy of the picture at its former size
        held |= {"imagePath": picture.name, "imageWidth": size[0], "imageHeight": size[1]}
        durable.write(path, durable.to_json(held, indent=1))

    def change(self, label: str, to: str) -> None:
        """Call a class otherwise on every picture; with an empty name, take its boxes out.

        What was there moves to `.removed` where boxes are taken out. Raises `Refusal` where an
        annotation with other shapes has the class.
        """
        own = [one for one in self.all if any(box.label == label for box in one.boxes or ())]
        if any(one.kept for one in own):
            raise Refusal(
                "H627", 409, "the page can't change all annotations of this class", "use LabelMe",
                "some have more than rectangles",
            )  # fmt: skip
        for one in own:
            path = (self.root / one.key).with_suffix(".json")
            held = _record(path) or {}
            shapes = held["shapes"]
            if not to:
                durable.write(self._place_aside(path), path.read_bytes())
                shapes = [shape for shape in shapes if shape["label"] != label]
            if not shapes:
                path.unlink()  # nobody said that nothing else is to be seen
                continue
            renamed = [{**s, "label": to} if s["label"] == label else s for s in shapes]
            durable.write(path, durable.to_json({**held, "shapes": renamed}, indent=1))

    def remove(self, keys: Iterable[str]) -> int:
        """Move pictures with what was drawn on them to `.removed`. Raises `Refusal`."""
        paths = [self.root / self.need(key).key for key in keys]
        for path in paths:
            self._aside(path)
            self._aside(path.with_suffix(".json"))
        return len(paths)

    def _aside(self, path: Path) -> None:
        if path.exists():
            path.rename(self._place_aside(path))

    def _place_aside(self, path: Path) -> Path:
        place = self.root / REMOVED / path.relative_to(self.root)
        place.parent.mkdir(parents=True, exist_ok=True)
        return unused(place)


def has_drawings(root: Path) -> bool:
    """Whether pictures in a folder, or in folders in it, have LabelMe files."""
    places = [root, *(path for path in root.iterdir() if path.is_dir())] if root.is_dir() else []
    for place in places:
        if place.name.startswith("."):
            continue
        with os.scandir(place) as entries:
            files = [Path(one.path) for one in entries if one.name.endswith(".json")]
        if any(is_labelme(path) for path in sorted(files)[:_LOOKED_AT]):
            return True
    return False


def unused(place: Path) -> Path:
    """The name, or one with a number behind it where it is taken."""
    stem = place.stem
    for number in count(2):
        if not os.path.lexists(place):
            break
        place = place.with_name(f"{stem}~{number}{place.suffix}")
    return place


def _fits(told: Size, size: Size) -> bool:
    """Whether an annotation saw a picture as it is: by its sides, or their proportion."""
    return told == (0, 0) or abs(told[0] * size[1] / size[0] - told[1]) <= 1.5


def _record(path: Path) -> dict[str, Any] | None:
    try:
        return record_in(path, _MOST)
    except FileNotFoundError:
        return None


@lru_cache(_REMEMBERED)
def _read(path: Path, *about: int) -> tuple[tuple[Box, ...] | None, Size, bool]:
    """Boxes, sides, and whether there is more than rectangles; `about` changes with the file."""
    try:
        held = record_in(path, _MOST)
    except (Damaged, OSError, ValueError):
        return None, (0, 0), True
    shapes = held.get("shapes")
    width, height = (number_in(held.get(f"image{side}")) or 0.0 for side in ("Width", "Height"))
    size = (int(width), int(height))
    if not isinstance(shapes, list) or min(size) < 1:
        return None, (0, 0), True
    found = [_box(shape, size) for shape in shapes]
    return tuple(box for box in found if box), size, not all(found)


def _box(shape: object, size: Size) -> Box | None:
    if not isinstance(shape, Mapping) or shape.get("shape_type") != "rectangle":
        return None
    label, points = shape.get("label"), shape.get("points")
    if not isinstance(label, str) or not label or not isinstance(points, list):
        return None
    if len(points) != 2 or not all(isinstance(p, list) and len(p) == 2 for p in points):
        return None
    cells = numbers_in(cell for point in points for cell in point)
    if isinstance(cells, str):
        return None
    (left, right), (top, bottom) = sorted(cells[::2]), sorted(cells[1::2])
    return Box(label, (left / size[0], top / size[1], right / size[0], bottom / size[1]))


def _shape(box: Box, size: Size) -> dict[str, Any]:
    left, top, right, bottom = (
        round(share * size[place % 2], 2) for place, share in enumerate(box.corners)
    )
    points = [[left, top], [right, bottom]]
    told = {"label": box.label, "points": points, "shape_type": "rectangle"}
    return {**told, "group_id": None, "flags": {}}


def _shapes(
    boxes: Iterable[Box], size: Size, old: Iterable[Any], before: Size
) -> list[dict[str, Any]]:
    """Shapes of boxes; those that were there keep what else is said of them, at any size."""
    boxed = [(_box(shape, before), shape) for shape in old]
    known = {_name(box, size): shape for box, shape in boxed if box}
    found = []
    for box in boxes:
        shape, same = _shape(box, size), known.get(_name(box, size))
        if same:
            shape = same if before == size else {**same, "points": shape["points"]}
        found.append(shape)
    return found


def _name(box: Box, size: Size) -> tuple[object, ...]:
    """Equal for boxes that are one to half a pixel."""
    return (box.label, *(round(2 * share * size[i % 2]) for i, share in enumerate(box.corners)))
