"""Boxes as annotation files have them, before any picture is opened."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float

from headstart.counting import counted
from headstart.data.boxes import Boxes, boxes_of
from headstart.data.encodings import decoded
from headstart.data.examples import Source, name_of
from headstart.data.part_names import EITHER, part_of_word
from headstart.data.problem import Problem
from headstart.data.records import natural
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.untrusted import Damaged, content

LARGEST = 1e7
"""No corner lies farther out, in pixels."""


@dataclass(frozen=True, eq=False)
class Annotated:
    """A picture and its boxes, in the units of its annotation."""

    source: Source
    boxes: Boxes | None
    """None where nobody annotated the picture: that is not the same as no boxes."""
    part: str = ""
    group: str = ""
    size: tuple[float, float] = (0.0, 0.0)
    """Width and height as the annotation says; zeros where it says nothing."""
    shares: bool = False
    """Whether corners are shares of the picture's width and height."""


@dataclass(frozen=True, eq=False)
class Annotations:
    """All that the annotations of a place say."""

    form: str
    """As people call the format: "COCO JSON"."""
    names: tuple[str, ...]
    """Of the classes; each has a box."""
    pictures: tuple[Annotated, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    root: Path | None = None
    assigned_by: str = ""
    """Who assigned the parts."""


@dataclass(frozen=True, eq=False)
class Sketch:
    """Boxes of one picture while its annotation is read."""

    corners: list[tuple[float, ...]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    ignored: list[bool] = field(default_factory=list)

    @property
    def boxes(self) -> Boxes:
        """What was read."""
        return boxes_of(self.corners, self.labels, self.ignored)


@dataclass(frozen=True, eq=False)
class Collector:
    """Classes, pictures and problems as a reader comes upon them."""

    form: str
    root: Path | None
    names: dict[str, int] = field(default_factory=dict)
    pictures: list[Annotated] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    read: set[Path] = field(default_factory=set)
    """Pictures that have an annotation, readable or not."""

    def number(self, name: str) -> int:
        """The number of a class, a new one for a new name."""
        return self.names.setdefault(name, len(self.names))

    def unreadable(self, file: Path | str, where: str, why: str, row: int | None = None) -> None:
        """Report an annotation, or a part of it, that says nothing."""
        name = self.shown_name(file) if isinstance(file, Path) else file
        told = f"{where}: {why}; left out" if where else f"{why}; left out"
        self.problems.append(Problem("D230", "unreadable label", name, told, row))

    def absent(self, file: Path | str, name: str, why: str = "") -> None:
        """Report a picture that an annotation names and nobody finds."""
        told = f"annotated in {self.shown_name(file) if isinstance(file, Path) else file}"
        why = f"{told}, {why or 'and not there'}; left out"
        self.problems.append(Problem("D231", "missing", name, why))

    def odd_ids(self, name: str, why: str) -> None:
        """Report numbers of classes that leave some out."""
        self.problems.append(Problem("D233", "class", name, why))

    def twice(self, name: str, first: object, other: object) -> None:
        """Report two numbers of one class."""
        why = f"ids {first!r} and {other!r} have one name; taken for one class"
        self.problems.append(Problem("D234", "class", name, why))

    def shown_name(self, file: Path) -> str:
        """A file's name for messages."""
        return name_of(file, self.root)

    def add(self, picture: Annotated, read: int, found: int) -> None:
        """Keep a picture, unless none of the boxes that its annotation has could be read."""
        if isinstance(picture.source, Path):
            self.read.add(picture.source)
        if found and not read:
            self.problems.append(
                Problem(
                    "D232",
                    "unreadable label",
                    name_of(picture.source, self.root),
                    f"none of its {counted(found, 'box', 'boxes')} can "
                    "be read; the picture is left out",
                )
            )
        else:
            self.pictures.append(picture)

    def rest(self, pictures: Iterable[Path]) -> None:
        """Take those of the pictures that have no annotation for unlabeled."""
        self.pictures.extend(Annotated(path, None) for path in pictures if path not in self.read)

    def done(self, assigned_by: str = "", *, numbered: bool = False) -> Annotations:
        """All of it, without classes that have no box; they are in natural order, or `numbered`."""
        used = {
            int(label)
            for picture in self.pictures
            if picture.boxes is not None
            for label in np.unique(picture.boxes.labels)
        }
        names = [name for name, number in self.names.items() if number in used]
        names = names if numbered else sorted(names, key=natural)
        idle = [name for name, number in self.names.items() if number not in used]
        again = {self.names[name]: number for number, name in enumerate(names)}
        pictures = tuple(_renumbered(picture, again) for picture in self.pictures)
        notes = list(self.notes)
        if idle and used:
            shown = ", ".join(printable(name, 40) for name in idle[:8])
            more = f" and {len(idle) - 8:,} more" if len(idle) > 8 else ""
            notes.append(f"classes without any box, left out: {shown}{more}")
        by = assigned_by if any(picture.part for picture in pictures) else ""
        told = (self.form, tuple(names), pictures, tuple(self.problems), tuple(notes))
        return Annotations(*told, self.root, by)


def _renumbered(picture: Annotated, again: dict[int, int]) -> Annotated:
    held = picture.boxes
    if held is None or not len(held):
        return picture
    labels = np.array([again[int(label)] for label in held.labels], dtype=np.int64)
    boxes = Boxes(held.corners, labels, held.ignored)
    told = (picture.part, picture.group, picture.size, picture.shares)
    return Annotated(picture.source, boxes, *told)


def number_in(cell: object) -> float | None:
    """A finite number of a bearable size; None where the cell holds none."""
    if isinstance(cell, bool) or cell is None:
        return None
    try:
        found = float(cell)  # type: ignore[arg-type]  # what is no number says so
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and abs(found) <= LARGEST else None


def numbers_in(cells: Iterable[object]) -> list[float] | str:
    """All of them as numbers; or why they are none, in words."""
    found = list[float]()
    for cell in cells:
        number = number_in(cell)
        if number is None:
            return f"{printable(cell, 40)!r} is no number that a box can have"
        found.append(number)
    return found


def bounds_of(points: Float[np.ndarray, "n 2"]) -> tuple[float, ...]:
    """The corners of the smallest box around points."""
    return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def part_in(name: str) -> str:
    """The part that a folder's or a file's name means; empty where it means none.

    >>> part_in("instances_train2017"), part_in("valid"), part_in("street")
    ('train', 'val', '')
    """
    words = [word for word in re.split(r"[^a-z]+", name.casefold()) if word]
    meant = {part_of_word(word) for word in words} - {"", EITHER}
    return meant.pop() if len(meant) == 1 else ""


def part_of_file(path: Path, root: Path) -> str:
    """The part that the innermost folder below the root means that means one; else empty."""
    above = path.relative_to(root).parts[:-1] if path.is_relative_to(root) else ()
    return next(filter(None, map(part_in, reversed(above))), "")


def unread(path: Path, error: Damaged | OSError) -> DataError:
    """What is said of one file for many pictures that is no JSON."""
    return DataError(
        "D220", "a file of annotations cannot be read", "export it again",
        printable(path), printable(error),
    )  # fmt: skip


def lines_in(path: Path) -> list[str]:
    """The lines of a list of classes or of pictures, without blanks. Raises `DataError`."""
    try:
        text = decoded(content(path))[0]
    except (Damaged, OSError, ValueError) as error:
        raise DataError(
            "D259", "a list of classes or of pictures cannot be read", "save it as plain text",
            printable(path), printable(error),
        ) from error  # fmt: skip
    return [line.strip() for line in text.splitlines()]
