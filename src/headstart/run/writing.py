"""Which arms a run compares whose model writes, and the fits behind them."""

from pathlib import Path

from headstart.backbone import Backbone
from headstart.data import WRITTEN
from headstart.errors import UsageError
from headstart.evaluate import Candidate, Contest, constant, from_fit, nearest, priced, repeated
from headstart.events import Tell, note
from headstart.features import milliseconds
from headstart.run.contest import TRAINED, best_of, decided, fitted_by, recipe_of
from headstart.run.quantities import seconds
from headstart.run.settings import Settings
from headstart.train import (
    RATES,
    TRIAL,
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

    The half that writes learns in every one of them.
    """
    _need_possible(settings.plan)
    found: list[Candidate] = []
    with priced(found):
        found.append(constant(lesson))
    if lesson.task.kind == WRITTEN:
        with priced(found):
            found.append(repeated(lesson, backbone.modality))
        with priced(found):
            found.append(nearest(lesson, backbone.modality))
    plans = [settings.plan] if settings.plan else _tried(lesson, backbone, settings, tell)
    fits: dict[str, Fitted] = {}
    for strategy in dict.fromkeys((Scratch(), *plans)):
        with priced(found):
            fits[str(strategy)] = fitted_by(lesson, backbone, strategy, settings, work, tell)
            found.append(from_fit(lesson, fits[str(strategy)], str(strategy), tell))
    return decided(found, fits, str(settings.plan or best_of(lesson, plans, fits)), None)


def _need_possible(plan: Strategy | None) -> None:
    if plan == Probe(every_stage=True) or isinstance(plan, Ulmfit | Contrast):
        raise UsageError(
            "U156",
            f"{plan} gives one row for a text, from which nothing can be written",
            "--strategy full, unfreeze:N, lora or probe (which freezes all that reads)",
        )


def _tried(lesson: Lesson, backbone: Backbone, settings: Settings, tell: Tell) -> list[Strategy]:
    """The half that writes alone; all of it, where the budget allows."""
    recipe = recipe_of(Full(), settings.seed, lesson.task.kind)
    like = lesson.items.take(lesson.partition.train[:64])
    each = milliseconds(backbone.stages, backbone.modality, like) / 1000
    passes = recipe.epochs * (1 + TRIAL * len(RATES)) * len(lesson.partition.train)
    cost = BOTH * TRAINED[backbone.modality.kind] * passes * each
    if cost > seconds(settings.budget):
        told = f"full could take {cost / 60:,.0f} CPU minutes"
        note(tell, f"{told}, the budget is {settings.budget}: --budget TIME allows more")
        return [Probe()]
    return [Probe(), Full()]
