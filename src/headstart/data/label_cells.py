"""Cells that hold several tags, as programs write lists of them: as tags, or as rows of 0 and 1."""

import ast
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from headstart.data.column_names import CALLED, GROUPS, LABELS, PAIRS, PATHS, SPLITS, TEXTS, plain
from headstart.data.column_settings import Columns
from headstart.data.split_columns import FLAGS
from headstart.data.tables import Sheet, missing
from headstart.hostile import printable
from headstart.task_names import LabelForm, form_of

TAGS = "tags"
"""The name of a column that is made of several."""
_BRACKETS = ("[]", "()", "{}")
_LEAST_COLUMNS = 2
_SET = ("1", "1.0", "true", "yes", "y")
_OTHER = {*PATHS, *TEXTS, *SPLITS, *GROUPS, *FLAGS, *(name for pair in PAIRS for name in pair)}
_SEPARATORS = (";|", ",", ";|,", "/", ";|,/", "+", "&", "\n", " ")


def with_tags(sheet: Sheet, columns: Columns) -> Sheet:
    """The same with columns of 0 and 1, which are tags, as one of lists; as it is without such.

    Only where no column is called as labels are, and none was named.
    """
    called = {*LABELS, *CALLED.get(form_of(columns.task), ())}
    if columns.label or any(plain(name) in called for name in sheet.columns):
        return sheet
    taken = {plain(name) for name in columns.given_names}
    free = [i for i, name in enumerate(sheet.columns) if plain(name) not in _OTHER | taken]
    ones = [i for i in free if sheet.rows and all(map(_is_bit, sheet.cells(i)))]
    if len(ones) < _LEAST_COLUMNS:
        return sheet
    names = [sheet.columns[i] for i in ones]
    start = _common(names)
    tags = [name.removeprefix(start).replace(";", ",") for name in names]
    kept = [i for i in range(len(sheet.columns)) if i not in ones]
    rows = tuple(
        (
            n,
            (
                *(cells[i] for i in kept),
                [t for t, i in zip(tags, ones, strict=True) if _bit(cells[i])],
            ),
        )
        for n, cells in sheet.rows
    )
    shown = ", ".join(printable(name, 40) for name in names[:8])
    numbers = all(str(cell)[:1] in "01" for i in ones for cell in sheet.cells(i))
    kind = "0 and 1" if numbers else "yes and no"
    told = f"{sheet.name}: columns {shown} hold {kind}: taken for tags; --label COLUMN takes one"
    made = (*(sheet.columns[i] for i in kept), TAGS)
    return replace(sheet, columns=made, rows=rows, notes=(*sheet.notes, told))


def with_lists(sheet: Sheet, column: int, task: str) -> tuple[Sheet, bool]:
    """The same with lists of tags in a column whose cells are such, however they are written.

    Also whether labels are such lists beyond doubt.
    """
    if column < 0:
        return sheet, False
    cells, told, sure = sheet.cells(column), "", False
    if lists := _printed(cells):
        cells, sure = lists, True
        told = "holds lists as a program prints them: taken for lists of tags"
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
    elif form_of(task) is LabelForm.TAGS and not filled:
        split = separator_of([str(cell) for cell in cells if not missing(cell)])
        if split != _SEPARATORS[0]:
            cells = [cell if missing(cell) else split_by(str(cell), split) for cell in cells]
            told = f"has {' and '.join(repr(mark) for mark in split)} between its tags"
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


def separator_of(labels: Sequence[str]) -> str:
    """The marks that leave the fewest different tags; of equals the first, ";" and "|"."""
    marked = all(word.startswith(("#", "@")) for label in labels for word in label.split())
    different = {
        marks: len({tag for label in labels for tag in split_by(label, marks)})
        for marks in _SEPARATORS
        if marks != " " or marked
    }
    fewest = min(different.values())
    return next(marks for marks, count in different.items() if count == fewest)


def split_by(label: str, marks: str) -> list[str]:
    """The pieces of a label between marks, each once."""
    pieces = re.split(f"[{re.escape(marks)}]", label)
    return list(dict.fromkeys(piece.strip() for piece in pieces if piece.strip()))


def many_in(counts: dict[str, int]) -> tuple[str, tuple[str, ...]]:
    """The mark and the tags that labels look like combinations of; nothing where they do not.

    Tags have at most three words, come again, and are fewer than half of the different labels.
    """
    for marks in _SEPARATORS[1:]:
        often = Counter[str]()
        lists = {label: split_by(label, marks) for label in counts}
        for label, tags in lists.items():
            often.update(dict.fromkeys(tags, counts[label]))
        several = [label for label, tags in lists.items() if len(tags) > 1]
        short = all(len(tag.split()) <= 3 for tag in often)
        again = sum(often[tag] > 1 for tag in often)
        few = 2 * len(often) < len(counts) and len(several) > 2
        marked = marks != " " or all(tag.startswith(("#", "@")) for tag in often)
        if several and short and few and marked and 2 * again > len(often):
            return marks, tuple(often)
    return "", ()


def _printed(cells: Sequence[object]) -> list[object]:
    """Cells that are lists as programs print them; none unless all that are filled are."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str) and not missing(cell)]
    if not texts or any(text[:1] + text[-1:] not in _BRACKETS for text in texts):
        return []
    if any(not isinstance(cell, str) and not missing(cell) for cell in cells):
        return []
    return [cell if missing(cell) else _list_in(str(cell).strip()) for cell in cells]


def _list_in(text: str) -> list[object]:
    apart = re.search(r"['\"]\s+['\"]", text) is not None  # as NumPy prints them
    for read in () if apart else (json.loads, ast.literal_eval):
        try:
            held = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        if isinstance(held, list | tuple | set):
            return sorted(held) if isinstance(held, set) else list(held)
    inside = text[1:-1].strip()
    quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"", inside)
    if quoted:
        return [one or other for one, other in quoted]
    return [
        piece.strip()
        for piece in re.split(r"[,\s]+" if "," not in inside else ",", inside)
        if piece.strip()
    ]


def _common(names: Sequence[str]) -> str:
    """What all names begin with, up to a mark between words."""
    first, last = min(names), max(names)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    return first[: max(first.rfind(mark, 0, same) for mark in "_. ") + 1]


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
    return str(cell).strip().casefold() in (*_SET, "0", "0.0", "false", "no", "n")


def _bit(cell: object) -> bool:
    return str(cell).strip().casefold() in _SET
