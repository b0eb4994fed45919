"""YOLO: a text file a picture, with shares of its sides, and names and parts in a data.yaml."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from headstart.data.annotations import (
    PICTURES,
    Annotated,
    Annotations,
    Collector,
    PictureIndex,
    Sketch,
    bounds_of,
    numbers_in,
    part_in,
)
from headstart.data.encodings import decoded
from headstart.data.problem import Problem
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.untrusted import Damaged, content

_PARTS = ("train", "val", "valid", "test")
_LISTED = ("classes.txt", "obj.names", "labels.txt", "predefined_classes.txt")
_FAR = 1.5
"""Shares beyond this are no shares."""


@dataclass(frozen=True)
class YoloSettings:
    """What a data.yaml says."""

    file: Path | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    parts: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Folders of pictures, or lists of them, by part."""


def yolo_settings(file: Path, root: Path) -> YoloSettings | None:
    """What a YAML file says; None where it is no YOLO file. Raises `DataError`."""
    import yaml  # here: most data needs no YAML

    try:
        held = yaml.safe_load(decoded(content(file))[0])
    except (yaml.YAMLError, Damaged, ValueError, OSError, RecursionError) as error:
        raise DataError(
            "D221", "this YAML file cannot be read", "mend it, or take it out",
            printable(file), printable(error),
        ) from error  # fmt: skip
    parts = [part for part in _PARTS if isinstance(held, dict) and held.get(part)]
    if not isinstance(held, dict) or not ("names" in held or "nc" in held) or not parts:
        return None
    path = held.get("path")
    above = [file.parent / path] if isinstance(path, str) else []
    places: dict[str, tuple[Path, ...]] = {}
    for part in parts:
        told = held[part] if isinstance(held[part], list) else [held[part]]
        some = tuple(
            _place(name, [*above, file.parent], root) for name in told if isinstance(name, str)
        )
        places["val" if part == "valid" else part] = some
    return YoloSettings(file, _names(held.get("names"), file), places)


def _names(told: object, file: Path) -> dict[int, str]:
    if told is None:
        return {}
    pairs = (
        told.items()
        if isinstance(told, dict)
        else enumerate(told if isinstance(told, list) else [])
    )
    try:
        found = {int(key): str(name) for key, name in pairs}
    except (TypeError, ValueError):
        found = {}
    if not found:
        raise DataError(
            "D222", "names of classes are neither a list nor a mapping of numbers to names",
            "write names: [cat, dog], or names: {0: cat, 1: dog}", printable(file),
        )  # fmt: skip
    return found


def _place(name: str, above: Sequence[Path], root: Path) -> Path:
    """Where a part lies; exports write "../train/images" for what lies beside the file."""
    spelled = name.replace("\\", "/")
    tries = [spelled, spelled.removeprefix("../"), spelled.removeprefix("/")]
    for folder in above:
        for each in tries:
            path = Path(folder / each).resolve()
            if path.exists() and path.is_relative_to(root.resolve()):
                return path
    return Path(above[-1] / spelled)


def read_yolo(settings: YoloSettings, files: Sequence[Path], index: PictureIndex) -> Annotations:
    """The boxes of text files beside pictures, or in labels/ beside images/.

    A picture whose file is empty is a negative; one without a file is unlabeled.
    """
    collector = Collector("YOLO", index.root)
    names = dict(settings.names) or _listed_names(files, collector)
    labels = {path for path in files if path.suffix.casefold() == ".txt"}
    _odd_names(names, settings.file, collector)
    for number in sorted(names):
        collector.number(names[number])
    used = set[Path]()
    for picture, part in _pictures(settings, index, collector):
        file = next((path for path in _label_files(picture) if path in labels), None)
        if file is None:
            collector.pictures.append(Annotated(picture, None, part))
            collector.read.add(picture)
            continue
        used.add(file)
        _read(file, picture, part, names, collector)
    for file in sorted(labels - used):
        if file.parent.name == "labels" or "labels" in file.parts[-3:]:
            collector.absent(file, f"{file.stem}.*")
    by = settings.file.name if settings.file and settings.parts else "folders"
    return collector.done(by, numbered=bool(names))


