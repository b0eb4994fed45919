"""Labels of rows to learn from that look wrong, and what the model is without them."""

from collections.abc import Sequence

from headstart.data import Examples
from headstart.evaluate import FittedArms, Outcome, Shown
from headstart.evaluate.summary import NO_DOUBTS, Doubts
from headstart.evaluate.suspects import Suspect, suspects
from headstart.stats import Interval, lead
from headstart.train import Fitted, TaskData

LOW = 0.05
"""How much a label is believed, from which on it is not doubted. Of pictures of three sets with 5%
planted wrong labels 62, 38 and 86 of 100 below it were wrong ones; without any, 2.3, 4.0 and 0.7%
of all labels lay below it (`python -m benchmarks suspects`)."""
PICTURES = 24
"""Of doubted rows that the page shows."""
LEAST_JUDGED = 0.5
"""Share of the rows to learn from that have to be judged by models that did not learn from them."""


def doubts_of(
    task_data: TaskData, examples: Examples, arms: FittedArms, outcome: Outcome
) -> Doubts:
    """By answers of models that were not fitted to a row; none where those judged too few."""
    judge = _judge(arms)
    task, rows = task_data.task, judge.held_rows
    if not task.single_label or len(rows) < LEAST_JUDGED * len(task_data.pool):
        return NO_DOUBTS
    labels = task_data.labels_of(rows).numpy()
    every = suspects(judge.held.numpy().astype(float), labels)
    found = [one for one in every if one.quality < LOW]
    if not found:
        return Doubts(0, len(rows))
    told = tuple(
        (examples.name(rows[one.row]), task.classes[one.label], task.classes[one.likely],
         round(one.quality, 4))
        for one in found
    )  # fmt: skip
    shown = tuple(_shown(task_data, judge, rows[s.row], s, name) for s, (name, *_) in
                  zip(found[:PICTURES], told, strict=False))  # fmt: skip
    left_out = {rows[one.row] for one in found}
    gain = without(task_data, arms, outcome, left_out)
    return Doubts(len(found), len(rows), shown, told, gain)


def _judge(arms: FittedArms) -> Fitted:
    """The network that judged most rows unseen: the model, or the probe where that was trained."""
    fits = [arms.fitted, *([arms.probe] if arms.probe else [])]
    return max(fits, key=lambda fitted: len(fitted.held_rows))


def without(
    task_data: TaskData, arms: FittedArms, outcome: Outcome, rows: set[int]
) -> Interval | None:
    """What the model leads itself by on the test where these rows are left out; None where it is
    not fitted again in no time, or the test was in folds.
    """  # noqa: D205 - one sentence
    test, refit = task_data.partition.test, arms.model.refit
    if refit is None or not test or outcome.fold_of:
        return None
    answer = refit(_kept(arms.model.learned_from(task_data), rows))
    labels, task = task_data.labels_of(test).numpy(), task_data.task
    merits = [task.merit(answers, labels) for answers in (answer(test), outcome.model.answers)]
    return lead(merits[0], merits[1], outcome.clusters)


def _kept(rows: Sequence[int], left_out: set[int]) -> list[int]:
    return [row for row in rows if row not in left_out]


def _shown(task_data: TaskData, judge: Fitted, row: int, one: Suspect, name: str) -> Shown:
    mime, data = judge.backbone.modality.show(task_data.items.take([row])[0])
    label, likely = (task_data.task.classes[number] for number in (one.label, one.likely))
    return Shown(
        name, mime, data, one.label, one.likely, one.probability, True, label, likely, right=False
    )
