"""YOLO: a text file a picture, with shares of its sides."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from headstart.counting import counted
from headstart.data.annotations import (
    Annotated,
    Annotations,
    Collector,
    Sketch,
    bounds_of,
    lines_in,
    number_in,
    numbers_in,
    part_of_file,
)
from headstart.data.encodings import decoded
from headstart.data.picture_index import PICTURES, PictureIndex, by_name, nearest, plain
from headstart.data.problem import Problem
from headstart.data.yolo_settings import YoloSettings
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.untrusted import Damaged, content

_LISTED = (
    *("classes.txt", "obj.names", "labels.txt", "predefined_classes.txt", "_darknet.labels"),
    *("class_names.txt", "names.txt"),
)
_FAR = 1.5
"""Shares beyond this are no shares."""
_LOOKED_AT = 20


def read_yolo(settings: YoloSettings, files: Sequence[Path], index: PictureIndex) -> Annotations:
    """The boxes of text files beside pictures, or in labels/ beside images/.

    A picture whose file is empty is a negative; one without a file is unlabeled.
    """
    collector, used = Collector("YOLO", index.root), set[Path]()
    names = dict(settings.names) or _listed_names(files, collector)
    _odd_names(names, settings.file, collector)
    for number in sorted(names):
        collector.number(names[number])
    lines, texts = _Lines(names, settings.keypoints, collector), _Texts.of(files, index)
    for picture, part in _pictures(settings, index, collector):
        file = texts.of_picture(picture)
        if file is None:
            collector.pictures.append(Annotated(picture, None, part))
            collector.read.add(picture)
            continue
        used.add(file)
        _read(file, picture, part, lines)
    lines.need_names(settings.file or index.root)
    for file in sorted(texts.files - used):
        if "labels" in file.parts[-3:] and file.name.casefold() not in _LISTED:
            collector.absent(file, f"{file.stem}.*")
    by = settings.file.name if settings.file and settings.parts else "folders"
    return collector.done(by, numbered=bool(names))


@dataclass(frozen=True, eq=False)
class _Texts:
    """The text files of a place."""

    files: frozenset[Path]
    by_stem: Mapping[str, list[Path]]
    alone: frozenset[str]
    """Names without extension that only one picture has."""

    @classmethod
    def of(cls, files: Sequence[Path], index: PictureIndex) -> "_Texts":
        """Of those among these files."""
        texts = frozenset(path for path in files if path.suffix.casefold() == ".txt")
        named = by_name(index.pictures, stem=True)
        alone = frozenset(stem for stem, same in named.items() if len(same) == 1)
        return cls(texts, by_name(sorted(texts), stem=True), alone)

    def of_picture(self, picture: Path) -> Path | None:
        """In the usual places; else anywhere, where only this picture is called so."""
        for path in _label_files(picture):
            if path in self.files:
                return path
        stem = plain(picture.stem)
        same = self.by_stem.get(stem, []) if stem in self.alone else []
        return nearest(same, [f"{picture.stem}.txt"], picture.parent) or None


def _pictures(
    settings: YoloSettings, index: PictureIndex, collector: Collector
) -> Iterator[tuple[Path, str]]:
    """Each picture once, with its part: that which data.yaml says, or its folder's."""
    if not settings.parts:
        parts = {path: part_of_file(path, index.root) for path in index.pictures}
        train = "train" in parts.values()
        yield from ((path, part if train else "") for path, part in parts.items())
        return
    seen = set[Path]()
    for part, places in settings.parts.items():
        for place in places:
            for path in _listed_pictures(place, index, part, collector):
                if path not in seen:
                    seen.add(path)
                    yield path, part


def _listed_pictures(
    place: Path, index: PictureIndex, part: str, collector: Collector
) -> list[Path]:
    """The pictures below a folder, or those that a list names."""
    inside = place.resolve()
    here = inside.is_relative_to(index.root.resolve())  # what lies outside is not looked at
    if here and place.is_dir():
        return [path for path in index.pictures if path.resolve().is_relative_to(inside)]
    if here and place.suffix == ".txt" and place.is_file():
        found = []
        for line in filter(None, lines_in(place)):
            path = index.find(line, place.parent)
            if isinstance(path, Path):
                found.append(path)
            else:
                collector.absent(place, line, path)
        return found
    why = f"data.yaml names it as {part}, and it is not there; left out"
    collector.problems.append(Problem("D236", "missing", str(place), why))
    return []


def _label_files(picture: Path) -> Iterator[Path]:
    """Where a picture's text file may lie, the usual place first."""
    parts = list(picture.parts)
    places = [i for i, part in enumerate(parts[:-1]) if part.casefold() in ("images", "jpegimages")]
    if places:
        parts[places[-1]] = "labels"
        yield Path(*parts).with_suffix(".txt")
    yield picture.with_suffix(".txt")
    yield picture.parent / "labels" / f"{picture.stem}.txt"


