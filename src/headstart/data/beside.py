"""Tables beside class folders that label the same files."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from headstart.data.column_names import LABELS, plain
from headstart.data.found import Found
from headstart.data.tables import Sheet, missing, read_sheet
from headstart.errors import DataError
from headstart.hostile import printable

_MOST = 0.5
"""Share of the files that a table names, from which it is about them."""
_AGREE = 0.95
"""Share of a folder's files with the same label of the table, from which the two say the same."""


def labeling(tables: Sequence[Path], files: Sequence[Path]) -> Path | None:
    """The first table that names most of these files and has a column that is called as labels are.

    None where there is no such table.
    """
    return next((table for table in tables if _labels_in(table, files)), None)


def numbered(names: Sequence[str]) -> bool:
    """Whether names of folders are alike but for a number, as parts of one download are.

    >>> numbered(["images_part_1", "images_part_2"]), numbered(["0", "1"])
    (True, False)
    """
    alike = {re.sub(r"\d+", "", name) for name in names}
    return len(names) > 1 and len(alike) == 1 and any(c.isalpha() for c in alike.pop())


def need_agreement(found: Found, table: Path) -> None:
    """Raise `DataError` where a table gives files of one folder several labels.

    Labels of a table that only call the classes otherwise, 0 for cat, agree.
    """
    examples = found.examples
    files = [source for source in examples.sources if isinstance(source, Path)]
    column, labels = _labels_in(table, files) or ("", {})
    by_folder: dict[str, Counter[str]] = defaultdict(Counter)
    for row, source in enumerate(examples.sources):
        if isinstance(source, Path) and source.stem in labels:
            by_folder[examples.truth.written(row)][labels[source.stem]] += 1
    odd = [
        name
        for name, often in by_folder.items()
        if max(often.values()) < _AGREE * sum(often.values())
    ]
    if odd:
        shown = ", ".join(printable(label, 40) for label, _ in by_folder[odd[0]].most_common(4))
        raise DataError(
            "D330",
            f"column {printable(column)} of {printable(table.name)} labels the files in these "
            "folders otherwise than the folders do",
            f"--label {printable(column)} takes the table's labels, --label - the folders'",
            printable(table.parent),
            f"files in {printable(odd[0])} are {shown}",
        )


def _labels_in(table: Path, files: Sequence[Path]) -> tuple[str, dict[str, str]] | None:
    """The column with labels, and the label of each file that a table names, by its stem."""
    try:
        sheet = read_sheet(table)
    except DataError:
        return None
    called = [i for i, name in enumerate(sheet.columns) if plain(name) in LABELS]
    often = Counter(file.stem for file in files)
    stems = {stem for stem, count in often.items() if count == 1}  # a/1.jpg is not b/1.jpg
    for i in range(len(sheet.columns)) if called else ():
        if i in called:
            continue
        own = _named(sheet, i, called[0])
        named = {stem: label for stem, label in own.items() if stem in stems}
        if len(named) > _MOST * len(files):
            return sheet.columns[called[0]], named
    return None


def _named(sheet: Sheet, column: int, label: int) -> dict[str, str]:
    """The label of each thing that a column names, by its name without folders and ending."""
    return {
        PurePosixPath(str(cells[column]).replace("\\", "/")).stem: str(cells[label])
        for _, cells in sheet.rows
        if not missing(cells[column]) and not missing(cells[label])
    }
