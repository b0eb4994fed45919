"""Tables, frames and lists with a box a row, or the boxes of a picture an item."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from headstart.counting import counted
from headstart.data.annotations import (
    Annotated,
    Annotations,
    Collector,
    Sketch,
    number_in,
    numbers_in,
    part_in,
)
from headstart.data.box_columns import BoxColumns, box_columns
from headstart.data.column_names import GROUPS, LABELS, PATHS, SPLITS, plain
from headstart.data.column_settings import Columns
from headstart.data.columns import place_of
from headstart.data.examples import InMemory, Source, name_of
from headstart.data.picture_index import PictureIndex
from headstart.data.shelter import Shelter
from headstart.data.tables import Sheet, missing
from headstart.errors import DataError
from headstart.hostile import printable

_LABELS = (*LABELS, "name", "labelname", "category_name", "class_name", "object")
_PATHS = (
    *PATHS,
    *("imageid", "image_name", "img_name", "fname", "imagepath", "imgpath", "imagename"),
    *("image_filename", "imagefilename"),
)


@dataclass(frozen=True)
class _Roles:
    """Which column is what; -1 where none is."""

    path: int
    label: int
    split: int
    group: int


@dataclass(frozen=True, eq=False)
class BoxTable:
    """A table of boxes, where its pictures are looked for, and the part that its file is of."""

    sheet: Sheet
    shelter: Shelter
    part: str = ""


def read_box_tables(
    tables: Sequence[BoxTable], columns: Columns, index: PictureIndex | None
) -> Annotations:
    """The boxes of tables with one a row; a row without one names a negative.

    Numbers are shares where none is above 1 and one has a fraction, else pixels. Raises
    `DataError` where no column is clearly that of the pictures.
    """
    root = index.root if index else tables[0].shelter.folder
    collector, said = Collector("table of boxes", root), ""
    for table in tables:
        said = _read(table, columns, index, collector) or said
    collector.rest(index.pictures if index else ())
    return collector.done(said or "files")


def _read(
    table: BoxTable, columns: Columns, index: PictureIndex | None, collector: Collector
) -> str:
    """The boxes of one table; gives who assigned the parts."""
    sheet = table.sheet
    boxes = box_columns(sheet)
    if boxes is None:
        raise DataError(
            "D224", "no columns hold boxes", "call them xmin, ymin, xmax, ymax, or x, y, w, h",
            sheet.name,
        )  # fmt: skip
    roles = _roles(sheet, columns, boxes)
    if roles.label < 0:
        others = ", ".join(printable(name, 40) for name in sheet.columns[:20])
        collector.notes.append(
            f"{sheet.name}: no column is called as classes are, so that all boxes are of one, "
            f"object; --label COLUMN takes another of {others}"
        )
    collector.problems.extend(sheet.problems)
    collector.notes.extend(note for note in sheet.notes if note not in collector.notes)
    shares = _are_shares(sheet, boxes)
    rows: dict[object, list[tuple[int, Sequence[object]]]] = {}
    for line, cells in sheet.rows:
        told = cells[roles.path]
        rows.setdefault(told if isinstance(told, str) else (id(told),), []).append((line, cells))
    for some in rows.values():
        source = _source(some[0], roles, table.shelter, index, sheet, collector)
        if source is not None:
            _picture(source, some, (roles, boxes), table, collector, shares=shares)
    return f"column {printable(sheet.columns[roles.split])}" if roles.split >= 0 else ""


def _roles(sheet: Sheet, columns: Columns, boxes: BoxColumns) -> _Roles:
    taken = {*boxes.columns, *boxes.size}
    asked = (columns.path, columns.label, columns.split, columns.group)
    usual = (_PATHS, _LABELS, SPLITS, GROUPS)
    found = list[int]()
    for name, names in zip(asked, usual, strict=True):
        place = place_of(sheet, name) if name not in ("", "-") else -1
        if not name:
            called = [names.index(plain(c)) if plain(c) in names else -1 for c in sheet.columns]
            likely = [(n, i) for i, n in enumerate(called) if n >= 0 and i not in taken]
            place = min(likely)[1] if likely else -1
        taken.add(place)
        found.append(place)
    if found[0] < 0:
        raise DataError(
            "D225", "no column is clearly that of the pictures",
            "--path COLUMN, or a first line with names such as path,class,xmin,ymin,xmax,ymax",
            sheet.name, f"columns: {', '.join(printable(n, 40) for n in sheet.columns[:20])}",
        )  # fmt: skip
    return _Roles(*found)


def _are_shares(sheet: Sheet, boxes: BoxColumns) -> bool:
    cells = [cells for _, row in sheet.rows if (cells := boxes.cells(row)) is not None]
    numbers = [n for row in cells if not isinstance(n := numbers_in(row), str)]
    every = np.array([x for row in numbers for x in row])
    return bool(len(every)) and bool(np.abs(every).max() <= 1.0) and bool((every % 1 != 0).any())


def _source(  # what a row's cell names
    first: tuple[int, Sequence[object]],
    roles: _Roles,
    shelter: Shelter,
    index: PictureIndex | None,
    sheet: Sheet,
    collector: Collector,
) -> Source | None:
    line, cells = first
    cell = cells[roles.path]
    if missing(cell):
        collector.unreadable(sheet.name, f"row {line}", "it names no picture", line)
        return None
    try:
        return shelter.source(cell, line)
    except (OSError, ValueError):
        name = str(cell)
        found = index.find(name, shelter.folder) if index else ""
        if isinstance(found, str) and index:
            found = index.with_stem(Path(name).name, shelter.folder)
    if isinstance(found, Path):
        return found
    collector.absent(sheet.name, name, found)
    return None


def _picture(
    source: Source,
    rows: Sequence[tuple[int, Sequence[object]]],
    where: tuple[_Roles, BoxColumns],
    table: BoxTable,
    collector: Collector,
    *,
    shares: bool,
) -> None:
    (roles, boxes), sketch, found = where, Sketch(), 0
    for line, row in rows:
        cells = boxes.cells(row)
        if cells is None:
            continue
        found += 1
        label = row[roles.label] if roles.label >= 0 else "object"
        numbers = numbers_in(cells) if len(cells) == 4 else f"{printable(cells[0], 40)} is no box"
        numbers = "it has no class" if missing(label) else numbers
        if isinstance(numbers, str):
            collector.unreadable(table.sheet.name, f"row {line}", numbers, line)
            continue
        sketch.corners.append(boxes.corners(numbers))
        sketch.labels.append(collector.number(str(label)))
        sketch.ignored.append(False)
    first = rows[0][1]
    part = part_in(str(first[roles.split])) if roles.split >= 0 else table.part
    group = str(first[roles.group]) if roles.group >= 0 and not missing(first[roles.group]) else ""
    size = tuple(number_in(first[i]) or 0.0 for i in boxes.size) or (0.0, 0.0)
    told = Annotated(source, sketch.boxes, part, group, (size[0], size[1]), shares)
    collector.add(told, len(sketch.labels), found)


def boxes_in_memory(things: Iterable[object], boxes: Iterable[object]) -> Annotations:
    """Pictures or paths, and for each what is on it.

    An item is `Boxes`' own form as people hold it: a list of {"label", "box"}, or one mapping with
    "boxes" (corners) or "bbox" (x, y, width, height) and "labels" or "category"; None where nobody
    annotated it. Raises `DataError` where lengths differ.
    """
    sources, told = list(things), list(boxes)
    if len(sources) != len(told):
        raise DataError(
            "D226", f"{counted(len(sources), 'picture')} and boxes of {len(told):,}",
            "give one item for each picture: [] where nothing is on it, None where nobody looked",
        )  # fmt: skip
    collector = Collector("memory", None)
    for place, (thing, item) in enumerate(zip(sources, told, strict=True)):
        source = thing if isinstance(thing, InMemory | Path) else InMemory(f"item {place}", thing)
        source = Path(thing) if isinstance(thing, str) else source
        if item is None:
            collector.pictures.append(Annotated(source, None))
            continue
        sketch, found = Sketch(), _items(item)
        for i, (label, cells) in enumerate(found):
            _item(label, cells, f"box {i}", name_of(source), sketch, collector)
        collector.add(Annotated(source, sketch.boxes), len(sketch.labels), len(found))
    return collector.done()


def _item(
    label: object, cells: Any, where: str, name: str, sketch: Sketch, collector: Collector
) -> None:
    four = (
        isinstance(cells, Sequence | np.ndarray) and not isinstance(cells, str) and len(cells) == 4
    )
    numbers = numbers_in(cells) if four else "it is no list of four numbers"
    if isinstance(numbers, str) or missing(label):
        collector.unreadable(
            name, where, numbers if isinstance(numbers, str) else "it has no label"
        )
        return
    sketch.corners.append(tuple(numbers))
    sketch.labels.append(collector.number(str(label)))
    sketch.ignored.append(False)


def _items(item: Any) -> list[tuple[object, Any]]:
    """Labels and corners, whatever form they come in."""
    if isinstance(item, Mapping):
        labels: Any = next(
            (item[k] for k in ("labels", "category", "categories", "label") if k in item), []
        )
        corners = (
            item["boxes"]
            if "boxes" in item
            else [_sized(box) for box in _plain(item.get("bbox", []))]
        )
        pairs = list(zip(_plain(labels), _plain(corners), strict=False))
        return pairs if len(_plain(labels)) == len(_plain(corners)) else [("", None)]
    if isinstance(item, Sequence) and not isinstance(item, str):
        return [_pair(one) for one in item]
    return [("", None)]


def _pair(one: Any) -> tuple[object, Any]:
    if isinstance(one, Mapping):
        box = one["box"] if "box" in one else _sized(one.get("bbox"))
        return one.get("label", one.get("category", "")), _plain(box)
    return (one[0], _plain(one[1])) if isinstance(one, Sequence) and len(one) == 2 else ("", None)


def _sized(box: Any) -> Any:
    numbers = numbers_in(_plain(box)) if box is not None and len(box) == 4 else "no box"
    if isinstance(numbers, str):
        return box
    x, y, width, height = numbers
    return [x, y, x + width, y + height]


def _plain(thing: Any) -> Any:
    return thing.tolist() if hasattr(thing, "tolist") else thing


def kept_groups(told: Annotations) -> Annotations:
    """The same without groups, where each picture would be one, or all are one."""
    groups = [picture.group for picture in told.pictures if picture.group]
    if 1 < len(set(groups)) < len(groups):
        return told
    pictures = tuple(replace(picture, group="") for picture in told.pictures)
    return replace(told, pictures=pictures)
