"""What is said where no column is clearly the one with the files, texts or labels."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from headstart.data.column_names import LABELS, SOURCES, TARGETS, plain
from headstart.data.path_columns import sample_of
from headstart.data.shelter import Shelter
from headstart.data.sounds import ENDINGS
from headstart.data.tables import Sheet, missing
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.task_names import LabelForm, task_of

WORDS = 4
"""Words a cell on average from which a column is texts, whatever it is called."""
_NAMELESS = re.compile(r"(column|col|field|var|unnamed|[cvxf])?[ _:]*\d+", re.IGNORECASE)
"""A name that says nothing, as programs give them."""


def unknown(sheet: Sheet, what: str, option: str, shelter: Shelter) -> DataError:
    """That no column is clearly the one with what is asked for, and the flags that likely mend it.

    `option` is path, text or label; `shelter` knows the files that cells name. Columns of
    addresses have an error of their own.
    """
    columns = range(len(sheet.columns)) if option == "path" else ()
    addresses = [sheet.columns[i] for i in columns if holds_addresses(sheet, i)]
    if addresses:
        return DataError(
            "D320",
            f"column {printable(addresses[0])} holds addresses, which are not opened",
            "download the files, and write their paths in place of the addresses",
            sheet.name,
        )
    other = " (or --text COLUMN)" if option == "path" else ""
    usual = f"--{option} COLUMN{other}, or a first line with names such as path,label"
    return DataError(
        "D107",
        f"no column is clearly the one with the {what}",
        _flags(sheet, shelter) or usual,
        sheet.name,
        f"columns: {listed(sheet.columns)}",
    )


def nameless_label(sheet: Sheet, free: Sequence[int]) -> int:
    """The one column of these that may hold labels, if its name says nothing; -1 for none."""
    found = [i for i in free if may_be_labels(sheet, i)]
    return found[0] if len(found) == 1 and _NAMELESS.fullmatch(sheet.columns[found[0]]) else -1


def holds_addresses(sheet: Sheet, column: int) -> bool:
    """Whether the first cells are all addresses on the web."""
    cells = sheet.cells(column)[:20]
    return all(str(cell).startswith(("http://", "https://")) for cell in cells)


def listed(columns: Sequence[str]) -> str:
    """Names of columns as they are told."""
    shown = [printable(name, limit=40) for name in columns[:20]]
    return ", ".join(shown) + (", …" if len(columns) > 20 else "")


def words_in_cells(cells: Sequence[object]) -> float:
    """How many words a cell has on average; 0 where cells are no strings, nor lists of words."""
    counts = [len(cell.split()) for cell in cells if isinstance(cell, str)]
    counts += [len(cell) for cell in cells if isinstance(cell, list | tuple | np.ndarray)]
    return sum(counts) / max(1, len(cells))


def _flags(sheet: Sheet, shelter: Shelter) -> str:
    """The flags that name columns as they look; empty where they look like nothing known."""
    columns = range(len(sheet.columns))
    texts = [i for i in columns if words_in_cells(sample_of(sheet, i)) >= WORDS]
    labels = [i for i in columns if i not in texts and may_be_labels(sheet, i)]
    sounds = [i for i in columns if _holds_sounds(sample_of(sheet, i), shelter)]
    if sounds and texts:
        said = f"--task {task_of(LabelForm.TRANSCRIPT)} --path {_quoted(sheet, sounds[0])}"
        return f"{said} --label {_quoted(sheet, texts[-1])} if this is what is said"
    pair = texts if len(texts) == 2 and not labels else _called_so(sheet)
    if pair:
        source, target = _ordered(sheet, pair)
        asked = f"--task {task_of(LabelForm.TEXT)} --text {_quoted(sheet, source)}"
        return f"{asked} --label {_quoted(sheet, target)} if one is to be written from the other"
    if len(texts) == len(sheet.columns) == 1:
        return (
            f"--task {task_of(LabelForm.OWN_TEXT)} learns from texts alone; else add a column "
            "called label"
        )
    if not texts or not labels:
        return ""
    longest = max(texts, key=lambda i: words_in_cells(sample_of(sheet, i)))
    fewest = min(labels, key=lambda i: len(set(map(str, sheet.cells(i)))))
    count = len({str(cell) for cell in sheet.cells(fewest) if not missing(cell)})
    asked = f"--text {_quoted(sheet, longest)} --label {_quoted(sheet, fewest)}"
    return f"{asked} (it has {count:,} different cells), or others of these columns"


def _called_so(sheet: Sheet) -> list[int]:
    """Two columns called as a text and one that is written from it; empty for others."""
    names = [plain(name) for name in sheet.columns]
    first = [i for i, name in enumerate(names) if name in SOURCES and name not in TARGETS]
    second = [
        i for i, name in enumerate(names) if name in TARGETS and name not in (*SOURCES, *LABELS)
    ]
    second = second or [i for i, name in enumerate(names) if name == "target" and "source" in names]
    return [first[0], second[0]] if first and second else []


def _ordered(sheet: Sheet, pair: Sequence[int]) -> Sequence[int]:
    """Two columns of texts, the one to start from first."""
    first, second = (plain(sheet.columns[i]) for i in pair)
    turned = (first in TARGETS and first not in SOURCES) or (
        second in SOURCES and second not in TARGETS
    )
    return pair[::-1] if turned else pair


def may_be_labels(sheet: Sheet, column: int) -> bool:
    """Whether a column has several different cells, each twice on average."""
    cells = [str(cell) for cell in sheet.cells(column) if not missing(cell)]
    return 2 <= len(set(cells)) <= len(cells) / 2


def _holds_sounds(cells: Sequence[object], shelter: Shelter) -> bool:
    """Whether most cells name recordings, wherever these are."""
    found = 0
    for cell in map(str, cells):
        try:
            name = str(shelter.elsewhere(cell))
        except OSError:
            name = cell
        found += Path(name).suffix.casefold() in ENDINGS
    return 2 * found > len(cells)


def _quoted(sheet: Sheet, column: int) -> str:
    name = printable(sheet.columns[column], 40)
    return name if re.fullmatch(r"[\w.-]+", name) else f'"{name}"'
