"""Columns of yes and no, one a tag, read as one column of lists of tags."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from headstart.data.column_names import CALLED, GROUPS, LABELS, PAIRS, PATHS, SPLITS, TEXTS, plain
from headstart.data.column_settings import Columns, names_in
from headstart.data.split_columns import FLAGS
from headstart.data.tables import Sheet, missing
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.task_names import form_of

TAGS = "tags"
"""The name of a column that is made of several."""
YES = ("1", "1.0", "1.", "true", "yes", "y", "t")
NO = ("0", "0.0", "0.", "false", "no", "n", "f")
_MARKS = {*YES, "x", "✓", "✔", "✗", "•", "*", "+"}
"""What stands in a cell that says yes where nothing stands in the others."""
_LEAST_COLUMNS = 2
_OTHER = {*PATHS, *TEXTS, *SPLITS, *GROUPS, *FLAGS, *(name for pair in PAIRS for name in pair)}
_NEARLY = 0.9
"""Share of a column's cells that are 0 or 1, from which the others are told."""
_Bits = Mapping[int, Sequence[bool]]


def with_tags(sheet: Sheet, columns: Columns) -> tuple[Sheet, Columns]:
    """The same with columns of yes and no, which are tags, as one of lists; as it is without such.

    Those that `--label A,B` names; where it names none, all, unless a column is called as labels
    are: then they are only told of. Raises `DataError` for named ones that hold anything else.
    """
    asked = _asked(sheet, columns.label)
    if asked:
        held = {i: _bits(sheet, i) for i in asked}
        odd = [i for i, bits in held.items() if bits is None]
        if odd:
            raise _no_tags(sheet, odd[0])
        return _joined(sheet, _whole(held)), replace(columns, label=TAGS)
    called = {*LABELS, *CALLED.get(form_of(columns.task), ())}
    if columns.label:
        return sheet, columns
    taken = {plain(name) for name in columns.given_names} | _OTHER | called
    free = [i for i, name in enumerate(sheet.columns) if plain(name) not in taken]
    ones = _whole({i: _bits(sheet, i) for i in free})
    if len(ones) < _LEAST_COLUMNS:
        return sheet, columns
    label = next((name for name in sheet.columns if plain(name) in called), "")
    if label:
        names = [printable(sheet.columns[i], 40) for i in ones]
        told = (
            f"{sheet.name}: columns {', '.join(names[:8])} hold yes and no, as tags do, and are "
            f"not used beside {printable(label)}; --label {','.join(names[:8])} takes them for tags"
        )
        return replace(sheet, notes=(*sheet.notes, told)), columns
    odd_ones = [note for i in free if i not in ones and (note := _nearly(sheet, i))]
    made = _joined(sheet, ones)
    return replace(made, notes=(*made.notes, *odd_ones)), columns


def _asked(sheet: Sheet, label: str) -> list[int]:
    """The columns that a list of names names; none where it is one name, or one is not there."""
    by = {plain(name): i for i, name in enumerate(sheet.columns)}
    names = [plain(name) for name in names_in(label)]
    several = len(names) > 1 and plain(label) not in by
    return [by[name] for name in names] if several and all(name in by for name in names) else []


def _whole(bits: Mapping[int, Sequence[bool] | None]) -> dict[int, Sequence[bool]]:
    return {i: held for i, held in bits.items() if held is not None}


def _bits(sheet: Sheet, column: int) -> list[bool] | None:
    """Whether each cell says yes; None for a column with others.

    Yes and no are words, 1 and 0, 1 and -1, or one mark and an empty cell.
    """
    cells = ["" if missing(c) else str(c).strip().casefold() for c in sheet.cells(column)]
    different = {*cells}
    marks = different - {""}
    minus = different in ({"1", "-1"}, {"1.0", "-1.0"})
    marked = "" in different and len(marks) == 1 and marks <= _MARKS
    if not different or not (different <= {*YES, *NO} or minus or marked):
        return None
    return [cell in _MARKS for cell in cells]


def _joined(sheet: Sheet, ones: _Bits) -> Sheet:
    """The same with these columns as one of lists, the last."""
    names = [sheet.columns[i] for i in ones]
    start = _common(names)
    tags = [name.removeprefix(start).replace(";", ",") for name in names]
    kept = [i for i in range(len(sheet.columns)) if i not in ones]
    rows = tuple(
        (n, (*(cells[i] for i in kept), [t for t, yes in zip(tags, own, strict=True) if yes]))
        for (n, cells), own in zip(sheet.rows, zip(*ones.values(), strict=True), strict=True)
    )
    listed = ", ".join(printable(name, 40) for name in names[:8])
    cells = {str(cell)[:1] for i in ones for cell in sheet.cells(i)}
    kind = "0 and 1" if cells <= {"0", "1"} else "1 and -1" if "-" in cells else "yes and no"
    told = f"{sheet.name}: columns {listed} hold {kind}: taken for tags; --label COLUMN takes one"
    made = (*(sheet.columns[i] for i in kept), TAGS)
    return replace(sheet, columns=made, rows=rows, notes=(*sheet.notes, told))


def _odd(sheet: Sheet, column: int) -> list[tuple[int, object]]:
    """Rows whose cells are neither 0 nor 1, with these."""
    known = {*YES, *NO}
    every = [(number, cells[column]) for number, cells in sheet.rows]
    return [(n, cell) for n, cell in every if str(cell).strip().casefold() not in known]


def _nearly(sheet: Sheet, column: int) -> str:
    """What is told of a column that holds 0 and 1 in nearly all rows, and is no tag for the others.

    Empty for other columns.
    """
    odd = _odd(sheet, column)
    if not odd or len(sheet.rows) - len(odd) < _NEARLY * len(sheet.rows):
        return ""
    number, cell = odd[0]
    what = "an empty cell" if missing(cell) else repr(printable(cell, 40))
    return (
        f"{sheet.name}: column {printable(sheet.columns[column])} holds 0 and 1, but {what} in row "
        f"{number} ({len(odd):,} such rows): it is not taken for a tag; mend these cells if it is"
    )


def _no_tags(sheet: Sheet, column: int) -> DataError:
    number, cell = _odd(sheet, column)[0]
    what = "an empty cell" if missing(cell) else repr(printable(cell, 40))
    return DataError(
        "D334",
        f"column {printable(sheet.columns[column])} holds {what} in row {number}, which is neither "
        "0 nor 1",
        "--label with columns of 0 and 1 alone, or mend that cell",
        sheet.name,
    )


def _common(names: Sequence[str]) -> str:
    """What all names begin with, up to a mark between words."""
    first, last = min(names), max(names)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    return first[: max(first.rfind(mark, 0, same) for mark in "_. ") + 1]
