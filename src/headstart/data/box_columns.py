"""Which columns of a table are boxes."""

import codecs
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from headstart.data.annotations import number_in, numbers_in
from headstart.data.column_names import plain
from headstart.data.tables import Sheet, missing

Form = Literal["corners", "sized", "centered"]
_CALLED: tuple[tuple[Form, tuple[str, ...]], ...] = (
    ("corners", ("xmin", "ymin", "xmax", "ymax")),
    ("corners", ("x_min", "y_min", "x_max", "y_max")),
    ("corners", ("min_x", "min_y", "max_x", "max_y")),
    ("corners", ("bbox_xmin", "bbox_ymin", "bbox_xmax", "bbox_ymax")),
    ("corners", ("x1", "y1", "x2", "y2")),
    ("corners", ("x0", "y0", "x1", "y1")),
    ("corners", ("left", "top", "right", "bottom")),
    ("corners", ("xtl", "ytl", "xbr", "ybr")),
    ("centered", ("x_center", "y_center", "width", "height")),
    ("centered", ("xcenter", "ycenter", "width", "height")),
    ("centered", ("cx", "cy", "w", "h")),
    ("sized", ("bbox_x", "bbox_y", "bbox_width", "bbox_height")),
    ("sized", ("bbox_x", "bbox_y", "bbox_w", "bbox_h")),
    ("sized", ("x", "y", "w", "h")),
    ("sized", ("x", "y", "width", "height")),
    ("sized", ("xmin", "ymin", "width", "height")),
    ("sized", ("left", "top", "width", "height")),
)
"""Names that go together, the surest first."""
_LISTS = ("bbox", "box", "bounding_box", "boundingbox")
_HEAD = 1 << 16


@dataclass(frozen=True)
class BoxColumns:
    """Where a row has its box."""

    form: Form
    columns: tuple[int, ...]
    """Four; or one, whose cells are lists of four."""
    size: tuple[int, ...] = ()
    """The picture's width and height, where other columns than the box's say them."""

    def cells(self, row: Sequence[object]) -> list[object] | None:
        """The four cells of a row; None where it has no box."""
        if len(self.columns) == 4:
            cells = [row[i] for i in self.columns]
            return None if all(map(missing, cells)) else cells
        return _list_in(row[self.columns[0]])

    def corners(self, numbers: Sequence[float]) -> tuple[float, ...]:
        """Four numbers as corners."""
        x, y, third, fourth = numbers
        if self.form == "corners":
            return x, y, third, fourth
        if self.form == "sized":
            return x, y, x + third, y + fourth
        return x - third / 2, y - fourth / 2, x + third / 2, y + fourth / 2


def box_columns(sheet: Sheet) -> BoxColumns | None:
    """The columns that are called as those of boxes are, and hold numbers; None without any."""
    places = {plain(name): i for i, name in reversed(list(enumerate(sheet.columns)))}
    for form, names in _CALLED:
        if all(name in places for name in names):
            found = BoxColumns(form, tuple(places[name] for name in names), _size(places, names))
            return found if _holds_numbers(sheet, found) else None
    for name in _LISTS:
        if name in places:
            found = BoxColumns("sized", (places[name],), _size(places, ()))
            return found if _holds_numbers(sheet, found) else None
    return None


def may_hold_boxes(path: Path) -> bool:
    """Whether a table's first line, or a Parquet file's end, has names or numbers of boxes.

    So that a table of texts is not read twice.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(max(0, path.stat().st_size - _HEAD))
            tail = file.read() if path.suffix.casefold() == ".parquet" else b""
    except OSError:
        return False
    first = head.lstrip(codecs.BOM_UTF8).replace(b"\0", b"").lstrip().split(b"\n")[0]
    text = (tail or first).decode("latin-1")
    words = {plain(word) for word in re.split(r"[^\w .-]+", text)} | set(
        re.findall(r"\w+", text.casefold())
    )
    named = any(all(name in words for name in names) for _, names in _CALLED)
    cells = re.split(r"[,;\t|]", text)
    return named or bool(_unnamed(cells)) or bool(words.intersection(_LISTS))


def with_names(sheet: Sheet) -> Sheet:
    """The same; with names on top where the first line is a row of a program that writes none."""
    names = _unnamed(sheet.columns)
    if not names:
        return sheet
    return Sheet(
        sheet.name, names, ((1, sheet.columns), *sheet.rows), sheet.problems, sheet.notes
    )  # fmt: skip


def _unnamed(cells: Sequence[str]) -> tuple[str, ...]:
    """What cells of a line are: a picture, four corners and a class, or as Make Sense has them."""
    places: tuple[tuple[int, tuple[str, ...]], ...] = (
        (6, ("path", "x1", "y1", "x2", "y2", "class")),
        (8, ("class", "x", "y", "w", "h", "path", "image_width", "image_height")),
    )
    for many, names in places:
        numbers = [cell for cell, name in zip(cells, names, strict=False) if len(name) < 3]
        if len(cells) == many and not isinstance(numbers_in(numbers), str):
            sides = cells[6:] if many == 8 else ()
            return () if isinstance(numbers_in(sides), str) else names
    return ()


def _size(places: dict[str, int], taken: Sequence[str]) -> tuple[int, ...]:
    for names in (
        ("width", "height"),
        ("image_width", "image_height"),
        ("img_width", "img_height"),
    ):
        if all(name in places and name not in taken for name in names):
            return tuple(places[name] for name in names)
    return ()


def _holds_numbers(sheet: Sheet, found: BoxColumns) -> bool:
    """Whether half of the rows that have something there have numbers."""
    told = [cells for _, row in sheet.rows[:200] if (cells := found.cells(row)) is not None]
    fine = sum(all(number_in(cell) is not None for cell in cells) for cells in told)
    return 2 * fine >= len(told) > 0


def _list_in(cell: object) -> list[object] | None:
    """What a cell such as "[1, 2, 3, 4]" lists; None where it is empty."""
    if hasattr(cell, "tolist"):
        cell = cell.tolist()
    if isinstance(cell, str) and cell.strip():
        text = cell.strip().strip("[]()")
        cell = text.split(",") if "," in text else text.split()
    if isinstance(cell, list | tuple):
        return list(cell) if len(cell) == 4 else [json.dumps(len(cell)) + " numbers"]
    return None if missing(cell) else [cell]
