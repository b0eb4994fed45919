"""Which arms a run compares whose model writes, and the fits behind them."""

import time
from pathlib import Path

import torch

from headstart.backbone import Alone, Backbone, is_recurrent, moments
from headstart.data import WRITTEN
from headstart.errors import UsageError
from headstart.evaluate import (
    Candidate,
    Contest,
    constant,
    followed,
    from_fit,
    nearest,
    priced,
    repeated,
)
from headstart.events import Tell, note
from headstart.features import milliseconds
from headstart.hostile import printable
from headstart.run.contest import (
    best_of,
    decided,
    fitted_by,
    kept_plans,
    trained,
)
from headstart.run.quantities import seconds
from headstart.run.recipes import passes_of
from headstart.run.settings import Settings
from headstart.train import (
    BitFit,
    Contrast,
    Fitted,
    Full,
    Gradual,
    Lesson,
    LowRank,
    Probe,
    Scratch,
    Strategy,
    Ulmfit,
    Unfreeze,
    as_it_is,
)

AS_IT_IS = "as it is"
"""The arm that learns nothing."""
LIKE = 4
"""Examples by which the cost of one is measured."""
BOTH = 2.5
"""A network that writes costs about this many times its half that reads."""


def write(
    lesson: Lesson, backbone: Backbone, settings: Settings, work: Path, tell: Tell
) -> Contest:
    """What needs no network; the same network from scratch; the half that reads frozen; all of it.

    The half that writes learns in every one of them. Scratch is left out where it would cost more
    than the budget, unless somebody asks for it. A decoder alone is also judged as it is, and
    learns by thin matrices before all of it does.
    """
    need_possible(settings.plan, backbone)
    found: list[Candidate] = []
    with priced(found):
        found.append(constant(lesson))
    if lesson.task.continues:
        with priced(found):
            found.append(followed(lesson))
    if lesson.task.kind == WRITTEN:
        with priced(found):
            found.append(repeated(lesson, backbone.modality))
        with priced(found):
            found.append(nearest(lesson, backbone.modality))
    if isinstance(backbone.writer, Alone):
        with priced(found):
            found.append(from_fit(lesson, as_it_is(lesson, backbone, tell), AS_IT_IS, tell))
    rows = len(lesson.partition.train)
    every = kept_plans(work, lambda: written(lesson, rows, backbone, settings, tell))
    plans = [plan for plan in every if plan != Scratch()] or [Scratch()]
    fits: dict[str, Fitted] = {}
    for strategy in every:
        with priced(found):
            fits[str(strategy)] = fitted_by(lesson, backbone, strategy, settings, work, tell)
            found.append(from_fit(lesson, fits[str(strategy)], str(strategy), tell))
    return decided(found, fits, str(settings.plan or best_of(lesson, plans, fits)), None)


def need_possible(plan: Strategy | None, backbone: Backbone) -> None:
    """Raise `UsageError` where a strategy is not for a network that writes, or not for this."""
    if plan == BitFit() and not any(name.endswith("bias") for name in _numbers(backbone)):
        raise UsageError(
            "U158",
            f"bitfit would train nothing: {printable(backbone.name)} has no biases",
            "--strategy lora, or full",
        )
    recurrent, alone = is_recurrent(backbone.architecture), isinstance(backbone.writer, Alone)
    if alone and isinstance(plan, Probe | Unfreeze | Gradual | (LowRank if recurrent else Probe)):
        raise UsageError(
            "U160",
            f"{plan} is not for {printable(backbone.name)}, which writes with all that it has",
            "--strategy full" if recurrent else "--strategy lora, bitfit or full",
        )
    if plan == Probe(every_stage=True) or isinstance(plan, Ulmfit | Contrast):
        raise UsageError(
            "U156",
            f"{plan} gives one row for a text, from which nothing can be written",
            "--strategy full, unfreeze:N, lora or probe (which freezes all that reads)",
        )


def _numbers(backbone: Backbone) -> list[str]:
    """Names of what could learn."""
    halves = [backbone.stages, *([backbone.writer] if backbone.writer else [])]
    return [name for half in halves for name, _ in half.named_parameters()]


def written(
    lesson: Lesson, rows: int, backbone: Backbone, settings: Settings, tell: Tell
) -> list[Strategy]:
    """What is tried on so many training rows: scratch first; then what was asked for, or the half
    that writes alone and all of it.
    """  # noqa: D205 - one sentence
    whole = _affordable(lesson, rows, backbone, settings, tell)
    first: Strategy = LowRank() if isinstance(backbone.writer, Alone) else Probe()
    usual = [Full()] if is_recurrent(backbone.architecture) else [first, *([Full()] * whole)]
    plans = [settings.plan] if settings.plan else usual
    scratch = [Scratch()] * (whole or bool(settings.compare))
    return list(dict.fromkeys((*scratch, *plans)))


def _affordable(
    lesson: Lesson, rows: int, backbone: Backbone, settings: Settings, tell: Tell
) -> bool:
    """Whether training all of the network, its search for a rate included, is in the budget."""
    passes = passes_of(Full(), backbone, lesson.task, rows) * rows
    cost = trained(backbone.modality.kind) * passes * _each(lesson, backbone)
    if cost > seconds(settings.budget):
        told = f"training all of it could take {cost / 60:,.0f} CPU minutes"
        note(tell, f"{told}, the budget is {settings.budget}: --budget TIME allows more")
    return cost <= seconds(settings.budget)


def _each(lesson: Lesson, backbone: Backbone) -> float:
    """CPU seconds of a pass over one example of middling length."""
    rows = lesson.partition.train[:64]
    like = lesson.items.take(rows)
    if not isinstance(backbone.writer, Alone):
        return BOTH * milliseconds(backbone.stages, backbone.modality, like) / 1000
    middle = sorted(range(len(rows)), key=lambda at: len(like[at]))[len(rows) // 2]
    given = moments(backbone).stages(backbone.modality.batch([like[middle]] * LIKE))
    labels = torch.as_tensor(lesson.labels_of([rows[middle]] * LIKE))
    with torch.inference_mode():
        backbone.writer.forced(given, labels)
        began = time.process_time()
        backbone.writer.forced(given, labels)
    return (time.process_time() - began) / LIKE
