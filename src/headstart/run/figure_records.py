"""Parts of `metrics.json` as records with attributes, and its figures with their intervals.

A record is what the file holds, read by attributes; by keys too, which give plain JSON. Figures are
named for what a run measured, so that a name that the task does not have is an `AttributeError`.
"""

import types
import typing
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any


class Record(Mapping[str, Any]):
    """A part of the file; the fields that it may have are its annotations.

    >>> Figure({"value": 0.5, "low": 0.4, "high": 0.6}).low
    0.4
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record

    def __getitem__(self, name: str) -> Any:
        return self._record[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return len(self._record)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self._record) == dict(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self._record)!r})"

    if not TYPE_CHECKING:  # a type checker goes by the annotations alone

        def __getattr__(self, name: str) -> Any:
            if name == "_record" or name not in self._record:
                known = ", ".join(self.__dict__.get("_record", ()))
                raise AttributeError(f"these {type(self).__name__} have no {name!r}, but {known}")
            return _typed(typing.get_type_hints(type(self)).get(name), self._record[name])

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._record})


class Figure(Record):
    """A figure with the bounds of its 95% interval."""

    value: float
    low: float
    high: float


class ClassFigures(Record):
    """Of the test rows, where examples have one class each."""

    accuracy: Figure
    balanced_accuracy: Figure
    macro_f1: Figure
    mcc: Figure
    """Matthews' correlation."""
    log_loss: Figure
    ece: Figure
    """Expected calibration error."""


class ValueFigures(Record):
    """Of the test rows, where examples have values, or classes with an order."""

    r2: Figure
    mae: Figure
    rmse: Figure
    kappa: Figure
    """Cohen's, with quadratic weights."""
    weighted_agreement: Figure
    """1 - `mae` / (classes - 1), where classes have an order."""


class TagFigures(Record):
    """Of the test rows, where examples or their words have tags."""

    f1: Figure
    sentence_f1: Figure
    entity_f1: Figure
    tags_right: Figure
    exact: Figure
    """Share of examples of which everything is right."""


class TextFigures(Record):
    """Of the test rows, where texts are written."""

    chrf: Figure
    bleu: Figure
    rouge_l: Figure
    word_accuracy: Figure
    wer: Figure
    """Words that are wrong, a word."""
    cer: Figure
    """Letters that are wrong, a letter."""
    next_token: Figure
    perplexity: Figure


class BoxClass(Record):
    """One class of boxes, where test pictures have any."""

    name: str
    boxes: int
    said: int
    ap: Figure
    ap50: Figure


class Missed(Record):
    """The share of boxes that is missed at so many false alarms a picture."""

    false_alarms: float
    share: Figure


class BoxRows(Record):
    """What is said of boxes beside the figures."""

    by_class: list[BoxClass]
    missed: list[Missed]


class BoxFigures(Record):
    """Of the test rows, where boxes are found."""

    f1: Figure
    map: Figure
    """Mean average precision, over overlaps from .5 to .95."""
    ap50: Figure
    ap75: Figure
    ar: Figure
    """Average recall with at most 100 boxes of a class on a picture."""
    map_small: Figure
    """Of boxes under 32² of the pixels that the network sees; missing where there are none."""
    map_medium: Figure
    map_large: Figure


class Figures(ClassFigures, ValueFigures, TagFigures, TextFigures, BoxFigures):
    """What was measured on the test rows; which of these depends on the task."""


def _typed(kind: Any, found: Any) -> Any:
    """JSON as the record that an annotation names; as it is where it names none."""
    if isinstance(kind, types.UnionType):
        kind = next((part for part in typing.get_args(kind) if part is not types.NoneType), None)
    if isinstance(found, list):
        (inner,) = typing.get_args(kind) or (None,)
        return [_typed(inner, one) for one in found]
    if not isinstance(found, Mapping):
        return found
    if isinstance(kind, type) and issubclass(kind, Record):
        return kind(found)
    return Figure(found) if "value" in found else Record(found)
