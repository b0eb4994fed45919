"""From labels to a task: which file answers for which word."""

from collections.abc import Mapping, Sequence

from headstart.backbone import Backbone
from headstart.data import Examples
from headstart.head import Labels
from headstart.task.classification import BALANCED, Classification
from headstart.task.ctc import CTC
from headstart.task.detection import Detection
from headstart.task.figures import FIGURES as _SHARED
from headstart.task.figures import Figure
from headstart.task.language_modeling import LanguageModeling
from headstart.task.multilabel import MultiLabel
from headstart.task.ordinal import Ordinal
from headstart.task.regression import Regression
from headstart.task.seq2seq import Seq2Seq, SpeechToText
from headstart.task.task import Task
from headstart.task.token_classification import TokenClassification

TASKS: Mapping[str, type[Task]] = {
    BALANCED: Classification,
    **{
        task.kind: task
        for task in (
            Classification,
            MultiLabel,
            Regression,
            Ordinal,
            CTC,
            Seq2Seq,
            TokenClassification,
            LanguageModeling,
            Detection,
        )
    },
}
"""By the word that `--task` takes."""
FIGURES: Mapping[str, Figure] = {
    **{name: figure for task in TASKS.values() for name, figure in task.own_figures.items()},
    **_SHARED,
}
"""By their names in `metrics.json`; where a task has a title of its own, that of all."""


def task_type(kind: str, *, writer: bool = False) -> type[Task]:
    """The task of this word; recordings are transcribed by a writer where the backbone has one."""
    found = TASKS[kind]
    return SpeechToText if writer and found is CTC else found


def make_task(
    examples: Examples, rows: Sequence[int], backbone: Backbone | None = None
) -> tuple[Task, Labels]:
    """The task that labels pose, and every example's label; `rows` are those to learn from."""
    writes = backbone is not None and backbone.writer is not None
    return task_type(examples.kind, writer=writes).pose(examples, rows, backbone)
