"""Reads tables of examples: a column of paths or texts, and a column of labels."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from headstart.counting import counted
from headstart.data.column_settings import GUESS, Columns
from headstart.data.columns import NO_COLUMN, Chosen, choose, guess_path, place_of
from headstart.data.encodings import TEXT_FILES, are_texts
from headstart.data.examples import InMemory, Pair, Source, Span
from headstart.data.found import Found
from headstart.data.headless import with_names
from headstart.data.label_cells import with_lists
from headstart.data.labels import label_of
from headstart.data.part_names import part_in
from headstart.data.problem import Problem
from headstart.data.records import Gathering, Record, gather
from headstart.data.shelter import Shelter
from headstart.data.spans import span_of
from headstart.data.split_columns import Parts
from headstart.data.tables import SENTENCES, Sheet, missing, read_sheet
from headstart.data.tag_columns import with_tags
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.task_names import LabelForm, form_of, task_of


def read_manifest(path: Path, columns: Columns, shelter: Shelter) -> Found:
    """One table with all examples. Raises `DataError`."""
    columns = asked_by_kind(path, columns)
    sheet, shelter = read_sheet(path), replace(shelter, part=part_in(path.stem))
    sheet, columns, chosen, notes = understood(sheet, columns, shelter)
    records, problems = records_of(sheet, chosen, shelter, columns)
    split = printable(sheet.columns[chosen.split]) if chosen.split != NO_COLUMN else ""
    origin = origin_of(path, shelter, f"column {split}")
    notes = (*sheet.notes, *notes, *shelter.notes(path.name))
    found = gather(records, origin, [*sheet.problems, *problems], notes)
    return holding(meaning(found, columns), chosen)


def understood(
    sheet: Sheet, columns: Columns, shelter: Shelter
) -> tuple[Sheet, Columns, Chosen, tuple[str, ...]]:
    """The table with lists of tags as lists, the task that these leave no doubt of, the places of
    its columns, and what was guessed. Raises `DataError`.
    """  # noqa: D205 - one sentence
    sheet = with_names(sheet, shelter, columns.given_names)
    if form_of(columns.task) in (None, LabelForm.TAGS):
        sheet, columns = with_tags(sheet, columns)
    chosen, notes = choose(sheet, columns, shelter)
    if form_of(columns.task) not in (None, LabelForm.TAGS, LabelForm.CLASS):
        return sheet, columns, chosen, notes
    sheet, many = with_lists(sheet, chosen.label, columns.task)
    if many and not columns.task:
        columns = replace(columns, task=task_of(LabelForm.TAGS))
    return sheet, columns, chosen, notes


def asked_by_kind(path: Path, columns: Columns) -> Columns:
    """`columns` with the task that the type of the file implies."""
    sure = path.suffix.casefold() in SENTENCES and not columns.task
    return replace(columns, task=task_of(LabelForm.WORD_TAGS)) if sure else columns


def meaning(found: Found, columns: Columns) -> Found:
    """What was found, with the task that the table's cells imply."""
    if form_of(columns.task) not in (LabelForm.WORD_TAGS, LabelForm.TAGS):
        return found
    return replace(found, examples=replace(found.examples, kind=columns.task))


def holding(found: Found, chosen: Chosen) -> Found:
    """What was found, with the modality and kind of its examples."""
    sources = found.examples.sources
    files = [source for source in sources if isinstance(source, Path)]
    read = sum(file.suffix.casefold() in TEXT_FILES for file in files)
    texts = chosen.text != NO_COLUMN or 2 * read > len(sources)
    texts = texts or (bool(files) and 2 * len(files) > len(sources) and are_texts(files))
    return found.of_texts() if texts else found


