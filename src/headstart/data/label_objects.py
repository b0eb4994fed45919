"""Labels that are objects: 0 or 1 of each name, as spaCy writes them, or others, which are told."""

import ast
import json
from collections.abc import Mapping, Sequence
from typing import cast

from headstart.counting import counted
from headstart.data.tables import missing
from headstart.data.tag_columns import NO, YES
from headstart.hostile import printable


def evaluated(text: str) -> object:
    """What JSON or Python makes of a text; None for neither."""
    for read in (json.loads, ast.literal_eval):
        try:
            return cast(object, read(text))
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
    return None


def object_in(cell: object) -> dict[str, object]:
    """The object that a cell is, or is written as; empty for none.

    >>> object_in("{'cat': 1}"), object_in("{'cat', 'dog'}")
    ({'cat': 1}, {})
    """
    text = cell.strip() if isinstance(cell, str) else ""
    held = evaluated(text) if text[:1] + text[-1:] == "{}" else cell
    return {str(name): value for name, value in held.items()} if isinstance(held, dict) else {}


def named_bits(cells: Sequence[object]) -> list[object]:
    """Cells that say 0 or 1 of names, {"cat": 1, "dog": 0}, as lists of the names with 1.

    Empty unless all cells that are filled are such, and two names or more have a 1.
    """
    held = [{} if missing(cell) else object_in(cell) for cell in cells]
    filled = [one for one in held if one]
    if not filled or len(filled) < sum(not missing(cell) for cell in cells):
        return []
    if any(_said(value) not in (*YES, *NO) for one in filled for value in one.values()):
        return []
    lists = [[name for name, value in one.items() if _said(value) in YES] for one in held]
    said = {name for some in lists for name in some}
    if len(said) < 2 or not all(map(str.strip, said)):
        return []
    return [some if one else cell for some, one, cell in zip(lists, held, cells, strict=True)]


def told_of_objects(counts: Mapping[str, int]) -> list[str]:
    """What is told of labels that are written objects, each taken for a class."""
    found = [label for label in counts if object_in(label)]
    if not found:
        return []
    return [
        f"{counted(len(found), 'label is an object', 'labels are objects')}, such "
        f"as {printable(found[0], 60)}: each is taken for "
        "a class; write its name alone, or a list of names"
    ]


def _said(value: object) -> str:
    return str(value).strip().casefold()
