"""Which column of a table says what part a row belongs to, and what its cells mean."""

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from headstart.data.column_names import LABELS, SPLITS, plain
from headstart.data.part_names import parts_of, told_parts
from headstart.data.tables import Sheet, missing
from headstart.errors import DataError
from headstart.hostile import printable

FLAGS = {
    **dict.fromkeys(
        ("is_train", "in_train", "is_training", "train", "train_set"), ("train", "test")
    ),
    **dict.fromkeys(("is_valid", "is_val", "is_validation", "valid", "val"), ("val", "train")),
    **dict.fromkeys(("is_test", "in_test", "is_testing", "test", "test_set"), ("test", "train")),
    **dict.fromkeys(("holdout", "is_holdout", "hold_out"), ("test", "train")),
}
"""What yes and no mean in columns of these names."""
_YES, _NO = {"true", "1", "yes", "y", "1.0", "t"}, {"false", "0", "no", "n", "0.0", "f"}
_SPECIAL = {
    "publictest": "val",
    "privatetest": "test",
    "public": "val",
    "private": "test",
    "va": "val",
    "vl": "val",
    "te": "test",
    "ts": "test",
}
"""Of competitions, whose column is called usage; and short forms, which are words elsewhere."""
_MOST = 0.5
"""Share of a column's cells that name parts, from which the others are mistakes."""
_NEARLY = 0.9
"""The same of a column that is not called as such columns are."""
_FEW = 20
"""Different cells of a column, at most, that may name parts though it is not called so."""
_CALLED = {*SPLITS, *FLAGS}


def guess_split(sheet: Sheet, free: Sequence[int], parts: str, *, labeled: bool = False) -> int:
    """The column of a usual name of which half the cells or more name parts; -1 for none.

    Where another column is `labeled` as such, one of any name of which nearly all cells do.
    """
    if parts == "-":
        return -1
    called = [i for i in free if plain(sheet.columns[i]) in _CALLED]
    called.sort(key=lambda i: plain(sheet.columns[i]) in FLAGS)
    others = [i for i in free if labeled and plain(sheet.columns[i]) not in (*_CALLED, *LABELS)]
    others = [i for i in others if len({str(c) for c in sheet.cells(i)}) <= _FEW]
    for i in (*called, *others):
        means = meanings(sheet, i, parts)
        cells = [str(cell).strip() for cell in sheet.cells(i) if not missing(cell)]
        named = [means[cell] for cell in cells if means.get(cell)]
        share = _MOST if i in called else _NEARLY
        if len(named) >= share * len(sheet.rows) and "train" in named and len(set(named)) > 1:
            return i
    return -1


def odd_splits(sheet: Sheet, free: Sequence[int]) -> tuple[str, ...]:
    """What is told of columns that are called as parts are, and hold others."""
    notes = []
    for i in (i for i in free if plain(sheet.columns[i]) in SPLITS):
        often = Counter(str(cell) for cell in sheet.cells(i) if not missing(cell))
        if not 1 < len(often) <= len(sheet.rows) / 2:
            continue
        name, shown = (
            printable(sheet.columns[i]),
            [printable(v, 40) for v, _ in often.most_common(5)],
        )
        notes.append(
            f"{sheet.name}: column {name} says {', '.join(shown)}, which are no parts, and is not "
            f"used; --split {name} --parts train={shown[0]},test={shown[1]} says what they mean"
        )
    return tuple(notes)


def meanings(sheet: Sheet, column: int, parts: str = "") -> dict[str, str]:
    """The part that each different cell of a split column names; nothing for what names none."""
    cells = {str(cell).strip() for cell in sheet.cells(column) if not missing(cell)}
    yes, no = FLAGS.get(plain(sheet.columns[column]), ("", ""))
    low = {cell: cell.casefold() for cell in cells}
    if yes and {*low.values()} & _YES and {*low.values()} & _NO:
        return {cell: yes if own in _YES else no for cell, own in low.items() if own in _YES | _NO}
    means = parts_of(cells, told_parts(parts))
    special = {cell: _SPECIAL.get(plain(cell).replace("_", ""), "") for cell in cells}
    return {**{cell: part for cell, part in special.items() if part}, **means}


def part_of(sheet: Sheet, column: int, means: dict[str, str], place: tuple[int, object]) -> str:
    """The part that a cell names, `place` its row and itself. Raises `DataError` for none."""
    row, cell = place
    part = "" if missing(cell) else means.get(str(cell).strip(), "")
    if part:
        return part
    name = printable(sheet.columns[column])
    shown = "an empty cell" if missing(cell) else repr(printable(cell))
    close = difflib.get_close_matches(str(cell).strip().casefold(), ["train", "val", "test"], 1)
    maybe = f"write {close[0]} there" if close else "mend the cell"
    told = f", say what it is: --parts {(close or ['test'])[0]}={printable(cell)}"
    odd = sum(not means.get(str(other).strip()) for other in sheet.cells(column))
    raise DataError(
        "D116",
        f"{shown} in row {row} is no part",
        f"{maybe}{'' if missing(cell) else told}, or draw the parts anew: --split -",
        f"{sheet.name}, column {name}, row {row}",
        f"{odd:,} of {len(sheet.rows):,} cells name none; others say "
        f"{', '.join(map(printable, sorted(means)[:6])) or 'nothing that is a part'}",
    )


@dataclass(frozen=True)
class Parts:
    """What the cells of a split column mean."""

    sheet: Sheet
    column: int
    asked: str = ""

    @cached_property
    def means(self) -> dict[str, str]:
        """Of each cell that occurs."""
        return meanings(self.sheet, self.column, self.asked)

    def of(self, number: int, cells: tuple[object, ...]) -> str:
        """The part of a row; empty where no column says it. Raises `DataError`."""
        if self.column < 0:
            return ""
        return part_of(self.sheet, self.column, self.means, (number, cells[self.column]))
