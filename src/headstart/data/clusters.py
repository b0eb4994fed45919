"""Rows that hang together, directly or through others."""

from collections.abc import Iterable, Sequence


def clusters(sets: Iterable[Sequence[int]]) -> list[tuple[int, ...]]:
    """Unite sets that share a row; clusters of two and more, each sorted, in order of first rows.

    >>> clusters([[1, 2], [5, 4], [2, 3], [7]])
    [(1, 2, 3), (4, 5)]
    """
    above: dict[int, int] = {}
    for some in sets:
        for row in some:
            above.setdefault(row, row)
            low, high = sorted((_top(above, some[0]), _top(above, row)))
            above[high] = low
    members: dict[int, list[int]] = {}
    for row in sorted(above):
        members.setdefault(_top(above, row), []).append(row)
    return [tuple(rows) for rows in members.values() if len(rows) > 1]


def _top(above: dict[int, int], row: int) -> int:
    while above[row] != row:
        above[row] = row = above[above[row]]  # halves the path
    return row
