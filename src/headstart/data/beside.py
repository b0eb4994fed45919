"""Tables beside class folders that label the same files."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Labeling:
    """What a table beside folders says of their files."""

    table: Path
    column: str
    labels: Mapping[str, str]
    """By the name of each file without folders and ending."""


def labeling(tables: Sequence[Path], files: Sequence[Path]) -> Labeling | None:
    """What the first table says that names most of these files and has a column called as labels
    are; None where there is no such table.
    """  # noqa: D205 - one sentence
    return next(filter(None, (_labeling(table, files) for table in tables)), None)


def numbered(names: Sequence[str]) -> bool:
    """Whether names of folders are alike but for a number, as parts of one download are.

    >>> numbered(["images_part_1", "images_part_2"]), numbered(["0", "1"])
    (True, False)
    """
    alike = {re.sub(r"\d+", "", name) for name in names}
    return len(names) > 1 and len(alike) == 1 and any(c.isalpha() for c in alike.pop())


def same_classes(found: Found, told: Labeling) -> bool:
    """Whether a table has a label of its own for each folder, and gives it to nearly all files."""
    often = _by_folder(found, told).values()
    first = {one.most_common(1)[0][0] for one in often}
    return all(map(_agree, often)) and len(first) == len(often)


def need_agreement(found: Found, told: Labeling) -> None:
    """Raise `DataError` where a table gives files of one folder several labels.

    Labels of a table that only call the classes otherwise, 0 for cat, agree.
    """
    by_folder = _by_folder(found, told)
    odd = [name for name, often in by_folder.items() if not _agree(often)]
    if odd:
        shown = ", ".join(printable(label, 40) for label, _ in by_folder[odd[0]].most_common(4))
        column = printable(told.column)
        raise DataError(
            "D330",
            f"column {column} of {printable(told.table.name)} labels the files in these folders "
            "otherwise than the folders do",
            f"--label {column} takes the table's labels, --label - the folders'",
            printable(told.table.parent),
            f"files in {printable(odd[0])} are {shown}",
        )


def _by_folder(found: Found, told: Labeling) -> dict[str, Counter[str]]:
    """How often the files of each class have each label of a table."""
    examples = found.examples
    often: dict[str, Counter[str]] = defaultdict(Counter)
    for row, source in enumerate(examples.sources):
        if isinstance(source, Path) and source.stem in told.labels:
            often[examples.truth.written(row)][told.labels[source.stem]] += 1
    return often


def _agree(often: Counter[str]) -> bool:
    return max(often.values()) >= _AGREE * often.total()


def _labeling(table: Path, files: Sequence[Path]) -> Labeling | None:
    try:
        sheet = read_sheet(table)
    except DataError:
        return None
    names = [plain(name) for name in sheet.columns]
    called = [i for i, name in enumerate(names) if name in LABELS and not _is_place(name, names)]
    often = Counter(file.stem for file in files)
    stems = {stem for stem, count in often.items() if count == 1}  # a/1.jpg is not b/1.jpg
    for i in range(len(names)) if called else ():
        if i in called:
            continue
        own = _named(sheet, i, called[0])
        named = {stem: label for stem, label in own.items() if stem in stems}
        if len(named) > _MOST * len(files):
            return Labeling(table, sheet.columns[called[0]], named)
    return None


def _is_place(name: str, names: Sequence[str]) -> bool:
    """Whether a column holds places in a picture: y beside x is no label."""
    return name == "y" and "x" in names


def _named(sheet: Sheet, column: int, label: int) -> dict[str, str]:
    """The label of each thing that a column names, by its name without folders and ending."""
    return {
        PurePosixPath(str(cells[column]).replace("\\", "/")).stem: str(cells[label])
        for _, cells in sheet.rows
        if not missing(cells[column]) and not missing(cells[label])
    }
