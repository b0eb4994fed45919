"""What the labels of examples say: one class each, several tags each, or a value."""

import difflib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from headstart.counting import counted
from headstart.data.boxes import BoxTruth
from headstart.data.examples import Examples, InMemory
from headstart.data.found import Found
from headstart.data.label_hints import (
    comma_number,
    far_values,
    folder_hints,
    hints,
    number_in,
    says_nothing,
    tag_hints,
)
from headstart.data.ordering import in_order
from headstart.data.problem import Problem
from headstart.data.records import natural
from headstart.data.scales import ranked
from headstart.data.tag_marks import are_lists
from headstart.data.text_truth import ManyTextTruth, OwnTextTruth, TextTruth, WordTagTruth
from headstart.data.truth import TagTruth, Truth, ValueTruth
from headstart.errors import DataError, UsageError
from headstart.hostile import printable
from headstart.task_names import FREE, TASK_NAMES, LabelForm, form_of, task_of

_BETWEEN = re.compile(r"[;|]")
_HARD = "\x1f"
"""Between tags of which one has a mark in it."""
_FEW_VALUES = 10
"""Numbers with fractions are classes (1.0, 1.5, 2.0) up to so many different ones."""


def need_task(asked: str) -> None:
    """Raise `UsageError` for a kind there is not, with the one that was probably meant."""
    if asked and asked not in TASK_NAMES:
        also = {other: name for name, row in TASK_NAMES.items() for other in row.others}
        meant_by = difflib.get_close_matches(asked.casefold(), [*also, *TASK_NAMES], 1, 0.5)
        fix = also.get(meant_by[0], meant_by[0]) if meant_by else task_of(LabelForm.TAGS)
        raise UsageError(
            "U113", f"there is no task {printable(asked)!r}", f"--task {fix}",
            why=f"it is one of {', '.join(TASK_NAMES)}",
        )  # fmt: skip


def with_task(found: Found, asked: str = "", order: Sequence[str] = ()) -> Found:
    """The same examples, with what their labels are: as asked, else as they say by themselves.

    Only cells of a table say it: more than ten different numbers, some with a fraction, are
    values; lists of tags between ";" or "|" are tags where most tags stand in several lists.
    `order` names the classes, where examples are of one each, in the order of their scores.
    Raises `UsageError` for a kind there is not, or whose labels take no order, `DataError` for
    labels that are not of the kind.
    """
    need_task(asked)
    form = _form(found, asked)
    kind, labels = asked or task_of(form), KINDS[form]
    if order and not labels.one_class:
        raise UsageError(
            "U118", f"--classes orders classes, and the task is {kind}", "leave --classes out"
        )
    read = labels.read(replace(found, examples=replace(found.examples, kind=kind)), order)
    read = read.noting(*_hints(read, form, asked))
    if asked or not labels.called:
        return read
    one = task_of(LabelForm.CLASS)
    return read.noting(
        f"labels are {labels.called}; --task {one} takes each for a class of its own"
    )


def _hints(read: Found, form: LabelForm, asked: str) -> tuple[str, ...]:
    """What is told of labels that may be meant otherwise."""
    if form not in (LabelForm.CLASS, LabelForm.TAGS):
        return ()
    counts = read.examples.truth.counts(range(len(read.examples)))
    if read.layout not in _TABLES:
        return folder_hints(counts) if form is LabelForm.CLASS else ()
    if form is LabelForm.TAGS:
        return tag_hints(counts)
    return () if asked else hints(counts)


def _form(found: Found, asked: str) -> LabelForm:
    """What labels are: as asked, else as whoever read them told, else as a table's cells say."""
    told = form_of(asked) or form_of(found.examples.kind)
    if told and (asked or told in (*FREE, LabelForm.TAGS, LabelForm.BOXES)):
        return told
    in_cells = found.layout in _TABLES
    return _guessed(found.examples.truth.names) if in_cells else LabelForm.CLASS


