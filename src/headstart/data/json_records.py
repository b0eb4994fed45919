"""Rows of a JSON document, in the shapes in which programs write tables."""

import json
from collections.abc import Mapping, Sequence

from headstart.data.column_names import LABELS, PATHS, TEXTS, plain
from headstart.data.part_names import part_in

Records = list[tuple[int, dict[str, object]]]
"""Rows with their number, from 1."""
_LEAST_NAMES = 4
"""From which names with a value each may be files with their labels, if these come again."""
_LISTS = ("data", "rows", "records", "examples", "items", "results", "instances")


def records_in(text: str) -> Records:
    """The rows of one JSON document; none where it is no table.

    A list of objects; an object of equal columns, as lists or by the number of the row; columns and
    lists of cells; an object for each row or each part, by its name; a label for each name of a
    file; or an object that holds one of these. Raises `ValueError` for what is no JSON.

    >>> records_in('{"text": {"0": "a", "1": "b"}}')
    [(1, {'text': 'a'}), (2, {'text': 'b'})]
    """
    return _records(json.loads(text), depth=0)


def _records(held: object, depth: int) -> Records:
    if isinstance(held, list):
        rows = [row for row in held if isinstance(row, dict)]
        rows = [flat(row) for row in rows]
        return list(enumerate(rows, start=1)) if len(rows) == len(held) else []
    if not isinstance(held, dict):
        return []
    names, cells = held.get("columns"), held.get("data")
    if isinstance(names, list) and isinstance(cells, list):
        rows = [dict(zip(map(str, names), row, strict=False)) for row in cells]
        return list(enumerate(rows, start=1))
    named = _of_parts(held) or _by_name(held) or _labels_by_name(held)
    return named or _inside(held, depth) or _columns(held)


def _inside(held: Mapping[str, object], depth: int) -> Records:
    """The rows of an object within, where these are a table."""
    if depth < 2:
        named = [held[name] for name in _LISTS if name in held]
        lists = named or [one for one in held.values() if isinstance(one, list)][:1]
        for one in lists:
            if found := _records(one, depth + 1):
                return found
    return []


def flat(row: dict[str, object]) -> dict[str, object]:
    """A row whose cells are within `fields` or `row`, as some programs export it."""
    if isinstance(row.get("data"), dict) and isinstance(row.get("annotations"), list):
        return {**row["data"], "label": _chosen(row["annotations"])}  # type: ignore[dict-item]
    for name in ("fields", "row"):
        inside = row.get(name)
        if isinstance(inside, dict) and len(row) <= 4:
            return inside
    return {name: _named(cell) if plain(name) in LABELS else cell for name, cell in row.items()}


def _chosen(annotations: object) -> object:
    """The choices of the first person who made some, as Label Studio exports them."""
    for one in annotations if isinstance(annotations, list) else ():
        results = one.get("result") if isinstance(one, dict) else None
        values = [r.get("value") for r in results or () if isinstance(r, dict)]
        chosen = [c for v in values if isinstance(v, dict) for c in v.get("choices") or ()]
        if chosen:
            return chosen[0] if len(chosen) == 1 else chosen
    return None


def _named(cell: object) -> object:
    """A label that is an object by its name: {"id": 3, "name": "cat"} is cat."""
    if isinstance(cell, dict):
        return cell.get("name", next(iter(cell.values())) if len(cell) == 1 else cell)
    return cell


def _of_parts(held: Mapping[str, object]) -> Records:
    """Of lists that are called as parts of data are: {"train": […], "test": […]}."""
    if len(held) < 2 or not all(part_in(name) and isinstance(held[name], list) for name in held):
        return []
    rows = [
        {**flat(row), "split": name}
        for name, some in held.items()
        if isinstance(some, list)
        for row in some
        if isinstance(row, dict)
    ]
    fits = len(rows) == sum(len(some) for some in held.values() if isinstance(some, list))
    return list(enumerate(rows, start=1)) if fits else []


def _by_name(held: Mapping[str, object]) -> Records:
    """Of an object for each row, by its name, which may be a file's."""
    rows = [flat(row) for row in held.values() if isinstance(row, dict)]
    known = {*LABELS, *TEXTS, *PATHS}
    if len(rows) < len(held) or any(plain(name) in known for name in held):
        return []
    if not rows or not all(any(plain(name) in LABELS for name in row) for row in rows):
        return []
    return [
        (i, {"id": name, **row}) for i, (name, row) in enumerate(zip(held, rows, strict=True), 1)
    ]


def _labels_by_name(held: Mapping[str, object]) -> Records:
    """Of a label for each name of a file: {"a.jpg": "cat", "b.jpg": "dog"}."""
    cells = list(held.values())
    plain_cells = all(isinstance(cell, str | int | float) for cell in cells)
    if len(held) < _LEAST_NAMES or not plain_cells or 2 * len(set(map(str, cells))) > len(held):
        return []
    return [(i, {"id": n, "label": c}) for i, (n, c) in enumerate(held.items(), start=1)]


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
