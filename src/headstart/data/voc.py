"""Pascal VOC: an XML file a picture, with or without lists of the parts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from headstart.data.annotations import (
    Annotated,
    Annotations,
    Collector,
    Sketch,
    lines_in,
    number_in,
    numbers_in,
    part_in,
)
from headstart.data.picture_index import PictureIndex
from headstart.data.problem import Problem
from headstart.data.xml_files import word, xml_in
from headstart.untrusted import Damaged

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_LISTS = ("train", "val", "test", "trainval")


def read_voc(files: Sequence[Path], lists: Sequence[Path], index: PictureIndex) -> Annotations:
    """The boxes of VOC files; `lists` are those of ImageSets, each named after its part.

    Objects that are marked as difficult are ignored. Pictures beside without a file of their own
    are unlabeled. A file that cannot be read is reported.
    """
    collector = Collector("Pascal VOC XML", index.root)
    part_of = _listed(lists)
    folders = sorted({part_in(path.parent.name) for path in files} - {""})
    for path in files:
        part = part_of.get(path.stem, "") if part_of else _folder_part(path, folders)
        if part_of and path.stem not in part_of:
            why = "stands in no list of ImageSets; left out"
            collector.problems.append(Problem("D235", "ignored", collector.shown_name(path), why))
            found = index.with_stem(path.stem, path.parent)
            collector.read.update([found] if isinstance(found, Path) else [])
        else:
            _picture(path, part, index, collector)
    collector.rest(index.pictures)
    return collector.done("ImageSets" if part_of else "folders")


def image_sets(files: Sequence[Path]) -> list[Path]:
    """The lists of parts among files."""
    return [
        path
        for path in files
        if path.suffix == ".txt" and path.stem in _LISTS and path.parent.parent.name == "ImageSets"
    ]


def _folder_part(path: Path, folders: Sequence[str]) -> str:
    return part_in(path.parent.name) if "train" in folders else ""


def _listed(lists: Sequence[Path]) -> dict[str, str]:
    """The part of each name; "" for those that are in trainval alone."""
    found: dict[str, str] = {}
    for path in sorted(lists, key=lambda path: path.stem == "trainval"):
        part = "" if path.stem == "trainval" else path.stem
        for words in map(str.split, lines_in(path)):
            if words and (len(words) == 1 or words[1] != "-1"):
                found.setdefault(words[0], part)
    return found


def _picture(path: Path, part: str, index: PictureIndex, collector: Collector) -> None:
    found = index.with_stem(path.stem, path.parent)
    try:
        root = xml_in(path)
    except (Damaged, OSError) as error:
        collector.unreadable(path, "", str(error))
        collector.read.update([found] if isinstance(found, Path) else [])
        return
    name = word(root, "filename")
    if isinstance(found, str):  # the names of the files go together; what stands inside may be old
        found = index.find(name, path.parent) if name else found
    if isinstance(found, str):
        collector.absent(path, name or path.stem, found)
        return
    sketch, objects = Sketch(), root.findall("object")
    for place, element in enumerate(objects):
        _object(element, place, path, sketch, collector)
    size = root.find("size")
    sides = ("width", "height")
    width, height = (number_in(word(size, s)) or 0.0 if size is not None else 0.0 for s in sides)
    picture = Annotated(found, sketch.boxes, part, "", (width, height))
    collector.add(picture, len(sketch.labels), len(objects))


def _object(
    element: "Element", place: int, path: Path, sketch: Sketch, collector: Collector
) -> None:
    name, box = word(element, "name"), element.find("bndbox")
    where = f"object[{place}]"
    if not name or box is None:
        what = "name" if not name else "bndbox"
        collector.unreadable(path, f"{where}.{what}", "it is missing or empty")
        return
    cells = numbers_in(word(box, corner) for corner in _CORNERS)
    if isinstance(cells, str):
        collector.unreadable(path, f"{where}.bndbox", cells)
        return
    sketch.corners.append(tuple(cells))
    sketch.labels.append(collector.number(name))
    sketch.ignored.append(word(element, "difficult") == "1")
