"""Tables without names on top: a first line that is an example, and lists of files and labels."""

import re
from collections.abc import Sequence
from dataclasses import replace

from headstart.data.column_names import KNOWN, plain
from headstart.data.labeled_lines import labeled_paths
from headstart.data.path_columns import sample_of
from headstart.data.shelter import Shelter
from headstart.data.tables import Row, Sheet
from headstart.data.unknown_columns import WORDS, words_in_cells

_ENDINGS = (".csv", ".tsv", ".tab", ".txt")


def with_names(sheet: Sheet, shelter: Shelter, told: Sequence[str] = ()) -> Sheet:
    """The same with names for the columns where the first line is an example, as it is told.

    Columns are then called column 1, column 2, and so on; of lists of pictures, path and label.
    Where one of the names `told` is on top, or one that such columns have, the first line holds
    names.
    """
    if not sheet.name.casefold().endswith(_ENDINGS):
        return sheet
    if len(sheet.columns) == 1:
        return _listed(sheet, shelter) or sheet
    known = {*KNOWN, *(plain(name) for name in told if name)}
    if any(plain(name) in known for name in sheet.columns):
        return sheet
    if not _first_is_an_example(sheet, shelter):
        return sheet
    names = tuple(f"column {i}" for i in range(1, len(sheet.columns) + 1))
    first = tuple(
        "" if name == own else name for name, own in zip(sheet.columns, names, strict=True)
    )
    note = (
        f"{sheet.name}: the first line is an example, so the columns are called {names[0]} to "
        f"{names[-1]}"
    )
    return replace(
        sheet, columns=names, rows=(_above(sheet, first), *sheet.rows), notes=(*sheet.notes, note)
    )


def _above(sheet: Sheet, cells: tuple[object, ...]) -> Row:
    """The first line as a row."""
    return max(1, sheet.rows[0][0] - 1), cells


def _first_is_an_example(sheet: Sheet, shelter: Shelter) -> bool:
    """Whether the names name a file, or are a text beside a label or number as others have."""
    columns = range(len(sheet.columns))
    if any(shelter.names_source(sheet.columns[i]) for i in columns):
        return True
    long = [i for i in columns if len(sheet.columns[i].split()) >= WORDS]
    texts = [i for i in long if words_in_cells(sample_of(sheet, i)) >= WORDS]
    others = [i for i in columns if i not in texts]
    return bool(texts) and any(
        _is_number(sheet.columns[i], sample_of(sheet, i))
        or sheet.columns[i] in {str(cell) for cell in sheet.cells(i)}
        or shelter.names_elsewhere(sheet.columns[i])
        for i in others
    )


def _is_number(name: str, cells: Sequence[object]) -> bool:
    """Whether a name is a number as the cells below it are, and not far from these."""
    texts = [str(cell).strip() for cell in (name, *cells)]
    if not all(re.fullmatch(r"[-+]?\d+(\.\d+)?", text) for text in texts):
        return False
    first, *others = map(float, texts)
    low, high = min(others), max(others)
    return 2 * low - high <= first <= 2 * high - low


def _listed(sheet: Sheet, shelter: Shelter) -> Sheet | None:
    """Paths and labels of lines that are a path, blanks and a word; None where most are not."""
    lines = [(number, str(cells[0])) for number, cells in sheet.rows]
    lines = [(_above(sheet, ())[0], sheet.columns[0]), *lines]
    if not (found := labeled_paths(lines, sheet.name, shelter.names_source)):
        return None
    rows, odd = found
    notes = (*sheet.notes, f"{sheet.name}: read as lines of a path, blanks and a label")
    problems = (*sheet.problems, *odd)
    names = ("path", "label")
    return replace(sheet, columns=names, rows=tuple(rows), problems=problems, notes=notes)
