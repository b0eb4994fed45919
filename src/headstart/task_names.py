"""The words that `--task` takes, which a command judges before it imports anything heavy."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class LabelForm(Enum):
    """What a label is, whatever is done with it: how it is found and read depends on this alone."""

    CLASS = "a class"
    GRADE = "a class of an order"
    TAGS = "several tags"
    VALUE = "a number"
    TRANSCRIPT = "what is said"
    TEXT = "a text"
    WORD_TAGS = "a tag for each word"
    OWN_TEXT = "none: the text itself is continued"
    BOXES = "boxes on a picture"


FREE = frozenset({LabelForm.TRANSCRIPT, LabelForm.TEXT, LabelForm.WORD_TAGS, LabelForm.OWN_TEXT})
"""Labels that are no classes: nearly every one is different."""


@dataclass(frozen=True)
class TaskName:
    """What a task learns from, and what else it is called."""

    labels: LabelForm
    others: tuple[str, ...] = ()


TASK_NAMES: Mapping[str, TaskName] = {
    "classification": TaskName(LabelForm.CLASS, ("class", "classes", "sentiment", "pairs")),
    "balanced": TaskName(LabelForm.CLASS),
    "ordinal": TaskName(LabelForm.GRADE, ("ordered", "grades", "ratings", "stars")),
    "multilabel": TaskName(LabelForm.TAGS, ("tags", "multi-label")),
    "regression": TaskName(LabelForm.VALUE, ("value", "values", "score")),
    "transcribe": TaskName(LabelForm.TRANSCRIPT, ("asr", "speech-recognition", "speech-to-text")),
    "text-to-text": TaskName(
        LabelForm.TEXT, ("translation", "summarization", "seq2seq", "summary")
    ),
    "entities": TaskName(
        LabelForm.WORD_TAGS, ("ner", "pos", "tokens", "token-classification", "tagging")
    ),
    "detection": TaskName(
        LabelForm.BOXES, ("boxes", "object-detection", "objects", "bounding-boxes")
    ),
    "generation": TaskName(
        LabelForm.OWN_TEXT, ("language-modeling", "text-generation", "causal-lm", "continue")
    ),
}
"""By the word that `--task` takes; of several words for one form the first is the usual one."""


def form_of(task: str) -> LabelForm | None:
    """What this task's labels are; None for the empty word, where nobody said.

    >>> form_of("balanced"), form_of("")
    (<LabelForm.CLASS: 'a class'>, None)
    """
    return TASK_NAMES[task].labels if task in TASK_NAMES else None


def task_of(form: LabelForm) -> str:
    """The usual task of such labels.

    >>> task_of(LabelForm.CLASS)
    'classification'
    """
    return next(task for task, name in TASK_NAMES.items() if name.labels is form)