def tags_in(label: str) -> tuple[str, ...]:
    """The tags of one label, each once; none where it is empty.

    >>> tags_in("red; round|red")
    ('red', 'round')
    """
    pieces = label.split(_HARD) if _HARD in label else _BETWEEN.split(label)
    return tuple(dict.fromkeys(tag.strip() for tag in pieces if tag.strip()))


def label_of(cell: object) -> str:
    """A table's cell as a label: lists are tags with ";" between them.

    >>> label_of(["red", "round"]), label_of(3)
    ('red;round', '3')
    """
    if not isinstance(cell, list | tuple | set | frozenset | np.ndarray):
        return str(cell)
    tags = [str(tag) for tag in cell]
    held = any(_BETWEEN.search(tag) for tag in tags)
    return _HARD + _HARD.join(tags) if held else ";".join(tags)


_TABLES = ("table", "memory")


def _guessed(classes: Sequence[str]) -> LabelForm:
    numbers = [number_in(name) for name in classes]
    if len(numbers) > _FEW_VALUES and not any(map(math.isnan, numbers)):
        return LabelForm.VALUE if any(number % 1 for number in numbers) else LabelForm.CLASS
    return LabelForm.TAGS if are_lists(classes) else LabelForm.CLASS


def _as_classes(found: Found, order: Sequence[str]) -> Found:
    """With the classes in this order, or as they are."""
    return in_order(found, order) if order else found


def _as_values(found: Found, order: Sequence[str]) -> Found:
    """Raises `DataError` for labels that are no numbers."""
    texts = _written(found.examples)
    read = (
        number_in
        if all(not math.isnan(number_in(t)) or says_nothing(t) for t in texts)
        else (comma_number)
    )
    values = tuple(map(read, texts))
    fine = [row for row, value in enumerate(values) if not math.isnan(value)]
    wrong = [r for r, v in enumerate(values) if math.isnan(v) and not says_nothing(texts[r])]
    if wrong or not fine:
        raise _no_numbers(found.examples, texts, wrong or [0])
    told = ["a comma is read as a decimal point"] if read is comma_number else []
    return _of_values(found, fine, values, texts).noting(*told)


def _no_numbers(examples: Examples, texts: Sequence[str], rows: Sequence[int]) -> DataError:
    text = texts[rows[0]]
    different = len({texts[row] for row in rows})
    why = "a comma before three digits may be either mark" if "," in text else "no unit beside it"
    return DataError(
        "D163",
        f"{counted(different, 'label is no number', 'labels are no numbers')}, such as "
        f"{printable(text, 40)!r}",
        "mend them, name another column with --label, or leave --task regression out",
        _where(examples),
        f"first: {examples.name(rows[0])}; write a number alone: {why}",
    )


def _of_values(
    found: Found, fine: Sequence[int], values: Sequence[float], texts: Sequence[str]
) -> Found:
    """Examples with values, and problems for those without, and for values far from all others."""
    examples = found.examples
    lost = [row for row in range(len(examples)) if math.isnan(values[row])]
    problems = [
        Problem("D289", "label", examples.name(row), f"{texts[row]!r} is no value; passed over")
        for row in lost
    ]
    kept = replace(found, examples=examples.take(fine)) if lost else found
    values, texts = [values[row] for row in fine], [texts[row] for row in fine]
    for row, why in far_values(values).items():
        problems.append(Problem("D290", "label", kept.examples.name(row), why))
    kept = replace(_without_alike(kept), problems=(*_without_alike(kept).problems, *problems))
    made = _with(kept, ValueTruth(tuple(values), tuple(texts)))
    odd = [problem for problem in problems if problem.code == "D290"]
    told = (
        f"{counted(len(odd), 'value is', 'values are')} far from all others, such as {odd[0].name}"
        if odd
        else ""
    )
    return made.noting(told) if told else made