def _pictures(
    settings: YoloSettings, index: PictureIndex, collector: Collector
) -> Iterator[tuple[Path, str]]:
    """Each picture once, with its part: that which data.yaml says, or its folder's."""
    if not settings.parts:
        parts = {
            path: next(filter(None, map(part_in, path.parent.parts[-2:])), "")
            for path in index.pictures
        }
        train = "train" in parts.values()
        yield from ((path, part if train else "") for path, part in parts.items())
        return
    known, seen = {path.resolve(): path for path in index.pictures}, set[Path]()
    for part, places in settings.parts.items():
        for place in places:
            for path in _listed_pictures(place, known, part, collector):
                if path not in seen:
                    seen.add(path)
                    yield path, part


def _listed_pictures(
    place: Path, known: Mapping[Path, Path], part: str, collector: Collector
) -> list[Path]:
    """The pictures below a folder, or those that a list names."""
    if place.is_dir():
        inside = place.resolve()
        return [own for real, own in known.items() if real.is_relative_to(inside)]
    if place.suffix == ".txt" and place.is_file():
        lines = [line.strip() for line in decoded(content(place))[0].splitlines()]
        found = []
        for line in filter(None, lines):
            path = (place.parent / line).resolve()
            if path in known:
                found.append(known[path])
            else:
                collector.absent(place, line)
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


def _read(
    file: Path, picture: Path, part: str, names: Mapping[int, str], collector: Collector
) -> None:
    try:
        lines = decoded(content(file))[0].splitlines()
    except (Damaged, OSError, ValueError) as error:
        collector.unreadable(file, "", str(error))
        return
    sketch, found = Sketch(), 0
    for row, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found += 1
        why = _line(line.split(), names, sketch, collector)
        if why:
            collector.unreadable(file, f"line {row}", why, row)
    collector.add(Annotated(picture, sketch.boxes, part, shares=True), len(sketch.labels), found)


def _line(
    words: Sequence[str], names: Mapping[int, str], sketch: Sketch, collector: Collector
) -> str:
    """Take one line: a box, or the corners of a polygon; or say why it is neither."""
    cells = numbers_in(words)
    if isinstance(cells, str):
        return cells
    kind, numbers = cells[0], cells[1:]
    polygon = len(numbers) >= 6 and len(numbers) % 2 == 0
    if len(numbers) not in (4, 5) and not polygon:
        return f"{len(words)} numbers, not a class and four shares"
    if kind % 1 or kind < 0 or (names and int(kind) not in names):
        return f"class {printable(words[0], 20)} of {len(names)} names"
    if max(map(abs, numbers)) > _FAR:
        return f"{max(numbers, key=abs):g} is no share of a side: pixels are no YOLO numbers"
    if polygon:
        corners = bounds_of(np.array(numbers).reshape(-1, 2))
    else:
        x, y, width, height = numbers[:4]
        corners = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    sketch.corners.append(corners)
    sketch.labels.append(collector.number(names.get(int(kind), str(int(kind)))))
    sketch.ignored.append(False)
    return ""


def _listed_names(files: Sequence[Path], collector: Collector) -> dict[int, str]:
    """Names by the line they stand in, of a file of that kind; else none."""
    lists = [path for name in _LISTED for path in files if path.name.casefold() == name]
    lists += [path for path in files if path.suffix.casefold() == ".names"]
    if not lists:
        collector.notes.append("no names of classes, in data.yaml or classes.txt: numbers are used")
        return {}
    lines = decoded(content(lists[0]))[0].splitlines()
    return {i: line.strip() for i, line in enumerate(lines) if line.strip()}


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
    """Whether text files with numbers lie where those of pictures would."""
    texts = {path for path in files if path.suffix.casefold() == ".txt"}
    pictures = [path for path in files if path.suffix.casefold() in PICTURES]
    found = [file for path in pictures[:200] for file in _label_files(path) if file in texts]
    return bool(found) and any(_holds_boxes(file) for file in found[:20])


def _holds_boxes(file: Path) -> bool:
    try:
        words = decoded(content(file))[0].split("\n")[0].split()
    except (Damaged, OSError, ValueError):
        return False
    return len(words) >= 5 and not isinstance(numbers_in(words), str)
