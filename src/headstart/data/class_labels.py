"""Class names in the metadata of a table, as data hubs write them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_MOST_CARD = 1_000_000
"""The largest card that is read, in bytes."""
_UNLABELED = -1
"""The number that means that a row has no label."""


def names_told(metadata: Mapping[bytes, bytes] | None) -> dict[str, tuple[str, ...]]:
    """The class names of each column whose metadata have some; empty where unreadable."""
    try:
        told = json.loads((metadata or {})[b"huggingface"])
        features = told["info"]["features"]
        found = {name: _names(feature) for name, feature in features.items()}
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}
    return {name: names for name, names in found.items() if names}


def names_beside(table: Path) -> dict[str, tuple[str, ...]]:
    """The class names in the data set's card: README.md beside the table, or one folder above."""
    for folder in (table.parent, table.parent.parent):
        card = folder / "README.md"
        if card.is_file() and card.stat().st_size < _MOST_CARD:
            return _names_in_card(card.read_text(encoding="utf-8", errors="replace"))
    return {}


def _names_in_card(text: str) -> dict[str, tuple[str, ...]]:
    head = text.split("\n---", 1)[0] if text.startswith("---") else ""
    if "class_label" not in head:
        return {}
    import yaml  # huggingface_hub brings it

    try:
        told: Any = yaml.safe_load(head)
        infos = told["dataset_info"]
        infos = infos if isinstance(infos, list) else [infos]
        found = {one["name"]: _of_card(one) for info in infos for one in info["features"]}
    except (yaml.YAMLError, RecursionError, KeyError, TypeError, AttributeError, ValueError):
        return {}
    return {str(name): names for name, names in found.items() if names}


def _of_card(feature: Any) -> tuple[str, ...]:
    """Class names of a card's mapping from numbers: {"0": "cat", "1": "dog"}."""
    inside = feature.get("dtype", feature.get("sequence", feature.get("list")))
    inside = inside.get("class_label") if isinstance(inside, dict) else None
    names = inside.get("names") if isinstance(inside, dict) else None
    if not isinstance(names, dict):
        return ()
    by = {int(number): str(name) for number, name in names.items()}
    return tuple(by[i] for i in range(len(by))) if set(by) == {*range(len(by))} else ()


def _names(feature: object) -> tuple[str, ...]:
    if isinstance(feature, list) and len(feature) == 1:
        return _names(feature[0])
    if not isinstance(feature, dict):
        return ()
    if "feature" in feature:
        return _names(feature["feature"])
    names = feature.get("names")
    fits = feature.get("_type") == "ClassLabel" and isinstance(names, list)
    return tuple(map(str, names)) if fits and isinstance(names, list) else ()


def named_cells(
    cells: Sequence[object], names: Sequence[str], column: str
) -> tuple[list[object], str]:
    """Cells as class names, and a warning where the numbers don't fit and are left unchanged.

    >>> named_cells([1, 0, -1], ("cat", "dog"), "label")
    (['dog', 'cat', None], '')
    """
    numbers = [n for cell in cells for n in (cell if isinstance(cell, list) else [cell])]
    odd = [n for n in numbers if n is not None and not _fits(n, names)]
    if odd:
        told = f"column {column} says {odd[0]!r}, and its metadata name {len(names)} classes"
        return list(cells), f"{told}: the names are not used"
    return [_named(cell, names) for cell in cells], ""


def _fits(number: object, names: Sequence[str]) -> bool:
    whole = isinstance(number, int) and not isinstance(number, bool)
    return whole and _UNLABELED <= int(number) < len(names)  # type: ignore[call-overload]


def _named(cell: object, names: Sequence[str]) -> object:
    if isinstance(cell, list):
        return [_named(one, names) for one in cell]
    return None if cell is None or cell == _UNLABELED else names[int(cell)]  # type: ignore[call-overload]
