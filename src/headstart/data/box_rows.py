"""Tables of a picture a row, or with decimal commas, as tables of a box a row."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from headstart.counting import counted
from headstart.data.box_columns import box_columns
from headstart.data.column_names import plain
from headstart.data.tables import Row, Sheet, missing

_OBJECTS = ("objects", "annotations", "labels", "boxes")
_CLASSES = ("category", "categories", "category_id", "label", "labels", "class", "classes")
_NUMBER = re.compile(r"\s*-?\d+(,\d+)?\s*")
_THOUSANDS = re.compile(r"\s*-?\d{1,3},\d{3}\s*")


def one_a_row(sheet: Sheet) -> Sheet:
    """The same with a box a row, where cells are objects of {"bbox": […], "category": […]}.

    That is how the hub's folders of pictures have them; boxes are x, y, width, height.
    """
    names = [plain(name) for name in sheet.columns]
    place = next((i for i, name in enumerate(names) if name in _OBJECTS), -1)
    if place < 0 or not any(_boxes(cells[place]) for _, cells in sheet.rows):
        return sheet
    rest = [i for i in range(len(names)) if i != place]
    columns = (*(sheet.columns[i] for i in rest), "class", "bbox")
    rows = tuple(row for one in sheet.rows for row in _spread(one, rest, place))
    return replace(sheet, columns=columns, rows=rows)


def _spread(row: Row, rest: Sequence[int], place: int) -> Iterator[Row]:
    line, cells = row
    kept = tuple(cells[i] for i in rest)
    told = _boxes(cells[place])
    if told is None:
        told = [] if missing(cells[place]) or not cells[place] else [("", "no boxes")]
    yield from ((line, (*kept, label, box)) for label, box in told or [(None, None)])


def _boxes(cell: object) -> list[tuple[object, object]] | None:
    """Classes and boxes of a cell; None where it has none."""
    held = _plain(_parsed(cell))
    if isinstance(held, Mapping):
        boxes = _plain(held.get("bbox"))
        return _paired(boxes, _kind(held)) if isinstance(boxes, list) else None
    if isinstance(held, list) and held:
        fits = all(isinstance(one, Mapping) and "bbox" in one for one in held)
        return [(_kind(one), _plain(one["bbox"])) for one in held] if fits else None
    return None


def _paired(boxes: list[Any], kinds: object) -> list[tuple[object, object]]:
    every = kinds if isinstance(kinds, list) else [kinds] * len(boxes)
    if len(every) != len(boxes):
        return [
            (
                "",
                f"{counted(len(boxes), 'box', 'boxes')} of "
                f"{counted(len(every), 'class', 'classes')}",
            )
        ]
    return list(zip(every, map(_plain, boxes), strict=True))


def _kind(held: Mapping[str, Any]) -> Any:
    return next((_plain(held[name]) for name in _CLASSES if name in held), "object")


def _parsed(cell: object) -> object:
    if not isinstance(cell, str) or cell.lstrip()[:1] not in ("{", "["):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return None


def _plain(thing: Any) -> Any:
    return thing.tolist() if hasattr(thing, "tolist") else thing


def with_points(sheet: Sheet) -> Sheet:
    """The same with points for decimal commas of boxes; 1,024 may be a thousand, and stays."""
    if box_columns(sheet):
        return sheet
    found = [i for i in range(len(sheet.columns)) if _are_decimal(sheet.cells(i))]
    if not found:
        return sheet
    rows = tuple((line, _pointed(cells, found)) for line, cells in sheet.rows)
    other = replace(sheet, rows=rows)
    return other if box_columns(other) else sheet


def _are_decimal(cells: Sequence[object]) -> bool:
    told = [cell for cell in cells if not missing(cell)]
    texts = [cell for cell in told if isinstance(cell, str) and _NUMBER.fullmatch(cell)]
    commas = [text for text in texts if "," in text]
    return len(texts) == len(told) and not all(_THOUSANDS.fullmatch(text) for text in commas)


def _pointed(cells: Sequence[object], which: Sequence[int]) -> tuple[object, ...]:
    return tuple(
        cell.replace(",", ".") if i in which and isinstance(cell, str) else cell
        for i, cell in enumerate(cells)
    )
