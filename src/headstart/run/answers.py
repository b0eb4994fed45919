"""What a model says of each thing that it is asked about, and what it could not read."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart import durable
from headstart.counting import counted
from headstart.data.examples import InMemory, Pair
from headstart.data.questions import STDIN, Asking, Question, Questions, questions_of
from headstart.errors import DataError, HeadstartError, UsageError
from headstart.hostile import printable
from headstart.run.answer_settings import USUAL, AnswerSettings
from headstart.run.box_table import box_column
from headstart.run.settings import cache_root
from headstart.share import load

if TYPE_CHECKING:
    from headstart.model import Model, Prediction

_BATCH = 32
OWN = ("label", "probability", "sure", "error")
"""Columns that are written behind those of the input."""
BOXES = "boxes"
"""One more before the last of them, where boxes are found."""
_ENDINGS = (".csv", ".jsonl", ".parquet")
COCO = ".json"
"""The ending of a file of COCO's results, where boxes are found."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What is said of one thing, or why nothing is."""

    question: Question
    prediction: "Prediction | None" = None
    failure: HeadstartError | None = None

    @property
    def error(self) -> str:
        """Why nothing is said, in a line; empty where something is."""
        return self.failure.line if self.failure else ""

    def record(self, top: int = 0) -> dict[str, Any]:
        """As JSON has it; with the `top` likeliest classes where so many are asked for."""
        from headstart.prediction import WAITING, record_of

        told = record_of(self.question.name, self.failure or self.prediction or WAITING)
        if top:
            told["top"] = [{"label": n, "probability": p} for n, p in self.likeliest(top)]
        return told

    def likeliest(self, count: int) -> list[tuple[str, float]]:
        """So many classes or tags with their probabilities, the likeliest first."""
        given = self.prediction.probabilities if self.prediction else {}
        return sorted(given.items(), key=lambda pair: -pair[1])[:count]

    def row(self, names: Sequence[str] = OWN) -> dict[str, object]:
        """As a table has it: the input's own columns, then what is said, by these names."""
        own = dict(self.question.cells) or {"file": self.question.name}
        own = {f"{name} (given)" if name in names else name: cell for name, cell in own.items()}
        told: dict[str, object] = asdict(self.prediction) if self.prediction else {}
        for place, (label, chance) in enumerate(self.likeliest(len(names)), 1):
            told |= {f"top {place}": label, f"top {place} probability": chance}
        return {**own, **{name: told.get(name) for name in names}, OWN[-1]: self.error}


def answers_of(model: "Model", questions: Sequence[Question], tiles: int = 0) -> list[Answer]:
    """One answer a question, in their order; what cannot be read has a reason.

    `tiles` is the side in pixels of the squares in which boxes are looked for.
    """
    found: dict[int, Answer] = {}
    for i, question in enumerate(questions):
        if question.source is None:
            lost = DataError("D294", question.error, "look at the name", printable(question.name))
            found[i] = Answer(question, failure=lost)
    rest = [i for i in range(len(questions)) if i not in found]
    for start in range(0, len(rest), _BATCH):
        some = rest[start : start + _BATCH]
        told = _told(model, [questions[i] for i in some], tiles)
        found.update(zip(some, told, strict=True))
    return [found[i] for i in range(len(questions))]


def _told(model: "Model", questions: Sequence[Question], tiles: int) -> list[Answer]:
    """Together; one by one where something among them cannot be read."""
    sources = [one.source for one in questions if one.source is not None]
    try:
        said = [model.tiled(s, tiles) for s in sources] if tiles else model.predict_sources(sources)
    except HeadstartError as error:
        if len(questions) == 1:
            return [Answer(questions[0], failure=error)]
        return [answer for one in questions for answer in _told(model, [one], tiles)]
    return [Answer(*pair) for pair in zip(questions, said, strict=True)]


def need_ending(out: Path) -> None:
    """Raise `UsageError` for a file of answers that is of no known kind."""
    if out.suffix.casefold() not in (*_ENDINGS, COCO):
        raise UsageError(
            "U282", f"{printable(out.name)} is no kind of table", "--out answers.csv",
            why=f"answers are written as {', '.join(_ENDINGS)}, boxes as COCO's {COCO} too",
        )  # fmt: skip


