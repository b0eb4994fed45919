"""`metrics.json` as typed records: `run.metrics.test.accuracy.value`.

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


class Rows(Record):
    """How many rows each part has."""

    train: int
    val: int
    test: int
    tested: int
    """Different ones in the test."""


class Cost(Record):
    """What something took."""

    wall_s: float
    cpu_s: float
    peak_rss_mb: float


class Merit(Record):
    """An arm's main figure, by its name: the one that `metrics.figure` names."""

    accuracy: Figure
    balanced_accuracy: Figure
    f1: Figure
    r2: Figure
    kappa: Figure
    sentence_f1: Figure
    tags_right: Figure
    chrf: Figure
    word_accuracy: Figure
    next_token: Figure


class Arm(Merit):
    """One way to solve the task, judged on the test rows."""

    name: str
    strategy: str
    backbone: str
    """Empty where no network is used."""
    cut: int | None
    learned_from: int
    unseen_loss: float | None
    """By which arms are chosen: of rows that the arm was not fitted to, none of the test."""
    cost: Cost
    behind_by: Figure
    """How far the model leads it, on the same test rows."""
    bleu: float
    bleu_behind_by: Figure
    in_part: str
    """Why the arm was fitted to a sample alone; missing where it was computed in full."""


class Verdict(Record):
    """Whether transfer helped."""

    word: str
    """ "helps", "no evidence" or "hurts"."""
    against: str
    """The best arm without transfer."""
    difference: float
    low: float
    high: float
    sentence: str
    cautions: list[str]


class Curve(Record):
    """How good an arm is when it learns from fewer examples."""

    arm: str
    sizes: list[int]
    merit: list[Figure]


class Learning(Record):
    """What more examples would bring."""

    curves: list[Curve]
    sentences: list[str]


class Frozen(Record):
    """The tensors that were to stay as they were loaded."""

    tensors: int
    changed: int


class Spread(Record):
    """How much luck is in one draw of the rows."""

    what: str
    figures: list[float]


class Candidate(Record):
    """A backbone that was ranked, where one was chosen."""

    backbone: str
    predicted: float
    low: float
    high: float
    score: float
    prior: float | None
    ms_per_item: float
    params: int
    license: str
    why: str


class Change(Record):
    """A figure before and after."""

    before: float
    after: float


class Tradeoff(Record):
    """A way to make a model smaller, or the model itself, on the same test rows."""

    way: str
    bytes: float
    ms: float
    score: Figure
    lost: Figure
    same: float


class Compression(Record):
    """What a smaller model saves and loses; missing in runs that were trained."""

    bytes: Change
    ms: Change
    lost: Figure
    same: float
    rows: int
    calibrated: int
    way: str
    tried: list[Tradeoff]
    """The model itself, then every way that was tried."""
    left_out: list[str]


class Sure(Record):
    """How many answers to test rows are sure."""

    count: int
    of: int
    right: Figure | None
    """How often those are right."""


class Next(Record):
    """Something that would make the next run better, by what this one measured."""

    what: str
    why: str
    command: str
    gain: str


class Task(Record):
    """What was solved, and on which rows."""

    task: str
    figure: str
    """The name of the main figure: `metrics["test"][metrics.figure]`."""
    classes: list[str]
    n: Rows
    folds: int
    """1 for one part for the test."""
    chosen: str
    """The strategy of the model that ships."""
    familiar_above: float | None
    """Predictions whose `familiar` is no larger are of things unlike what it learned from."""


class Metrics(Task):
    """What `metrics.json` holds."""

    test: Figures
    boxes: BoxRows
    """Missing where no boxes are found."""
    arms: list[Arm]
    verdict: Verdict
    learning: Learning | None
    frozen: Frozen
    ranking: list[Candidate]
    spread: Spread
    cost: Cost
    compression: Compression
    answer: str
    """ "Right on 31 of 40 it had not seen"."""
    sure: Sure | None
    next: list[Next]


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