def records_of(
    sheet: Sheet, chosen: Chosen, shelter: Shelter, columns: Columns = GUESS
) -> tuple[list[Record], list[Problem]]:
    """A record for each row that has an existing example and a label. Raises `DataError`.

    Where labels are lists of tags, an empty cell is an empty list.
    """
    reading = _Reading(
        sheet, chosen, shelter, form_of(columns.task), Parts(sheet, chosen.split, columns.parts)
    )
    for number, cells in sheet.rows:
        reading.row(number, cells)
    if reading.lost and not reading.records:
        raise _none_there(reading)
    return reading.records, reading.problems


def _none_there(reading: "_Reading") -> DataError:
    name, folder = reading.sheet.name, printable(reading.shelter.folder)
    shown = ", ".join(f"{printable(n)} ({why})" for n, why in list(reading.lost.items())[:3])
    if any(why.startswith("fits") for why in reading.lost.values()):
        fix = f"write paths with folder and ending into {name}, from {folder} on"
        return DataError("D284", f"what {name} names fits several files", fix, folder, shown)
    return DataError(
        "D115",
        f"none of {counted(len(reading.lost), 'file')} that {name} names is there",
        "--path COLUMN, or move the table to where its paths start",
        folder,
        ", ".join(map(printable, list(reading.lost)[:3])),
    )


def join(found: Found, path: Path, columns: Columns, shelter: Shelter) -> Found:
    """Split and group of a table for examples that folders have labeled already.

    Only the columns that `columns` names are used. Files that the table does not name belong to
    no group; where it assigns the parts, they are passed over. Raises `DataError`.
    """
    sheet, examples = read_sheet(path), found.examples
    split, group = _told(sheet, columns.split), _told(sheet, columns.group)
    rows, parts = _rows_by_file(sheet, shelter), Parts(sheet, split, columns.parts)
    records: list[Record] = []
    problems = [*found.problems, *sheet.problems]
    for i, source in enumerate(examples.sources):
        row = rows.get(str(source))
        if row is None and split != NO_COLUMN:
            why = f"{sheet.name} does not say which part it belongs to"
            problems.append(Problem("D154", "ignored", examples.name(i), why))
            continue
        own = "" if row is None else group_of(row[1], group)
        part = examples.parts[i] if examples.parts else ""
        part = parts.of(*row) if row and split != NO_COLUMN else part
        records.append(Record(source, examples.truth.written(i), part, own))
    by = "folders" if split == NO_COLUMN else f"column {printable(columns.split)}"
    origin = Gathering(found.layout, printable(path), examples.root, by)
    alone = sum(str(source) not in rows for source in examples.sources)
    notes = [f"{', '.join(columns.given_names)} from {sheet.name}"]
    notes += [f"{counted(alone, 'file is', 'files are')} not in {sheet.name}"] if alone else []
    return gather(records, origin, problems, [*notes, *sheet.notes, *found.notes])


def group_of(cells: tuple[object, ...], column: int) -> str:
    """The group of a row; empty where it has none."""
    return "" if column == NO_COLUMN or missing(cells[column]) else str(cells[column])


