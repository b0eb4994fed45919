"""Tables as rows of cells, whatever the program that saved them thought a table is."""

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from headstart.data.encodings import decoded
from headstart.data.problem import Problem
from headstart.errors import DataError
from headstart.hostile import printable

SENTENCES = frozenset({".conll", ".conll03", ".bio", ".iob", ".iob2"})
"""Files with a word and its tags a line, and an empty line between sentences."""
_LONGEST = 2**31 - 1
"""Characters of a cell; the library's own limit would refuse a table for one long text."""
_SEPARATORS = (",", "\t", ";", "|")
Row = tuple[int, tuple[object, ...]]


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table with names on top."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    """Each with its line in the file, from 1, and one cell a column."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def cells(self, column: int) -> list[object]:
        """One column, from top to bottom."""
        return [cells[column] for _, cells in self.rows]


def read_sheet(path: Path) -> Sheet:
    """A CSV or TSV in any usual encoding and with any usual separator, JSON lines, or Parquet.

    Rows that do not fit the header become problems. Raises `DataError` for what is no table.
    """
    reader = {".parquet": _parquet, ".jsonl": _json_lines, ".ndjson": _json_lines}
    kind = path.suffix.casefold()
    sheet = _sentences(path) if kind in SENTENCES else reader.get(kind, _separated)(path)
    if not sheet.rows:
        raise DataError(
            "D110", "the table holds no rows", "add a line for each example", printable(path),
            "; ".join(problem.reason for problem in sheet.problems[:3]),
        )  # fmt: skip
    return sheet


def read_columns(path: Path) -> tuple[str, ...]:
    """Only the names on top; none where it is no table after all."""
    try:
        return read_sheet(path).columns
    except DataError:
        return ()


def missing(cell: object) -> bool:
    """Whether a cell says nothing: empty, None, not a number, or pandas' NA and NaT."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, str):
        return not cell.strip()
    return isinstance(cell, float | np.floating) and math.isnan(cell)


def _separated(path: Path) -> Sheet:
    text, notes = _decoded(path)
    lines = io.StringIO(text, newline="")
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    problems: list[Problem] = []
    separator = _separator(text, path)
    for start, cells in _numbered(lines, separator, _quoting(text, separator), path):
        if not any(cells):
            continue
        if not columns:
            columns = tuple(name.strip() or f"column {i}" for i, name in enumerate(cells, start=1))
            continue
        extra = cells[len(columns) :]
        if len(cells) < len(columns) or any(extra):
            why = f"has {len(cells)} cells where the header has {len(columns)}"
            problems.append(Problem("D151", "unreadable", path.name, why, start))
        else:
            rows.append((start, tuple(cells[: len(columns)])))
    return Sheet(path.name, columns, tuple(rows), tuple(problems), notes)


def _numbered(
    lines: Iterable[str], separator: str, quoting: Literal[0, 3], path: Path
) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that each starts in; a quoted cell may go over several."""
    csv.field_size_limit(_LONGEST)
    start, reader = 1, csv.reader(lines, delimiter=separator, quoting=quoting)
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            "D111", "the table cannot be read", "look for a quote that is never closed",
            f"{printable(path)}, row {start}", printable(error),
        ) from error  # fmt: skip


def _decoded(path: Path) -> tuple[str, tuple[str, ...]]:
    try:
        text, guessed = decoded(path.read_bytes())
    except ValueError as error:
        raise DataError(
            "D112", "the table is not text", "save it again as UTF-8", printable(path),
            printable(error),
        ) from error  # fmt: skip
    return text, (f"{path.name} is not UTF-8; read as {guessed}",) if guessed else ()


def _separator(text: str, path: Path) -> str:
    """What parts the most lines into as many cells as the header has, and more than one."""
    lines = text[:20_000].splitlines()[:20]

    def score(separator: str) -> tuple[int, int]:
        try:
            widths = [len(cells) for cells in csv.reader(lines, delimiter=separator)]
        except csv.Error:
            return 0, 0
        width = widths[0] if widths else 0
        return (widths.count(width) if width > 1 else 0), width

    likely = "\t" if path.suffix.casefold() in (".tsv", ".tab") else ","
    return max((likely, *_SEPARATORS), key=score)  # the first of equals


def _quoting(text: str, separator: str) -> Literal[0, 3]:
    """Whether quotes are marks of the table, or plain characters of its texts.

    They are plain where every line has as many cells if they are taken so, and some cell begins
    with one and does not end with one.
    """
    rows = [line.split(separator) for line in text.splitlines() if line.strip()]
    cells = [cell for row in rows for cell in row if cell.startswith('"')]
    torn = any(len(cell) < 2 or not cell.endswith('"') for cell in cells)
    even = len({len(row) for row in rows}) == 1
    return csv.QUOTE_NONE if torn and even else csv.QUOTE_MINIMAL


def _json_lines(path: Path) -> Sheet:
    text, notes = _decoded(path)
    found: list[tuple[int, dict[str, object]]] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            held = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.append(Problem("D152", "unreadable", path.name, f"no JSON: {error}", number))
            continue
        if isinstance(held, dict):
            found.append((number, held))
        else:
            why = 'not an object such as {"path": …, "label": …}'
            problems.append(Problem("D153", "unreadable", path.name, why, number))
    return _sheet(path, found, problems, notes)


def _sentences(path: Path) -> Sheet:
    """A word and its tags a line, the last of them counting, as in CoNLL's shared tasks."""
    text, notes = _decoded(path)
    rows: list[Row] = []
    words: list[tuple[str, str]] = []
    begun = 1
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        cells = line.split("\t") if "\t" in line else line.split()
        if line.startswith("-DOCSTART-") or not any(cell.strip() for cell in cells):
            if words:
                rows.append((begun, tuple(list(column) for column in zip(*words, strict=True))))
            words, begun = [], number + 1
        elif not line.startswith("# "):
            words.append((cells[0], cells[-1].strip()))
    return Sheet(path.name, ("tokens", "tags"), tuple(rows), (), notes)


def _parquet(path: Path) -> Sheet:
    import pyarrow  # here: other tables need not wait for it
    import pyarrow.parquet

    try:
        held = pyarrow.parquet.read_table(path)
        names = held.column_names
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            "D113", "not a Parquet file", "save it again", printable(path), printable(error)
        ) from error
    cells = [_listed(column) for column in held.columns]
    every = tuple(enumerate(zip(*cells, strict=True), start=1))
    rows = tuple((number, row) for number, row in every if not any(c is _BROKEN for c in row))
    there = {number for number, _ in rows}
    problems = tuple(
        Problem("D168", "unreadable", path.name, "a text is not UTF-8; left out", number)
        for number, _ in every
        if number not in there
    )
    return Sheet(path.name, tuple(map(str, names)), rows, problems)


_BROKEN = object()
"""In the place of a cell whose text is none."""


def _listed(column: Any) -> list[object]:
    """Every cell; only where one is broken are they read one by one."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [_cell(cell) for cell in column]


def _cell(cell: Any) -> object:
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return _BROKEN


def _sheet(
    path: Path,
    found: Sequence[tuple[int, dict[str, object]]],
    problems: Sequence[Problem],
    notes: tuple[str, ...],
) -> Sheet:
    columns = tuple(dict.fromkeys(name for _, held in found for name in held))
    rows = tuple((number, tuple(held.get(name) for name in columns)) for number, held in found)
    return Sheet(path.name, columns, rows, tuple(problems), notes)
