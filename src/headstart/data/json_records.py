"""Rows of a JSON document, in the shapes in which programs write tables."""

import json
from collections.abc import Mapping, Sequence

Records = list[tuple[int, dict[str, object]]]
"""Rows with their number, from 1."""
_LISTS = ("data", "rows", "records", "examples", "items", "results", "instances")


def records_in(text: str) -> Records:
    """The rows of one JSON document; none where it is no table.

    A list of objects; an object of equal columns, as lists or by the number of the row; columns and
    lists of cells; or an object that holds one of these. Raises `ValueError` for what is no JSON.

    >>> records_in('{"text": {"0": "a", "1": "b"}}')
    [(1, {'text': 'a'}), (2, {'text': 'b'})]
    """
    return _records(json.loads(text), depth=0)


def _records(held: object, depth: int) -> Records:
    if isinstance(held, list):
        rows = [row for row in held if isinstance(row, dict)]
        rows = [_flat(row) for row in rows]
        return list(enumerate(rows, start=1)) if len(rows) == len(held) else []
    if not isinstance(held, dict):
        return []
    if isinstance(names := held.get("columns"), list) and isinstance(held.get("data"), list):
        rows = [dict(zip(map(str, names), cells, strict=False)) for cells in held["data"]]
        return list(enumerate(rows, start=1))
    if depth < 2:
        named = [held[name] for name in _LISTS if name in held]
        lists = named or [one for one in held.values() if isinstance(one, list)][:1]
        for one in lists:
            if found := _records(one, depth + 1):
                return found
    return _columns(held)


def _flat(row: dict[str, object]) -> dict[str, object]:
    """A row whose cells are within `fields` or `row`, as some programs export it."""
    for name in ("fields", "row"):
        inside = row.get(name)
        if isinstance(inside, dict) and len(row) <= 4:
            return inside
    return row


def _columns(held: Mapping[str, object]) -> Records:
    """Of columns that are lists, or objects by the row's name, of equal length."""
    columns: dict[str, Sequence[object]] = {}
    for name, cells in held.items():
        if isinstance(cells, dict):
            columns[name] = list(cells.values())
        elif isinstance(cells, list):
            columns[name] = cells
    sizes = {len(cells) for cells in columns.values()}
    if len(columns) != len(held) or len(sizes) != 1:
        return []
    rows = zip(*columns.values(), strict=True)
    return [(i, dict(zip(columns, row, strict=True))) for i, row in enumerate(rows, start=1)]