@dataclass(frozen=True)
class _Reading:
    """One pass over the rows of a table."""

    sheet: Sheet
    chosen: Chosen
    shelter: Shelter
    form: LabelForm | None
    """The form of labels: among lists of tags an empty cell is a label."""
    parts: "Parts"
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)
    """Missing files, and the reason for each."""
    first: dict[str, tuple[int, Record]] = field(default_factory=dict)

    def row(self, number: int, cells: tuple[object, ...]) -> None:
        cell, label = cells[self.place], cells[self.chosen.label]
        if lacks := self.lacking(cells):
            self.report("D155", "unreadable", f"row {number}", lacks, number)
            return
        try:
            source = self.source(cell, number, cells)
        except OSError as error:
            why = self.lost[str(cell)] = printable(error.strerror or error)
            self.report("D156", "unreadable", str(cell), f"cannot be opened: {why}", number)
            return
        if missing(label) and self.form is not LabelForm.TAGS:
            self.report("D157", "label", _called(source), "has no label; passed over", number)
            return
        own = "" if missing(label) else label_of(label)
        if self.form is LabelForm.WORD_TAGS:
            own = " ".join(_words(label))
        part = self.parts.of(number, cells)
        group = group_of(cells, self.chosen.group)
        if self.chosen.start == NO_COLUMN or not isinstance(source, Path):
            self.keep(number, Record(source, own, part, group))
        elif span := span_of(*(cells[place] for place in (self.chosen.start, self.chosen.end))):
            piece = InMemory(f"{source.name}, {span[0]:g} to {span[1]:g} s", Span(source, *span))
            # parts of one recording stay together
            self.keep(number, Record(piece, own, part, group or str(source)))
        else:
            why = "start and end name no part of the recording; passed over"
            self.report("D165", "label", str(source), why, number)

    def lacking(self, cells: tuple[object, ...]) -> str:
        """What a row lacks to be an example; empty where it is complete."""
        if missing(cells[self.place]):
            return "has no text" if self.chosen.path == NO_COLUMN else "names no file"
        if self.chosen.second != NO_COLUMN and missing(cells[self.chosen.second]):
            return "has no second text"
        return ""

    @property
    def place(self) -> int:
        """The column with the examples."""
        return self.chosen.path if self.chosen.path != NO_COLUMN else self.chosen.text

    def source(self, cell: object, number: int, cells: tuple[object, ...]) -> Source:
        """The file that the cell names, its text, or a pair of texts."""
        if self.chosen.path == NO_COLUMN and self.chosen.second != NO_COLUMN:
            both = Pair(str(cell), str(cells[self.chosen.second]))
            return InMemory(f"{self.sheet.name}, row {number}", both)
        if self.chosen.path == NO_COLUMN:
            text = " ".join(_words(cell)) if self.form is LabelForm.WORD_TAGS else str(cell)
            return InMemory(f"{self.sheet.name}, row {number}", text)
        return self.shelter.source(cell, number)

    def keep(self, number: int, record: Record) -> None:
        """Add the record, unless its file has one."""
        if isinstance(record.source, InMemory):
            self.records.append(record)
            return
        before, first = self.first.setdefault(str(record.source), (number, record))
        if first is record:
            self.records.append(record)
            return
        kind = "duplicate" if first.label == record.label else "label"
        kind = kind if first.part == record.part else "leak"
        why = f"row {before} names it already as {first.label!r} {first.part}".rstrip()
        why += f", this one as {record.label!r} {record.part}".rstrip()
        self.report("D158", kind, str(record.source), f"{why}; only row {before} is used", number)

    def report(self, code: str, kind: str, name: str, reason: str, row: int) -> None:
        self.problems.append(Problem(code, kind, name, reason, row))


def _words(cell: object) -> list[str]:
    """The words of a list, or of a text split at white space."""
    many = isinstance(cell, list | tuple | np.ndarray)
    words = list(cell) if many else str(cell).split()  # type: ignore[call-overload]
    return ["_".join(str(word).split()) or "_" for word in words]


def _rows_by_file(sheet: Sheet, shelter: Shelter) -> dict[str, tuple[int, tuple[object, ...]]]:
    """The first row of each existing file, with its line number."""
    column = guess_path(sheet, Chosen(), shelter)
    rows: dict[str, tuple[int, tuple[object, ...]]] = {}
    for number, cells in sheet.rows:
        cell = cells[column]
        if isinstance(cell, str | int) and (
            shelter.names_source(cell) or shelter.names_elsewhere(cell)
        ):
            rows.setdefault(str(shelter.source(cell, number)), (number, cells))
    return rows


def _told(sheet: Sheet, name: str) -> int:
    return NO_COLUMN if name in ("", "-") else place_of(sheet, name)


def _called(source: Source) -> str:
    return source.name if isinstance(source, InMemory) else str(source)


def origin_of(path: Path, shelter: Shelter, split: str) -> Gathering:
    """What messages say of a table's records; `split` names the column of its parts."""
    fix = "name the column with the labels: --label COLUMN"
    return Gathering("table", printable(path), shelter.folder, split, fix)
