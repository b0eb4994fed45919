"""The order of classes, where somebody says it."""

from collections.abc import Sequence
from dataclasses import replace

from headstart.data.found import Found
from headstart.data.truth import ClassTruth
from headstart.errors import DataError
from headstart.hostile import printable


def in_order(found: Found, order: Sequence[str]) -> Found:
    """The same with classes in this order, whatever their names.

    Raises `DataError` unless each class is named once, and nothing else.
    """
    examples = found.examples
    truth = examples.truth_as(ClassTruth)
    unknown = [name for name in order if name not in truth.names]
    missing = [name for name in truth.names if name not in order]
    twice = sorted({name for name in order if order.count(name) > 1})
    if unknown or missing or twice:
        told = [(unknown, "of no example"), (missing, "not named"), (twice, "named twice")]
        raise DataError(
            "D169",
            "the order of classes does not name each class of the data once",
            f"--classes {quoted_names(truth.names)}, in the order that you mean",
            where=printable(examples.root) if examples.root else "",
            why="; ".join(f"{why}: {quoted_names(names)}" for names, why in told if names),
        )
    place = [order.index(name) for name in truth.names]
    ordered = ClassTruth(tuple(order), tuple(place[index] for index in truth.indexes))
    return replace(found, examples=replace(examples, truth=ordered))


def quoted_names(names: Sequence[str]) -> str:
    """The first 20 as `--classes` takes them, safe to show."""
    shown = [printable(name, limit=40) for name in names[:20]]
    quoted = [f'"{name}"' if "," in name else name for name in shown]
    return ",".join(quoted) + (",…" if len(names) > len(shown) else "")
