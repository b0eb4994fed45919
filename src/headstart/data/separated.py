"""Rows of a file of separated cells below the names on top, whatever stands above them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headstart.counting import counted
from headstart.data.column_names import LABELS, PATHS, TEXTS, plain
from headstart.data.dialects import SEPARATORS, Dialect, Line, dialect_of, lines_of
from headstart.data.problem import Problem
from headstart.hostile import printable

_ORDER = re.compile(r'"?sep=(.)"?[ \t]*(\r\n|\n|\r)', re.IGNORECASE)
"""What a spreadsheet writes on top to say what separates cells."""
_ENDS = re.compile(r"[\r\n]")
_MOST_ABOVE = 20
"""Lines above the names, at most."""
_REMARKS = ("#", "%", "//")
_UNITS = {
    *("string", "str", "text", "varchar", "char", "int", "integer", "int64", "float", "float64"),
    *("double", "number", "numeric", "bool", "boolean", "category", "categorical", "object"),
    *("date", "datetime", "file", "path", "unit", "units", "cm", "mm", "m", "km", "in", "ft"),
    *("kg", "g", "mg", "lb", "lbs", "s", "sec", "ms", "min", "h", "hz", "khz", "px", "years"),
    *("year", "yrs", "y", "months", "days", "%", "percent", "°c", "°f", "usd", "eur", "$", "€"),
}
"""What stands in a line of units or types below the names."""
_BESIDE_UNITS = {"", "-", "--", "n/a", "na", "none", "/"}
_IN_BRACKETS = re.compile(r"[\[(][^\W\d_/%°²³]{1,10}[\])]")
_LEAST_ROWS = 4
"""Rows from which the first may be one of units."""
_KNOWN = {*PATHS, *TEXTS, *LABELS}


@dataclass(frozen=True)
class Separated:
    """Names, rows below them with their lines in the file, and what was odd."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def separated(text: str, name: str, usual: str) -> Separated:
    """A table's names and rows; `usual` separates the cells of files of that name.

    Rows that do not fit the header become problems. Raises `DataError` for a quote of which nobody
    can tell how far it goes.
    """
    told, notes = _ORDER.match(text), list[str]()
    if told:
        notes.append(f"{name}: the first line is an order to separate by {told[1]!r}, no row")
    text = text[told.end() :] if told else text
    first = _ENDS.split(text, maxsplit=1)[0]
    dialect = Dialect(told[1]) if told and told[1] in first else dialect_of(text, usual)
    if not told and _one_column(text, dialect):
        dialect = Dialect("")
    lines, dialect = lines_of(text, dialect, printable(name))
    lines = [replace(line, number=line.number + 1) for line in lines] if told else lines
    notes += _quotes_told(lines, dialect, name)
    lines, above = from_header(lines)
    if above:
        shown = "; ".join(printable(" ".join(line.cells).strip(), limit=40) for line in above[:3])
        notes.append(f"{name}: passed over {counted(len(above), 'line')} above the names ({shown})")
    if not lines:
        return Separated((), (), (), tuple(notes))
    columns, more = _columns(lines)
    notes += [f"{name}: {more}"] if more else []
    return _fitting(columns, lines, name, notes)


def _one_column(text: str, dialect: Dialect) -> bool:
    """Whether the one name on top is a known one, and no second line has names."""
    first, second = ([*map(str.strip, text.splitlines()[:2]), "", ""])[:2]
    alone = plain(first.strip('"')) in _KNOWN and not any(mark in first for mark in SEPARATORS)
    return alone and not any(plain(cell) in _KNOWN for cell in second.split(dialect.separator))


def _quotes_told(lines: Sequence[Line], dialect: Dialect, name: str) -> list[str]:
    lone = [line for line in lines if line.lone]
    notes = []
    if dialect.escapes:
        notes.append(f"{name}: a backslash before a quote or separator is taken for an escape")
    if dialect.quotes != '""':
        notes.append(f"{name}: cells are quoted by {dialect.quotes[0]} and {dialect.quotes[1]}")
    if lone:
        notes.append(
            f"{name}: {counted(len(lone), 'cell begins', 'cells begin')} with a "
            "quote that closes nowhere, which is read as "
            f"a plain character (first: line {lone[0].number}, column {lone[0].lone})"
        )
    return notes


