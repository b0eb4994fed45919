"""KITTI: a text file a picture, a line a box, with corners among 15 fields."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from headstart.counting import counted
from headstart.data.annotations import Annotated, Annotations, Collector, Sketch, numbers_in
from headstart.data.encodings import decoded
from headstart.data.picture_index import PICTURES, PictureIndex, plain
from headstart.untrusted import Damaged, content

FIELDS = 15
"""Class, truncation, occlusion, angle, left, top, right, bottom, and seven of the body in space."""
_CORNERS = slice(4, 8)
_UNSEEN = "DontCare"
_LOOKED_AT = 20
_NUMBERS = rf"(\s+-?[\d.]+(e[+-]?\d+)?){{{FIELDS - 1},{FIELDS}}}"
_LINE = re.compile(rf"\s*(?=\S*[A-Za-z])\S+{_NUMBERS}\s*", re.I)


def kitti_files(files: Sequence[Path]) -> list[Path]:
    """The text files of folders that have such lines in files that are called as pictures are."""
    stems = {plain(path.stem) for path in files if path.suffix.casefold() in PICTURES}
    texts = [path for path in files if path.suffix.casefold() == ".txt"]
    folders: dict[Path, list[Path]] = {}
    for path in texts:
        if plain(path.stem) in stems:
            folders.setdefault(path.parent, []).append(path)
    own = {folder for folder, some in folders.items() if _first_fits(some)}
    return [path for path in texts if path.parent in own]


def read_kitti(files: Sequence[Path], index: PictureIndex) -> Annotations:
    """The boxes of these files; image_2 holds the pictures of label_2.

    A picture whose file is empty is a negative, one without a file is unlabeled. Regions that are
    marked as DontCare are ignored, whichever class is found there.
    """
    collector, held = Collector("KITTI", index.root), list[tuple[Path, Sketch, Sketch, int]]()
    for path in files:
        beside = path.parent.with_name(path.parent.name.replace("label", "image"))
        found = index.with_stem(path.stem, beside)
        if isinstance(found, str):
            if _first_fits([path]):
                collector.absent(path, f"{path.stem}.*", found)
            continue
        collector.read.add(found)
        sketch, unseen, many = Sketch(), Sketch(), 0
        for row, line in _lines(path, collector):
            many += 1
            if why := _take(line, sketch, unseen, collector):
                collector.unreadable(path, f"line {row}", why, row)
        held.append((found, sketch, unseen, many))
    for found, sketch, unseen, many in held:
        read = len(sketch.labels) + len(unseen.corners)
        for label in collector.names.values():
            sketch.corners.extend(unseen.corners)
            sketch.labels.extend([label] * len(unseen.corners))
            sketch.ignored.extend([True] * len(unseen.corners))
        collector.add(Annotated(found, sketch.boxes), read, many)
    collector.rest(index.pictures)
    return collector.done()


def _take(line: str, sketch: Sketch, unseen: Sketch, collector: Collector) -> str:
    """Note a line's box; or why it is none."""
    name, *cells = line.split()
    if len(cells) == FIELDS:
        return f"it has {FIELDS + 1} fields, as a detector's results with a score have"
    if len(cells) + 1 != FIELDS:
        return f"it has {counted(len(cells) + 1, 'field')}, not {FIELDS}"
    corners = numbers_in(cells[_CORNERS.start - 1 : _CORNERS.stop - 1])
    if isinstance(corners, str):
        return corners
    if name == _UNSEEN:
        unseen.corners.append(tuple(corners))
        return ""
    sketch.corners.append(tuple(corners))
    sketch.labels.append(collector.number(name))
    sketch.ignored.append(False)
    return ""


def _lines(path: Path, collector: Collector) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers; a file that cannot be read is reported."""
    try:
        text = decoded(content(path))[0]
    except (Damaged, OSError, ValueError) as error:
        collector.unreadable(path, "", str(error))
        return
    yield from ((row, one) for row, one in enumerate(text.splitlines(), 1) if one.strip())


def _first_fits(files: Sequence[Path]) -> bool:
    """Whether most of the first of these files begin with such a line, of those with one."""
    fits = list[bool]()
    for path in files[:_LOOKED_AT]:
        try:
            lines = decoded(content(path))[0].splitlines()
        except (Damaged, OSError, ValueError):
            continue
        if line := next(filter(str.strip, lines), ""):
            fits.append(bool(_LINE.fullmatch(line)) and _in_pixels(line))
    return 2 * sum(fits) > len(fits)


def _in_pixels(line: str) -> bool:
    """Whether corners are none that shares could be; an outline of shares may have 15 fields."""
    corners = numbers_in(line.split()[_CORNERS])
    return not isinstance(corners, str) and max(corners) > 1.0
