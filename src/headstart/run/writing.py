"""Which arms a run compares whose model writes, and the fits behind them."""

from pathlib import Path

from headstart.backbone import Backbone
from headstart.data import WRITTEN
from headstart.errors import UsageError
from headstart.evaluate import Candidate, Contest, constant, from_fit, nearest, priced, repeated
from headstart.events import Tell, note
from headstart.features import milliseconds
from headstart.hostile import printable
from headstart.run.contest import (
    best_of,
    decided,
    fitted_by,
    kept_plans,
    recipe_of,
    trained,
)
from headstart.run.quantities import seconds
from headstart.run.settings import Settings
from headstart.train import (
    RATES,
    TRIAL,
    BitFit,
    Contrast,
    Fitted,
    Full,
    Lesson,
    Probe,
    Scratch,
    Strategy,
    Ulmfit,
)

BOTH = 2.5
"""A network that writes costs about this many times its half that reads."""


def write(
    lesson: Lesson, backbone: Backbone, settings: Settings, work: Path, tell: Tell
) -> Contest:
    """What needs no network; the same network from scratch; the half that reads frozen; all of it.

    The half that writes learns in every one of them. Scratch is left out where it would cost more
    than the budget, unless somebody asks for it.
    """
    _need_possible(settings.plan, backbone)
    found: list[Candidate] = []
    with priced(found):
        found.append(constant(lesson))
    if lesson.task.kind == WRITTEN:
        with priced(found):
            found.append(repeated(lesson, backbone.modality))
        with priced(found):
            found.append(nearest(lesson, backbone.modality))
    every = kept_plans(work, lambda: _tried(lesson, backbone, settings, tell))
    plans = [plan for plan in every if plan != Scratch()] or [Scratch()]
    fits: dict[str, Fitted] = {}
    for strategy in every:
        with priced(found):
            fits[str(strategy)] = fitted_by(lesson, backbone, strategy, settings, work, tell)
            found.append(from_fit(lesson, fits[str(strategy)], str(strategy), tell))
    return decided(found, fits, str(settings.plan or best_of(lesson, plans, fits)), None)


def _need_possible(plan: Strategy | None, backbone: Backbone) -> None:
    if plan == BitFit() and not any(name.endswith("bias") for name in _numbers(backbone)):
        raise UsageError(
            "U158",
            f"bitfit would train nothing: {printable(backbone.name)} has no biases",
            "--strategy lora, or full",
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


def _tried(lesson: Lesson, backbone: Backbone, settings: Settings, tell: Tell) -> list[Strategy]:
    """Scratch first; then what was asked for, or the half that writes alone and all of it."""
    whole = _affordable(lesson, backbone, settings, tell)
    usual: list[Strategy] = [Probe(), *([Full()] * whole)]
    plans = [settings.plan] if settings.plan else usual
    scratch = [Scratch()] * (whole or bool(settings.compare))
    return list(dict.fromkeys((*scratch, *plans)))


def _affordable(lesson: Lesson, backbone: Backbone, settings: Settings, tell: Tell) -> bool:
    """Whether training all of the network, its search for a rate included, is in the budget."""
    recipe = recipe_of(Full(), settings.seed, lesson.task.kind)
    like = lesson.items.take(lesson.partition.train[:64])
    each = milliseconds(backbone.stages, backbone.modality, like) / 1000
    passes = recipe.epochs * (1 + TRIAL * len(RATES)) * len(lesson.partition.train)
    cost = BOTH * trained(backbone.modality.kind) * passes * each
    if cost > seconds(settings.budget):
        told = f"training all of it could take {cost / 60:,.0f} CPU minutes"
        note(tell, f"{told}, the budget is {settings.budget}: --budget TIME allows more")
    return cost <= seconds(settings.budget)
