"""Which columns of a table name files: most of their cells do, each another one."""

import os
import re
from collections.abc import Sequence

from headstart.data.shelter import Shelter
from headstart.data.tables import Sheet

_SAMPLE = 200  # rows that are looked at to guess
_MOST = 0.5
_ENDING = re.compile(r"[^\s].*\.[A-Za-z][A-Za-z0-9]{1,5}\s*")
_UNLIKE = 0.9
"""Share of different cells from which a column may name files that lie elsewhere."""


def sample_of(sheet: Sheet, column: int) -> list[object]:
    """Cells of a column from all over the table."""
    return [cells[column] for _, cells in sheet.rows[:: max(1, len(sheet.rows) // _SAMPLE)]]


def paths_in(sheet: Sheet, free: Sequence[int], shelter: Shelter) -> list[int]:
    """The columns that name files which are there, or hold things themselves, the fullest first.

    A word that happens to be a file's name makes no such column: neither one cell of a hundred,
    nor one label of two.
    """
    share = {}
    for i in free:
        cells = sample_of(sheet, i)
        named = [cell for cell in cells if shelter.names_source(cell)]
        if named and (_written_as_paths(cells) or _different(named, cells)):
            share[i] = len(named) / len(cells)
    most = [i for i in share if share[i] > _MOST]
    return sorted(most or share, key=lambda i: -share[i])


def moved_in(
    sheet: Sheet, free: Sequence[int], called: Sequence[int], shelter: Shelter
) -> list[int]:
    """The columns whose cells name files in other folders, or without their endings."""
    share = {}
    for i in free:
        cells = sample_of(sheet, i)
        named = [cell for cell in cells if shelter.names_elsewhere(cell)]
        if i in called or len(set(map(str, named))) >= _UNLIKE * len(cells):
            share[i] = len(named) / len(cells)
    most = [i for i in share if share[i] > _MOST]
    return sorted(most, key=lambda i: -share[i])


def _written_as_paths(cells: Sequence[object]) -> bool:
    """Whether most cells are things in memory, or end as names of files do."""
    texts = [os.fspath(cell) for cell in cells if isinstance(cell, str | os.PathLike)]
    ended = sum(_ENDING.fullmatch(str(text)) is not None for text in texts)
    held = sum(not isinstance(cell, str | int | float | None) for cell in cells)
    return ended + held > _MOST * len(cells)


def _different(named: Sequence[object], cells: Sequence[object]) -> bool:
    """Whether most cells are names of files, and these are not a few again and again."""
    many = len(set(map(str, named))) > max(1, len(named) // 4)
    return len(named) > _MOST * len(cells) and many