def write(out: Path, answers: Iterable[Answer], *, located: bool = False, top: int = 0) -> None:
    """The rows of all answers, whole or not at all; with a column of boxes where things are
    `located`, and with two columns for each of the `top` likeliest classes.
    """  # noqa: D205 - one sentence
    need_ending(out)
    places = range(1, top + 1)
    more = [name for i in places for name in (f"top {i}", f"top {i} probability")]
    said = (*OWN[:-1], *([BOXES] if located else []), *more, OWN[-1])
    rows = [answer.row(said) for answer in answers]
    own = dict.fromkeys(name for row in rows for name in row if name not in said)
    names, kind = (*own, *said), out.suffix.casefold()
    if kind == ".parquet":
        _parquet(out, names, said, rows)
        return
    if kind == ".jsonl":
        every = ({name: _plain(row.get(name)) for name in names} for row in rows)
        lines = [json.dumps(row, ensure_ascii=False, default=str) for row in every]
        durable.write(out, "".join(f"{line}\n" for line in lines))
        return
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    writer.writerow(names)
    writer.writerows([[_flat(_plain(row.get(name))) for name in names] for row in rows])
    durable.write(out, kept.getvalue())


def _parquet(
    out: Path, names: Sequence[str], said: Sequence[str], rows: Sequence[Mapping[str, object]]
) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    cells: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
    if BOXES in said:
        cells[BOXES] = box_column(cells[BOXES])
    try:
        table = pa.table(cells)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # one column of several kinds
        own = [name for name in names if name not in said]
        mixed = {n: [None if c is None else str(c) for c in cells[n]] for n in own}
        table = pa.table({**mixed, **{name: cells[name] for name in said}})
    with durable.writing(out) as temp:
        parquet.write_table(table, temp)


def _plain(cell: object) -> object:
    """A cell that a line of JSON can hold."""
    return counted(len(cell), "byte") if isinstance(cell, bytes) else cell


def _flat(cell: object) -> object:
    """A cell that a line of text can hold: boxes are JSON."""
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, tuple | list) else cell


@dataclass(frozen=True, eq=False)
class Judged:
    """What a model said of all that it was asked about."""

    answers: list[Answer]
    asked: Questions
    classes: tuple[str, ...]
    located: bool
    """Whether it finds boxes."""
    top: int = 0
    """Of the likeliest classes, how many are shown."""


def judged(
    run: Path,
    places: Sequence[str],
    texts: Sequence[Any],
    stdin: Iterable[str] = (),
    settings: AnswerSettings = USUAL,
    out: Path | None = None,
) -> Judged:
    """What a run's model says of all that lies at the places, and of texts.

    `stdin` is read where a place is "-". Raises `DataError` where nothing can be answered, and what
    `load` raises; `UsageError` where boxes are asked of a model that finds none, and the likeliest
    classes of one that has none.
    """
    model, boxes = (
        load(run).asking(threshold=settings.threshold, looks=settings.tta),
        settings.boxes,
    )
    modality, located = model.backbone.modality, model.task.locates
    if settings.top and (located or not model.classes or model.task.coded_rows):
        raise UsageError("U352", "--top is for classes and tags", "leave --top out")
    flags = [*boxes.flags(), *([f"--out {out.name}"] if out and out.suffix == COCO else [])]
    if flags and not located:
        flag = printable(flags[0])
        raise UsageError(
            "U341", f"{flag} is for boxes, and this model finds none", f"leave {flag} out"
        )
    asking = Asking(modality.kind, getattr(modality, "paired", False), cache_root(None))
    lines = list(stdin) if STDIN in places else []
    found = questions_of(places, asking, lines)
    told = [Question(" | ".join(t) if isinstance(t, tuple) else t, _held(t)) for t in texts]
    answers = answers_of(model, [*found.asked, *told], boxes.tiles)
    failed = [answer.failure for answer in answers if answer.failure]
    if failed and len(failed) == len(answers):
        raise failed[0]
    return Judged(answers, found, model.classes, located, min(settings.top, len(model.classes)))


def _held(text: Any) -> InMemory:
    return InMemory("a text", Pair(*text) if isinstance(text, tuple) else text)
