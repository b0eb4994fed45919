"""Tables as rows of cells, whatever the program that saved them thought a table is."""

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from headstart.counting import counted
from headstart.data.class_labels import named_cells, names_beside, names_told
from headstart.data.dialects import Line
from headstart.data.encodings import decoded
from headstart.data.json_records import flat, records_in
from headstart.data.labeled_lines import MARK, labeled_texts
from headstart.data.problem import Problem
from headstart.data.separated import from_header, is_unit_row, separated, unit_row
from headstart.data.spreadsheets import cells_in
from headstart.errors import DataError
from headstart.hostile import printable

SENTENCES = frozenset({".conll", ".conll03", ".bio", ".iob", ".iob2"})
"""Files with a word and its tags a line, and an empty line between sentences."""
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
    """A CSV or TSV in any usual encoding and with any usual separator, JSON, Parquet, a workbook.

    Rows that do not fit the header become problems. Raises `DataError` for what is no table.
    """
    reader = {".parquet": _parquet, ".arrow": _parquet, ".json": _json, ".xlsx": _workbook}
    reader |= {".jsonl": _json_lines, ".ndjson": _json_lines, ".xlsm": _workbook}
    kind = path.suffix.casefold()
    sheet = _sentences(path) if kind in SENTENCES else reader.get(kind, _separated)(path)
    if not sheet.rows:
        raise DataError(
            "D110", "the table has no rows", "add a line for each example", printable(path),
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
    if found := labeled_texts(text, path.name):
        notes = (*notes, f"{path.name}: read as lines of fastText: {MARK}NAME and a text")
        return Sheet(path.name, ("label", "text"), tuple(found[0]), found[1], notes)
    usual = "\t" if path.suffix.casefold() in (".tsv", ".tab") else ","
    read = separated(text, path.name, usual)
    return Sheet(path.name, read.columns, read.rows, read.problems, (*notes, *read.notes))


def _decoded(path: Path) -> tuple[str, tuple[str, ...]]:
    try:
        text, guessed = decoded(path.read_bytes())
    except ValueError as error:
        raise DataError(
            "D112", "the table is not text", "save it again as UTF-8", printable(path),
            printable(error),
        ) from error  # fmt: skip
    return text, (f"{path.name} is not UTF-8; read as {guessed}",) if guessed else ()


def _json(path: Path) -> Sheet:
    """One document, or, where it is none, a document a line."""
    text, notes = _decoded(path)
    try:
        found = records_in(text)
    except (ValueError, RecursionError):
        lines = _json_lines(path)
        if lines.rows:
            return lines
        found = []
    if not found:
        raise DataError(
            "D287",
            "this JSON holds no table",
            'write a list of objects, [{"text": …, "label": …}, …], or one object a line (.jsonl)',
            printable(path),
            f"it begins with {printable(text[:40])}",
        )
    return _sheet(path, found, (), notes)


def _workbook(path: Path) -> Sheet:
    cells, told = cells_in(path)
    lines = [
        Line(number, tuple("" if cell is None else str(cell) for cell in row))
        for number, row in enumerate(cells, start=1)
    ]
    _, above = from_header(lines)
    if not cells:
        return Sheet(path.name, (), ())
    notes = [told]
    if above:
        shown = "; ".join(printable(" ".join(line.cells).strip(), limit=40) for line in above[:3])
        told = f"passed over {counted(len(above), 'line')} above the names ({shown})"
        notes += [f"{path.name}: {told}"]
    head = lines[len(above)].cells
    names = tuple(cell.strip() or f"column {i}" for i, cell in enumerate(head, 1))
    rows = tuple(
        (line.number, tuple(map(_whole, row)))
        for line, row in list(zip(lines, cells, strict=True))[len(above) + 1 :]
    )
    units = is_unit_row([cells for _, cells in rows])
    problems = (unit_row(path.name, rows[0][0]),) if units else ()
    return Sheet(path.name, names, rows[1:] if units else rows, problems, tuple(notes))


def _whole(cell: object) -> object:
    """Whole numbers as they are shown: workbooks hold them as fractions."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _json_lines(path: Path) -> Sheet:
    text, notes = _decoded(path)
    with contextlib.suppress(ValueError, RecursionError):
        if text.lstrip().startswith("[") and (rows := records_in(text)):
            return _sheet(path, rows, (), notes)
    found: list[tuple[int, dict[str, object]]] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() in ("", "[", "]"):
            continue
        try:
            held = json.loads(line.strip().removesuffix(","))  # as in a list of objects
        except (ValueError, RecursionError) as error:
            problems.append(Problem("D152", "unreadable", path.name, f"no JSON: {error}", number))
            continue
        if isinstance(held, dict):
            found.append((number, flat(held)))
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
        if path.suffix.casefold() == ".arrow":
            held = _arrow(path)
        else:
            held = pyarrow.parquet.read_table(path)
        names = tuple(map(str, held.column_names))
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            "D113", "not a Parquet file", "save it again", printable(path), printable(error)
        ) from error
    return _of_arrow(held, path.name, names, names_told(held.schema.metadata) or names_beside(path))


def sheet_of(held: Any, name: str) -> Sheet:
    """An Arrow table in memory, with names of classes where its metadata tell some."""
    names = tuple(map(str, held.column_names))
    return _of_arrow(held, name, names, names_told(held.schema.metadata))


def _of_arrow(
    held: Any, name: str, names: tuple[str, ...], told: Mapping[str, tuple[str, ...]]
) -> Sheet:
    cells, notes = _with_names(names, [_listed(column) for column in held.columns], told)
    every = tuple(enumerate(zip(*cells, strict=True), start=1))
    rows = tuple((number, row) for number, row in every if not any(c is _BROKEN for c in row))
    there = {number for number, _ in rows}
    problems = tuple(
        Problem("D168", "unreadable", name, "a text is not UTF-8; left out", number)
        for number, _ in every
        if number not in there
    )
    return Sheet(name, names, rows, problems, tuple(f"{name}: {n}" for n in notes))


def _arrow(path: Path) -> Any:
    import pyarrow

    try:
        return pyarrow.ipc.open_stream(path).read_all()
    except pyarrow.ArrowInvalid:
        return pyarrow.ipc.open_file(path).read_all()


def _with_names(
    names: Sequence[str], cells: list[list[object]], named: Mapping[str, tuple[str, ...]]
) -> tuple[list[list[object]], list[str]]:
    """Columns of numbers by the names that the metadata tell, and what is told of these."""
    notes = []
    for column, told in named.items():
        if column not in names or any(isinstance(cell, str) for cell in cells[names.index(column)]):
            continue
        at = names.index(column)
        cells[at], odd = named_cells(cells[at], told, printable(column))
        shown = ", ".join(printable(name, 40) for name in told[:4])
        notes.append(
            odd or f"the metadata name the classes of column {printable(column)} ({shown})"
        )
    return cells, notes


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
