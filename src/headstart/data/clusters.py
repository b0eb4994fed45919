"""Rows that hang together, directly or through others."""

from collections import defaultdict
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


def cluster_names(
    rows: Sequence[int], groups: Sequence[str], alike: Iterable[Sequence[int]]
) -> tuple[str, ...]:
    """Name for each row what it shares with others: its group, or the near duplicates it is among.

    Groups that near duplicates join are one. Empty where each row stands alone.

    >>> cluster_names([4, 5, 6, 7], (), [[1, 5, 6]])
    ('#4', '#5', '#5', '#7')
    """
    asked, members = set(rows), defaultdict[str, list[int]](list)
    for row in rows if groups else ():
        if groups[row]:
            members[groups[row]].append(row)
    sets = [[row for row in some if row in asked] for some in alike]
    found = clusters([*filter(None, sets), *members.values()])
    first = {row: some[0] for some in found for row in some}
    return tuple(f"#{first.get(row, row)}" for row in rows) if found else ()


def count_once(rows: Sequence[int], alike: Iterable[Sequence[int]]) -> int:
    """How many of these rows there are where near duplicates count once.

    >>> count_once([4, 5, 6, 7], [[1, 5, 6]])
    3
    """
    asked = set(rows)
    return len(rows) - sum(max(0, len(asked.intersection(some)) - 1) for some in alike)


def _top(above: dict[int, int], row: int) -> int:
    while above[row] != row:
        above[row] = row = above[above[row]]  # halves the path
    return row
