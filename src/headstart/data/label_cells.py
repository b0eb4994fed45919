"""Cells that hold several tags, as programs write lists of them: as tags, or as rows of 0 and 1."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from headstart.data.label_objects import evaluated, named_bits, object_in
from headstart.data.tables import Sheet, missing
from headstart.data.tag_columns import NO, TAGS, YES
from headstart.data.tag_marks import USUAL, are_lists, separator_of, shown, split_by
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.task_names import LabelForm, form_of

_BRACKETS = ("[]", "()", "{}")
_NONE = ("none", "nan", "null", "na", "n/a")
_WRAPPED = re.compile(
    r"(?:\w+\.)?(?:frozenset|set|array|Index|tensor|list|tuple|Series|c|character)\((.*)\)",
    re.DOTALL,
)
"""A list as the program prints it that made it."""
_LEAST_BITS = 3
"""Zeros and ones with marks between them from which they are a row of these."""


def with_lists(sheet: Sheet, column: int, task: str) -> tuple[Sheet, bool]:
    """The same with lists of tags in a column whose cells are such, however they are written.

    Also whether labels are such lists beyond doubt.
    """
    if column < 0:
        return sheet, False
    where = f"{sheet.name}, column {printable(sheet.columns[column])}"
    held = sheet.cells(column)
    inner = _unnested(held, where)
    cells = _bits(inner, digits=form_of(task) is LabelForm.TAGS)
    told, sure = "" if inner is held else "holds lists in lists: the inner ones are taken", False
    if named := named_bits(cells):
        cells, told = named, "says 0 or 1 of each name: taken for the names with 1"
        sure = any(isinstance(cell, list) and len(cell) != 1 for cell in cells)
    elif lists := _unnested(_printed(cells), where):
        cells, marks = _split_within(lists)
        sure = any(len(cell) != 1 for cell in cells if isinstance(cell, list))
        told = "holds lists as a program prints them: taken for lists of tags"
        told = told if sure else "holds lists of one each, as a program prints them"
        told += f", with {shown(marks)} between tags of one" if marks else ""
    filled = [list(cell) for cell in cells if isinstance(cell, list | tuple | np.ndarray)]
    if _are_vectors(filled, cells):
        sure = any(sum(map(_bit, row)) != 1 for row in filled)
        cells = [_places(cell) if _is_list(cell) else cell for cell in cells]
        told = (
            f"holds rows of {len(filled[0])} zeros and ones: taken for tags 0 to "
            f"{len(filled[0]) - 1} by place; to name them, write lists of names instead"
        )
    elif filled and not sure:
        made = sheet.columns[column] == TAGS and any(len(row) != 1 for row in filled)
        sure = made or (all(map(_is_list, cells)) and _are_tags(filled))
    elif not filled:
        cells, told, sure = _parted(cells, task)
    if not told:
        return sheet, sure
    name = printable(sheet.columns[column])
    rows = tuple(
        (number, (*row[:column], cell, *row[column + 1 :]))
        for (number, row), cell in zip(sheet.rows, cells, strict=True)
    )
    return replace(
        sheet, rows=rows, notes=(*sheet.notes, f"{sheet.name}: column {name} {told}")
    ), sure


def _parted(cells: list[object], task: str) -> tuple[list[object], str, bool]:
    """Tags with marks between them as lists, where tags are asked for, and what is told of these;
    also whether they are such beyond doubt, where nothing is asked for.
    """  # noqa: D205 - one sentence
    texts = [str(cell) for cell in cells if not missing(cell)]
    if form_of(task) is not LabelForm.TAGS:
        return cells, "", not task and are_lists(texts)
    marks = separator_of(texts)
    if marks == USUAL:
        return cells, "", False
    lists = [cell if missing(cell) else split_by(str(cell), marks) for cell in cells]
    return lists, f"has {shown(marks)} between its tags", False


def _unnested(cells: list[object], where: str) -> list[object]:
    """Lists that are the only one in a list, [["good"]], as they are; else the same cells.

    Raises `DataError` where a cell holds several lists.
    """
    inner = [list(cell) if _is_list(cell) else [] for cell in cells]  # type: ignore[call-overload]
    if not any(_is_list(one) for row in inner for one in row):
        return cells
    if several := next((row for row in inner if len(row) > 1 or not all(map(_is_list, row))), None):
        raise DataError(
            "D409",
            f"labels are lists of lists, such as {printable(several, 60)}",
            'write one list of names for each example, such as ["good", "short"]',
            where,
        )
    return [row[0] if row else cell for row, cell in zip(inner, cells, strict=True)]


def _bits(cells: list[object], *, digits: bool) -> list[object]:
    """Rows of zeros and ones with marks between them as lists, or `digits` without marks; else the
    same cells.
    """  # noqa: D205 - one sentence
    texts = [cell for cell in cells if isinstance(cell, str) and not missing(cell)]
    if not texts or len(texts) < sum(not missing(cell) for cell in cells):
        return cells
    apart = [re.split(r"[\s,;|]+", _unwrapped(text).strip("[](){}; ,|")) for text in texts]
    if digits and all(re.fullmatch("[01]+", text.strip()) for text in texts):
        apart = [list(text.strip()) for text in texts]
    length = len(apart[0])
    if length < _LEAST_BITS or any(len(row) != length for row in apart):
        return cells
    if not all(_is_bit(one) for row in apart for one in row):
        return cells
    rows = iter(apart)
    return [cell if missing(cell) else next(rows) for cell in cells]


def _unwrapped(text: str) -> str:
    """What is in array(…), set() and their like, up to what these say of themselves."""
    found = _WRAPPED.fullmatch(text.strip())
    if not found:
        return text.strip()
    inside = found[1].strip()
    if inside[:1] + inside[-1:] in ('""', "''"):  # as R prints them: c("a", "b")
        return f"[{inside}]"
    closed = max(inside.rfind(mark[1]) for mark in _BRACKETS)
    return inside[: closed + 1] if inside[:1] in ("[", "(", "{") else "[]"


def _printed(cells: Sequence[object]) -> list[object]:
    """Cells that are lists as programs print them; none unless all that are filled are.

    A word for none beside them is an empty list.
    """
    texts = [_unwrapped(c) for c in cells if isinstance(c, str) and not missing(c)]
    lists = [text for text in texts if text.casefold() not in _NONE]
    if not lists or any(text[:1] + text[-1:] not in _BRACKETS for text in lists):
        return []
    if any(not isinstance(cell, str) and not missing(cell) for cell in cells):
        return []
    if any(object_in(text) for text in lists):
        return []
    rows = iter([[] if text.casefold() in _NONE else _list_in(text) for text in texts])
    return [cell if missing(cell) else next(rows) for cell in cells]


def _split_within(lists: list[object]) -> tuple[list[object], str]:
    """Lists with their one string apart, ['a; b'], where these are lists of tags themselves; and
    the marks between such tags, empty where there are none.
    """  # noqa: D205 - one sentence
    filled = [list(cell) for cell in lists if isinstance(cell, list | tuple)]
    ones = [str(row[0]) for row in filled if len(row) == 1]
    if any(len(row) > 1 for row in filled) or not are_lists(ones):
        return lists, ""
    return [
        [tag for one in cell for tag in split_by(str(one), USUAL)]
        if isinstance(cell, list | tuple)
        else cell
        for cell in lists
    ], USUAL


def _list_in(text: str) -> list[object]:
    apart = re.search(r"['\"]\s+['\"]", text) is not None  # as NumPy prints them
    held = None if apart else evaluated(text)
    if isinstance(held, list | tuple | set):
        return sorted(held) if isinstance(held, set) else list(held)
    inside = re.sub("[‘’‚`]", "'", re.sub("[“”„]", '"', text[1:-1])).strip()
    quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"", inside)
    if quoted:
        return [one or other for one, other in quoted]
    return [
        piece.strip()
        for piece in re.split(r"[,\s]+" if "," not in inside else ",", inside)
        if piece.strip()
    ]


def _is_list(cell: object) -> bool:
    return isinstance(cell, list | tuple | np.ndarray)


def _are_vectors(filled: Sequence[list[object]], cells: Sequence[object]) -> bool:
    """Whether all lists are rows of zeros and ones of one length, and no list of two tags."""
    if not filled or any(not missing(cell) and not _is_list(cell) for cell in cells):
        return False
    length = len(filled[0])
    if length < 2 or any(len(row) != length for row in filled):
        return False
    if not all(_is_bit(one) for row in filled for one in row):
        return False
    return length > 2 or any(len(set(map(_bit, row))) == 1 for row in filled)


def _are_tags(filled: Sequence[list[object]]) -> bool:
    """Whether lists of words have none or several, and most words come again."""
    often = Counter(str(one) for row in filled for one in row)
    return any(len(row) != 1 for row in filled) and 2 * len(often) <= sum(often.values())


def _places(cell: object) -> list[str]:
    return [str(i) for i, one in enumerate(cell) if _bit(one)]  # type: ignore[arg-type,var-annotated]


def _is_bit(cell: object) -> bool:
    return str(cell).strip().casefold() in (*YES, *NO)


def _bit(cell: object) -> bool:
    return str(cell).strip().casefold() in YES
