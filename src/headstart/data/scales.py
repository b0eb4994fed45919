"""Which class is above which: by value where names are numbers, else as somebody says."""

import math
from collections.abc import Sequence
from itertools import pairwise

from headstart.data.found import Found
from headstart.data.ordering import in_order, quoted_names
from headstart.errors import DataError
from headstart.hostile import printable

LEAST_GRADES = 3
"""Ordered classes; of two there is no order to learn from."""
_LISTED = 8


def ranked(found: Found, order: Sequence[str]) -> Found:
    """The same with classes in rising order, which a note tells.

    Without an order that was asked for, numbers are ordered by value ("2" before "10"). Raises
    `DataError` where names are no numbers, two have the same value, or there are two classes.
    """
    classes = found.examples.truth.names
    if len(classes) < LEAST_GRADES:
        raise _refused(
            found, "D175", "two classes have no order to learn from", "--task classification"
        )
    if not order:
        order = _by_value(found)
    below = [printable(name, limit=40) for name in order]
    shown = below if len(below) <= _LISTED else [*below[: _LISTED - 1], "…", below[-1]]
    return in_order(found, order).noting(f"classes in rising order: {' < '.join(shown)}")


def _by_value(found: Found) -> tuple[str, ...]:
    values = {name: _value(name) for name in found.examples.truth.names}
    words = [name for name, value in values.items() if math.isnan(value)]
    if words:
        raise _refused(
            found,
            "D170",
            "these classes are no numbers, so nothing says which is above which",
            f"--classes {quoted_names(found.examples.truth.names)}, in rising order",
            f"such as {printable(words[0], limit=40)!r}",
        )
    order = sorted(values, key=values.__getitem__)
    for one, other in pairwise(order):
        if values[one] == values[other]:
            raise _refused(
                found,
                "D176",
                f"classes {printable(one, 40)!r} and {printable(other, 40)!r} have the same value",
                "write equal labels alike in the data, or say the order with --classes",
            )
    return tuple(order)


def _value(name: str) -> float:
    """Not a number where it is none, or no finite one."""
    try:
        value = float(name)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _refused(found: Found, code: str, what: str, fix: str, why: str = "") -> DataError:
    where = printable(found.examples.root) if found.examples.root else ""
    return DataError(code, what, fix, where=where, why=why)
