"""Tables without names on top: a first line that is an example, and lines of a label and a text."""

import re
from collections.abc import Sequence
from dataclasses import replace

from headstart.data.column_names import KNOWN, plain
from headstart.data.path_columns import sample_of
from headstart.data.shelter import Shelter
from headstart.data.tables import Row, Sheet
from headstart.data.unknown_columns import WORDS, words_in_cells

_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
_FASTTEXT = re.compile(r"((?:__label__\S+\s+)+)(\S.*)", re.DOTALL)
_LISTED = re.compile(r"(\S.*?)\s+(\S+)", re.DOTALL)
"""A file's path and its label, as lists of pictures have them."""


def with_names(sheet: Sheet, shelter: Shelter, told: Sequence[str] = ()) -> Sheet:
    """The same with names for the columns where the first line is an example, as it is told.

    Columns are then called column 1, column 2, and so on; of lines such as fastText's and of lists
    of pictures, label and text or path. Where one of the names `told` is on top, or one that such
    columns have, the first line holds names.
    """
    if not sheet.name.casefold().endswith(_ENDINGS):
        return sheet
    if len(sheet.columns) == 1:
        return _fasttext(sheet) or _listed(sheet, shelter) or sheet
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


def _fasttext(sheet: Sheet) -> Sheet | None:
    """Labels and texts of lines that begin with __label__; None where not all do."""
    lines = [sheet.columns[0], *(str(cell) for cell in sheet.cells(0))]
    found = [_FASTTEXT.fullmatch(line.strip()) for line in lines]
    cells = [(_labels(one[1]), one[2]) for one in found if one]
    if len(cells) < len(lines):
        return None
    return _told(sheet, ("label", "text"), cells, "begins with __label__")


def _labels(written: str) -> str:
    return ";".join(one.removeprefix("__label__") for one in written.split())


def _listed(sheet: Sheet, shelter: Shelter) -> Sheet | None:
    """Paths and labels of lines that are a path, blanks and a word; None where one is not."""
    lines = [sheet.columns[0], *(str(cell) for cell in sheet.cells(0))]
    found = [_LISTED.fullmatch(line.strip()) for line in lines]
    cells = [(one[1], one[2]) for one in found if one]
    if len(cells) < len(lines) or not shelter.names_source(cells[0][0]):
        return None
    return _told(sheet, ("path", "label"), cells, "is a path, blanks and a label")


def _told(
    sheet: Sheet, names: tuple[str, str], cells: Sequence[tuple[str, str]], what: str
) -> Sheet:
    numbers = [_above(sheet, ())[0], *(number for number, _ in sheet.rows)]
    rows = tuple(zip(numbers, cells, strict=True))
    notes = (*sheet.notes, f"{sheet.name}: each line {what}")
    return replace(sheet, columns=names, rows=rows, notes=notes)