def from_header(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Rows from the one with the names on, and what stands above it."""
    widths = Counter(len(line.cells) for line in lines).most_common(1)
    width, head = widths[0][0] if widths else 0, lines[:_MOST_ABOVE]
    named = [i for i, line in enumerate(head) if any(plain(c) in _KNOWN for c in line.cells)]
    named = [i for i in named if not head[i].cells[0].startswith(_REMARKS)] or named
    short = named and all(_is_short(line) for line in head[: named[0]])
    above = named[0] if short and len(lines[named[0]].cells) == width else 0
    while above < len(head) - 1 and not named and _is_above(lines[above : above + 2], width):
        above += 1
    return lines[above:], lines[:above]


def _is_short(line: Line) -> bool:
    """Whether it is a title or a remark: one cell, or one that begins as remarks do."""
    filled = [cell for cell in line.cells if cell.strip()]
    return len(filled) <= 1 or filled[0].startswith(_REMARKS)


def _is_above(pair: Sequence[Line], width: int) -> bool:
    """Whether the first of two lines is a title or a remark, and the second has the names."""
    second = [cell for cell in pair[1].cells if cell.strip()]
    if not _is_short(pair[0]) or not pair[0].cells[0].strip() or width < 2:
        return False
    if pair[0].cells[0].startswith(_REMARKS):
        return len(pair[0].cells) < width
    return len(second) == width and not any(map(_digits, second))


def _digits(cell: str) -> bool:
    return any(character.isdigit() for character in cell)


def _columns(lines: Sequence[Line]) -> tuple[tuple[str, ...], str]:
    """Names on top, each column with one; and what is told of names that are one too few or many.

    Where every row has a cell more than there are names, the first cells are names of rows.
    """
    names, widths = lines[0].cells, {len(line.cells) for line in lines[1:]}
    told = ""
    if widths == {len(names) + 1}:
        first = [line.cells[0] for line in lines[1:]]
        counted = all(map(str.isdecimal, first)) and len(set(first)) == len(first)
        if counted and any(line.cells[-1] for line in lines[1:]):
            names = ("", *names)
            told = "rows have a cell more than there are names: the first is taken for its number"
    if widths and names and not names[-1].strip() and max(widths) == len(names) - 1:
        names = names[:-1]
    return tuple(name.strip() or f"column {i}" for i, name in enumerate(names, start=1)), told


def _fitting(
    columns: tuple[str, ...], lines: Sequence[Line], name: str, notes: Sequence[str]
) -> Separated:
    names, *lines = _unspaced(lines)
    rows: list[tuple[int, tuple[str, ...]]] = []
    problems: list[Problem] = []
    if is_unit_row([line.cells for line in lines]):
        problems.append(unit_row(name, lines[0].number))
        lines = lines[1:]
    for line in lines:
        if line.cells == names.cells:
            why = "is the line with the names again; passed over"
            problems.append(Problem("D331", "ignored", name, why, line.number))
            continue
        cells, extra = line.cells[: len(columns)], line.cells[len(columns) :]
        if len(cells) < len(columns) or any(extra):
            why = f"has {len(line.cells)} cells where the header has {len(columns)}"
            problems.append(Problem("D151", "unreadable", name, why, line.number))
        else:
            rows.append((line.number, cells))
    return Separated(columns, tuple(rows), tuple(problems), tuple(notes))


def unit_row(name: str, number: int) -> Problem:
    """What is told of a row of units."""
    return Problem("D335", "ignored", name, "holds units or types, no example; passed over", number)


def is_unit_row(rows: Sequence[Sequence[object]]) -> bool:
    """Whether the first row holds units or types of the columns, which no other row has there."""
    if len(rows) < _LEAST_ROWS:
        return False
    first, *others = [[_spelled(cell) for cell in row] for row in rows]
    units = {i for i, cell in enumerate(first) if cell in _UNITS or _IN_BRACKETS.fullmatch(cell)}
    beside = [cell for i, cell in enumerate(first) if i not in units]
    again = any(row[i : i + 1] == first[i : i + 1] for row in others for i in units)
    return bool(units) and not again and all(c in _BESIDE_UNITS for c in beside)


def _spelled(cell: object) -> str:
    return "" if cell is None else str(cell).strip().casefold()


def _unspaced(lines: Sequence[Line]) -> list[Line]:
    """Without the blank behind each separator, where there is one behind all of them."""
    behind = [cell for line in lines for cell in line.cells[1:] if cell]
    if not behind or not all(cell.startswith(" ") for cell in behind):
        return list(lines)
    return [
        replace(line, cells=(*line.cells[:1], *(cell[1:] for cell in line.cells[1:])))
        for line in lines
    ]