def _as_tags(found: Found, order: Sequence[str]) -> Found:
    """Raises `DataError` for fewer than two tags."""
    held = [tags_in(text) for text in _written(found.examples)]
    names = tuple(sorted({tag for some in held for tag in some}, key=natural))
    if len(names) < 2:
        raise DataError(
            "D164",
            "fewer than two different tags",
            'write tags with ";" between them, as in red;round, or leave --task multilabel out',
            _where(found.examples),
        )
    place = {name: index for index, name in enumerate(names)}
    tags = tuple(tuple(place[tag] for tag in some) for some in held)
    return _with(_without_alike(found), TagTruth(names, tags))


def _as_transcripts(found: Found, order: Sequence[str]) -> Found:
    return _with(found, TextTruth(_written(found.examples)))


def _as_texts(found: Found, order: Sequence[str]) -> Found:
    return _with(found, ManyTextTruth(_written(found.examples)))


def _as_own_texts(found: Found, order: Sequence[str]) -> Found:
    return _with(found, OwnTextTruth(_written(found.examples)))


def _as_boxes(found: Found, order: Sequence[str]) -> Found:
    """Raises `DataError` where there are no boxes."""
    if not isinstance(found.examples.truth, BoxTruth):
        raise DataError(
            "D253", "these labels are no boxes",
            "give annotations of boxes, or leave --task detection out", _where(found.examples),
        )  # fmt: skip
    return found


def _written(examples: Examples) -> tuple[str, ...]:
    return tuple(map(examples.truth.written, range(len(examples))))


def _with(found: Found, truth: Truth) -> Found:
    return replace(found, examples=replace(found.examples, truth=truth))


def _where(examples: Examples) -> str:
    return printable(examples.root) if examples.root else ""


def _without_alike(found: Found) -> Found:
    """Without problems of names of classes, where labels are none."""
    problems = tuple(problem for problem in found.problems if problem.code != "D141")
    return replace(found, problems=problems)


def _with_a_tag_a_word(found: Found, order: Sequence[str]) -> Found:
    """Without texts that have more or fewer tags than words. Raises `DataError`."""
    examples = found.examples
    fine, problems, written = list[int](), [], _written(examples)
    for row, source in enumerate(examples.sources):
        text = source.content if isinstance(source, InMemory) else None
        words = text.count(" ") + 1 if isinstance(text, str) else 0
        tags = len(written[row].split(" "))
        if words == tags:
            fine.append(row)
            continue
        why = f"{counted(words, 'word')}, {counted(tags, 'tag')}; left out"
        problems.append(Problem("D166", "label", examples.name(row), why))
    if not fine:
        raise DataError(
            "D167",
            "no text has as many tags as words",
            "give a .conll file, or JSON lines such as "
            '{"tokens": ["Ada", "sleeps"], "tags": ["B-PER", "O"]}',
            _where(examples),
            "; ".join(f"{problem.name}: {problem.reason}" for problem in problems[:3]),
        )
    truth = WordTagTruth(tuple(tuple(written[row].split(" ")) for row in fine))
    found = replace(_without_alike(found), examples=replace(examples.take(fine), truth=truth))
    return replace(found, problems=(*found.problems, *problems))


@dataclass(frozen=True)
class LabelKind:
    """How labels of one form are read."""

    read: Callable[[Found, Sequence[str]], Found]
    """Examples and the order of classes that was asked for, if any -> examples of this task."""
    one_class: bool = False
    """Whether an example is of one class."""
    called: str = ""
    """What labels are called where nobody asked for this task; empty where nothing is said."""


KINDS: Mapping[LabelForm, LabelKind] = {
    LabelForm.CLASS: LabelKind(_as_classes, one_class=True),
    LabelForm.GRADE: LabelKind(ranked, one_class=True),
    LabelForm.TAGS: LabelKind(_as_tags, called="lists of tags"),
    LabelForm.VALUE: LabelKind(_as_values, called="values"),
    LabelForm.TRANSCRIPT: LabelKind(_as_transcripts),
    LabelForm.TEXT: LabelKind(_as_texts),
    LabelForm.WORD_TAGS: LabelKind(_with_a_tag_a_word),
    LabelForm.OWN_TEXT: LabelKind(_as_own_texts),
    LabelForm.BOXES: LabelKind(_as_boxes),
}