@dataclass(frozen=True, eq=False)
class _Lines:
    """What lines of text files mean."""

    names: Mapping[int, str]
    keypoints: int
    """How many numbers follow each box, for keypoints that are not read."""
    collector: Collector
    used: set[int] = field(default_factory=set)
    """Numbers of classes that lines had, known or not."""

    def take(self, line: str, sketch: Sketch) -> str:
        """Take a box, or the box around the corners of a polygon; or say why it is neither."""
        words = _words(line)
        first = next((i for i, w in enumerate(words) if number_in(w) is not None), len(words))
        cells = numbers_in(words[first:])
        if isinstance(cells, str):
            return cells
        if not first and not cells:
            return "no numbers"
        numbers = cells if first else cells[1:]
        name = self._name(words[:first], cells[0] if cells else 0.0)
        if name is None:
            said = printable(" ".join(words[: max(first, 1)]), 40)
            return f"class {said} of {len(self.names)} names"
        corners = self._corners(numbers)
        if isinstance(corners, str):
            return corners
        sketch.corners.append(corners)
        sketch.labels.append(self.collector.number(name))
        sketch.ignored.append(False)
        return ""

    def _name(self, words: Sequence[str], number: float) -> str | None:
        """Of the class that a line begins with, as a name or a number."""
        if words:
            said = " ".join(words)
            return said if not self.names or said in self.names.values() else None
        if number % 1 or number < 0:
            return None
        self.used.add(int(number))
        return self.names.get(int(number), None if self.names else str(int(number)))

    def _corners(self, numbers: Sequence[float]) -> tuple[float, ...] | str:
        posed = self.keypoints and len(numbers) == 4 + self.keypoints
        numbers = numbers[:4] if posed else numbers
        polygon = len(numbers) >= 6 and len(numbers) % 2 == 0
        if len(numbers) not in (4, 5) and not polygon:
            told = f"{counted(len(numbers), 'number')} behind the class, not four shares"
            return told + (" (of keypoints, data.yaml says the kpt_shape)" if numbers[5:] else "")
        if max(map(abs, numbers)) > _FAR:
            far = max(numbers, key=abs)
            return f"{far:g} is no share of a side: pixels are no YOLO numbers"
        if polygon:
            return bounds_of(np.array(numbers).reshape(-1, 2))
        x, y, width, height = numbers[:4]
        return x - width / 2, y - height / 2, x + width / 2, y + height / 2

    def need_names(self, where: Path) -> None:
        """Raise `DataError` where files count classes from 1, and names from 0."""
        many = len(self.names)
        counted = set(self.names) == set(range(many)) and many in self.used
        if many and counted and 0 not in self.used:
            named = {i + 1: printable(name, 20) for i, name in self.names.items() if i < 3}
            said = ", ".join(f"{i}: {name}" for i, name in sorted(named.items()))
            raise DataError(
                "D258", f"classes are numbered from 1 to {many} in text files, and named from 0",
                f"write into data.yaml: names: {{{said}{', …' if many > 3 else ''}}}",
                printable(where), "each box would get the name of the next class",
            )  # fmt: skip


def _words(line: str) -> list[str]:
    """Of a line that is divided by blanks, tabs or commas; or has decimal commas."""
    words = line.split()
    if "," not in line:
        return words
    decimal = len(words) == 5 and all(re.fullmatch(r"\d+(,\d+)?", word) for word in words)
    return [w.replace(",", ".") for w in words] if decimal else line.replace(",", " ").split()


def _read(file: Path, picture: Path, part: str, lines: _Lines) -> None:
    collector = lines.collector
    try:
        told = decoded(content(file))[0].splitlines()
    except (Damaged, OSError, ValueError) as error:
        collector.unreadable(file, "", str(error))
        return
    sketch, found = Sketch(), 0
    for row, line in enumerate(told, start=1):
        if not line.strip():
            continue
        found += 1
        why = lines.take(line, sketch)
        if why:
            collector.unreadable(file, f"line {row}", why, row)
    collector.add(Annotated(picture, sketch.boxes, part, shares=True), len(sketch.labels), found)


def _listed_names(files: Sequence[Path], collector: Collector) -> dict[int, str]:
    """Names by the line they stand in, of a file of that kind; else none."""
    lists = [path for name in _LISTED for path in files if path.name.casefold() == name]
    lists += [path for path in files if path.suffix.casefold() == ".names"]
    if not lists:
        collector.notes.append("no names of classes, in data.yaml or classes.txt: numbers are used")
        return {}
    return {i: line for i, line in enumerate(lines_in(lists[0])) if line}


def _odd_names(names: Mapping[int, str], file: Path | None, collector: Collector) -> None:
    """Report numbers with gaps and two numbers of one name."""
    where = collector.shown_name(file) if file else "classes.txt"
    if names and max(names) + 1 != len(names):
        why = f"numbers of classes go to {max(names)} and are {len(names)}; kept by name"
        collector.odd_ids(where, why)
    first: dict[str, int] = {}
    for number, name in names.items():
        if name in first:
            collector.twice(name, first[name], number)
        first.setdefault(name, number)


def looks_like_yolo(files: Sequence[Path]) -> bool:
    """Whether text files with numbers are called as pictures are."""
    pictures = tuple(path for path in files if path.suffix.casefold() in PICTURES)
    texts = _Texts.of(files, PictureIndex(Path(), pictures))
    found = (texts.of_picture(path) for path in pictures)
    filled = (path for path in found if path and path.stat().st_size)
    return any(_holds_boxes(path) for path in islice(filled, _LOOKED_AT))


def _holds_boxes(file: Path) -> bool:
    """Whether the first line that is not empty is a box, or numbers as many as one has."""
    try:
        text = decoded(content(file))[0]
    except (Damaged, OSError, ValueError):
        return False
    line = next((line for line in text.splitlines() if line.strip()), "")
    words = _words(line)
    if len(words) >= 5 and not isinstance(numbers_in(words), str):
        return True
    numbers = numbers_in(words[-4:])
    named = len(words) > 4 and number_in(words[0]) is None
    return named and not isinstance(numbers, str) and max(map(abs, numbers)) <= 1.0
