"""Several tables of one set: a table for each part, in files or in memory."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from headstart.data.column_settings import Columns
from headstart.data.columns import NO_COLUMN, Chosen
from headstart.data.found import Found
from headstart.data.headless import with_names
from headstart.data.manifest import (
    asked_by_kind,
    holding,
    meaning,
    origin_of,
    records_of,
    understood,
)
from headstart.data.problem import Problem
from headstart.data.records import Gathering, Record, gather, with_part
from headstart.data.shelter import Shelter
from headstart.data.tables import Sheet, read_sheet
from headstart.errors import DataError
from headstart.hostile import printable


def read_parts(tables: Sequence[tuple[str, Path]], columns: Columns, shelter: Shelter) -> Found:
    """One table for each part: train.csv, test.csv. Raises `DataError`."""
    for _, path in tables:
        columns = asked_by_kind(path, columns)
    sheets = []
    for part, path in tables:
        own = replace(shelter, part=part, moved={})
        sheets.append((part, with_names(read_sheet(path), own, columns.given_names)))
    return found_in_sheets(sheets, columns, shelter, tables[0][1].parent)


def found_in_sheets(
    sheets: Sequence[tuple[str, Sheet]],
    columns: Columns,
    shelter: Shelter,
    place: Path | None = None,
) -> Found:
    """Examples of one table for each part, at a place or in memory. Raises `DataError`.

    Of one table alone the part may be empty: then a column says it.
    """
    records: list[Record] = []
    problems: list[Problem] = []
    notes: list[str] = []
    chosen, first, by = Chosen(), sheets[0][1].columns, "tables"
    for part, sheet in sheets:
        _need_alike(first, sheet)
        shelter = replace(shelter, part=part, moved={})
        read, columns, chosen, guessed = understood(sheet, columns, shelter)
        some, wrong = records_of(read, chosen, shelter, columns)
        records += with_part(some, part) if part else some
        problems += [*read.problems, *wrong]
        notes += [*read.notes, *guessed, *shelter.notes(sheet.name)]
        if not part and chosen.split != NO_COLUMN:
            by = f"column {printable(sheet.columns[chosen.split])}"
    origin = (
        origin_of(place, shelter, by)
        if place
        else Gathering(
            "memory", sheets[0][1].name, None, by, "name the column with the labels: label=COLUMN"
        )
    )
    found = gather(records, origin, problems, dict.fromkeys(notes))
    return holding(meaning(found, columns), chosen)


def _need_alike(first: Sequence[str], sheet: Sheet) -> None:
    """Raise `DataError` where tables of one set share less than two columns."""
    if len({*first} & {*sheet.columns}) < min(2, len(first)):
        raise DataError(
            "D288",
            f"{sheet.name} has other columns than the table before it",
            "give the table that you mean, or take the others out",
            sheet.name,
            f"{', '.join(map(printable, sheet.columns[:8]))}; before: "
            f"{', '.join(map(printable, first[:8]))}",
        )
