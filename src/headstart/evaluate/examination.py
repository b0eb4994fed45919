"""The one look at the test rows, and everything that is said about it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool
from torch import Tensor

from headstart.advise import Depth
from headstart.backbone import CROSSED, hears, multiply_adds
from headstart.data import Examples, Source
from headstart.errors import DataError
from headstart.evaluate.boxes import SAID, DrawnBox, drawn
from headstart.evaluate.candidates import FittedArms
from headstart.evaluate.caveats import cautions
from headstart.evaluate.learning_curve import learning
from headstart.evaluate.metrics import Scores, confusion, measure, per_class, reliability
from headstart.evaluate.occlusion import weighed
from headstart.evaluate.outcome import Outcome
from headstart.evaluate.report import (
    Beside,
    Curve,
    EpochRow,
    Fact,
    Knows,
    Learned,
    Report,
    Shown,
    Spread,
    StageRow,
)
from headstart.evaluate.verdict import Tested, judge
from headstart.head import Known
from headstart.stats import widened
from headstart.task import FIGURES, Calibration, Task
from headstart.train import Fitted, TaskData
from headstart.train.loop import stage_rates

SHOWN = 150
"""Test examples whose pictures the page carries, at most."""
PLAYED = 24
"""Of these, the first so many can be listened to, where they are recordings; of texts, the words
that mattered are marked."""


def examine(
    task_data: TaskData,
    examples: Examples,
    fitted_arms: FittedArms,
    outcome: Outcome,
    *,
    title: str,
    trust: Calibration,
    spread: Spread,
    facts: tuple[Fact, ...],
) -> Report:
    """Write down what the answers to the test rows show."""
    rows, task, groups = outcome.rows, task_data.task, outcome.clusters
    labels, found = task_data.labels_of(rows).numpy(), outcome.model.answers
    verdict = judge(
        task,
        outcome.arms,
        outcome.transfer,
        labels,
        groups,
        pretrained=fitted_arms.transfer.transfer,
        pair=outcome.pair,
        tested=Tested(outcome.rows_text, outcome.lead, outcome.tested_text),
    )
    verdict = replace(verdict, learning=learning(outcome.growth, groups, outcome.overlap))
    parts = (task_data.partition.train, task_data.partition.val)
    train, val = (task_data.labels_of(part).numpy() for part in parts)
    crossing = (CROSSED,) if hears(fitted_arms.fitted.backbone.architecture) else ()
    heard = (*crossing, *cautions(task, verdict, outcome, labels, len(task_data.pool)))
    return Report(
        title=title,
        verdict=replace(verdict, cautions=heard),
        scores=stretched(measure(task, found, labels, groups), outcome),
        spread=spread,
        arms=outcome.arms,
        classes=per_class(task, found, labels, train, val, groups),
        confusion=confusion(task, found, labels) if task.single_label else (),
        shown=_shown(task_data, examples, fitted_arms, outcome, trust),
        bins=reliability(task, found, labels, groups),
        curves=_curves(fitted_arms),
        learned=learned_of(fitted_arms),
        facts=facts,
    )


def stretched(scores: Scores, outcome: Outcome) -> Scores:
    """With the folds in which rows were tested, and intervals that account for their overlap."""
    main, *rest = scores.figures
    figures = {main: outcome.model.merit}
    for name in rest:
        found, bounds = scores.figures[name], (FIGURES[name].least, FIGURES[name].most)
        figures[name] = widened(found, outcome.overlap, *bounds)
    return replace(scores, figures=figures, folds=outcome.folds)


def learned_of(fitted_arms: FittedArms) -> Learned:
    """What was frozen and what was trained, stage by stage, at which peak rates."""
    fitted, because = fitted_arms.fitted, fitted_arms.because
    backbone, at, recipe = fitted.backbone, fitted.at, fitted.recipe
    names = [name for name, _ in backbone.stages.named_children()]
    rates = stage_rates(len(fitted.suffix), recipe)[::-1] if recipe else []
    sizes = [*map(_size, backbone.stages), _size(fitted.head)]
    learned = [*(0 for _ in range(at)), *fitted.learned]
    rates = [
        *(0.0 for _ in range(at)),
        *rates,
        recipe.rate * recipe.pace.head_ratio if recipe else 0.0,
    ]
    adds = (*multiply_adds(backbone), sizes[-1])
    shares = [count / max(1, sum(adds)) for count in adds]
    stages = [*map(StageRow, (*names, "head"), sizes, learned, rates, shares)]
    tensors, changed = fitted.frozen
    sentence = (
        f"Froze {at} of {backbone.depth} stages, {sum(shares[:at]):.0%} of the forward pass; "
        f"trained {sum(learned):,} of {sum(sizes):,} parameters."
    )
    if because:
        sentence = f"{because[0].upper()}{because[1:]}. {sentence}"
    return Learned(
        fitted_arms.model.strategy,
        backbone.name,
        at,
        backbone.depth,
        tuple(stages),
        tensors,
        changed,
        sentence,
        _knows(fitted_arms.depth),
        fitted.expected,
        fitted_arms.ranking,
    )


def _knows(depth: Depth | None) -> tuple[Knows, ...]:
    stages = (*depth.stages, depth.all_stages) if depth else ()
    return tuple(Knows(one.stage, one.width, one.merit) for one in stages)


def _size(module: object) -> int:
    parameters: Iterable[Tensor] = getattr(module, "parameters", list)()
    return sum(parameter.numel() for parameter in parameters)


def _curves(fitted_arms: FittedArms) -> tuple[Curve, ...]:
    curves = []
    for name, fitted in {fitted_arms.model.name: fitted_arms.fitted, **fitted_arms.others}.items():
        marks = fitted.progress.marks
        epochs = (EpochRow(m.number, m.train_loss, m.val_loss, m.val_merit) for m in marks[1:])
        if len(marks) > 1:
            curves.append(Curve(name, tuple(epochs), fitted.progress.best))
    return tuple(curves)


def _shown(
    task_data: TaskData,
    examples: Examples,
    fitted_arms: FittedArms,
    outcome: Outcome,
    trust: Calibration,
) -> tuple[Shown, ...]:
    """Mistakes first, the most confident leading; then right answers, class by class."""
    rows, answers, task = outcome.rows, outcome.model.answers, task_data.task
    modality = fitted_arms.fitted.backbone.modality
    labels, belief = task_data.labels_of(rows).numpy(), task.belief(answers)
    merit = task.shown_merit(answers, labels)
    right, said = trust.right(task, answers, labels), task.likely(answers)
    boxes = _drawn(task, answers, labels)
    shown: list[Shown] = []
    for position in _order(task, answers, labels, right)[:SHOWN]:
        row = rows[position]
        item = task_data.items.take([row])[0]
        mime, data = modality.show(item)
        truth, guess_told = examples.truth.written(row), task.text(answers[position])
        if task.continues:
            begun, truth, guess_told = task.continuation(item.tolist())
            data = begun.encode()
        label = guess = -1
        if task.single_label:
            label, guess = int(labels[position]), int(said[position])
        sure = float(belief[position])
        told = (fitted_arms.fitted, task, examples.sources[row], guess, boxes[position])
        shown.append(
            Shown(
                examples.name(row),
                mime,
                data,
                label,
                guess,
                sure,
                sure >= trust.sure_above,
                truth=truth,
                said=guess_told,
                right=bool(right[position]),
                beside=_beside(*told) if len(shown) < PLAYED else Beside(boxes=boxes[position]),
                merit=float(merit[position]),
            )
        )
    return tuple(shown)


def _drawn(task: Task, answers: np.ndarray, labels: Known) -> list[tuple[DrawnBox, ...]]:
    """Of each row what is drawn on it; nothing where answers are no boxes."""
    pair = task.located(answers, labels)
    if pair is None:
        return [()] * len(labels)
    return [drawn(true, said, task.classes, SAID) for true, said in zip(*pair, strict=True)]


def _beside(
    fitted: Fitted, task: Task, source: Source, guess: int, boxes: tuple[DrawnBox, ...]
) -> Beside:
    try:
        clip, words = fitted.backbone.modality.clip(source), weighed(fitted, task, source, guess)
        return Beside(clip, words, boxes)
    except DataError:  # it went away while the run was on
        return Beside(boxes=boxes)


def _order(
    task: Task, answers: np.ndarray, labels: Known, right: Bool[np.ndarray, " m"]
) -> Sequence[int]:
    """The worst first where rows are wrong; then right ones, classes in turn.

    Of texts and rows of tags, which are seldom all right, the best to the worst, evenly spread.
    """
    if task.graded:
        every = np.argsort(-task.merit(answers, labels), kind="stable")
        most = PLAYED if task.continues else SHOWN  # each of these is continued
        picked = np.linspace(0, len(every) - 1, min(len(every), most)).astype(int)
        return [int(place) for place in every[picked]]
    single = task.single_label
    weight = task.belief(answers) if single else task.losses(answers, labels)
    wrong = [int(i) for i in np.argsort(-weight, kind="stable") if not right[i]]
    turns: dict[object, int] = {}
    fine = []
    for i in np.flatnonzero(right).tolist():
        kind = int(labels[i]) if labels.ndim == 1 else 0
        turns[kind] = turns.get(kind, 0) + 1
        fine.append((turns[kind], kind, i))
    return wrong[: SHOWN - SHOWN // 3] + [i for _, _, i in sorted(fine)]
