"""Which arms a run compares whose answers have an order, and the fits behind them."""

from collections.abc import Sequence
from pathlib import Path

from headstart.backbone import Backbone, fresh, multiply_adds
from headstart.data import Problem
from headstart.errors import DataError, UsageError
from headstart.evaluate import Candidate, Contest, constant, from_fit, priced, usual_tags
from headstart.events import Tell, note
from headstart.features import milliseconds
from headstart.modality import Look
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
    Contrast,
    Fitted,
    Lesson,
    Probe,
    Scratch,
    Strategy,
    Unfreeze,
)

UNTRAINED = "probe on random weights"


def recite(
    lesson: Lesson, backbone: Backbone, settings: Settings, work: Path, tell: Tell
) -> Contest:
    """What needs no network; a layer on random weights; a layer on pretrained ones; training."""
    need_order(settings.plan)
    found: list[Candidate] = []
    with priced(found):
        found.append(constant(lesson))
    if lesson.task.per_word:
        with priced(found):
            found.append(usual_tags(lesson))
    with priced(found):
        yardstick = fresh(backbone, settings.seed + 1)
        fitted = fitted_by(lesson, yardstick, Probe(), settings, _folder(work, "untrained"), tell)
        found.append(from_fit(lesson, fitted, UNTRAINED, tell))
    plans = (
        [settings.plan]
        if settings.plan
        else kept_plans(
            work, lambda: recited(lesson, len(lesson.partition.train), backbone, settings, tell)
        )
    )
    fits: dict[str, Fitted] = {}
    for strategy in dict.fromkeys((Probe(), *plans, *(Scratch() for _ in settings.compare))):
        with priced(found):
            fits[str(strategy)] = fitted_by(lesson, backbone, strategy, settings, work, tell)
            found.append(from_fit(lesson, fits[str(strategy)], str(strategy), tell))
    chosen = str(settings.plan or best_of(lesson, plans, fits))
    return decided(found, fits, chosen, None)


def need_order(plan: Strategy | None) -> None:
    """Raise `UsageError` where a strategy has one row for everything."""
    if plan == Probe(every_stage=True) or isinstance(plan, Contrast):
        raise UsageError(
            "U154",
            f"{plan} goes by one row for everything, which has no order in time",
            "--strategy probe, unfreeze:N, or full",
        )


def need_short(looks: Sequence[Look | Problem], rows: Sequence[int], most_s: float) -> None:
    """Raise `DataError` where recordings are too long to be heard from end to end."""
    long = [row for row in rows if _length(looks[row]) > most_s]
    if long:
        raise DataError(
            "D211",
            f"{len(long):,} of {len(rows):,} recordings are longer than {most_s:g} seconds",
            "cut them, or give the columns with the seconds of each sentence: --start and --end",
        )


def _length(look: Look | Problem) -> float:
    return float(dict(look.facts).get("seconds", 0.0)) if isinstance(look, Look) else 0.0


def recited(
    lesson: Lesson, rows: int, backbone: Backbone, settings: Settings, tell: Tell
) -> list[Strategy]:
    """What is tried on so many training rows: a probe; and as many stages unfrozen, up to half of
    them, as the budget allows.
    """  # noqa: D205 - one sentence
    adds = multiply_adds(backbone)
    like = lesson.items.take(lesson.partition.train[:64])
    each = milliseconds(backbone.stages, backbone.modality, like) / 1000 / max(1, sum(adds))
    passes = passes_of(Unfreeze(1), backbone, lesson.task, rows) * rows
    cost = {
        n: trained(backbone.modality.kind) * passes * each * sum(adds[-n:])
        for n in range(1, max(2, backbone.depth // 2 + 1))
    }
    allowed = [n for n in cost if cost[n] <= seconds(settings.budget)]
    if not allowed:
        told = f"unfreeze:1 could take {cost[1] / 60:,.0f} CPU minutes"
        note(tell, f"{told}, the budget is {settings.budget}: --budget TIME allows more")
    return [Probe(), *(Unfreeze(max(allowed)) for _ in allowed[:1])]


def _folder(work: Path, name: str) -> Path:
    (work / name).mkdir(parents=True, exist_ok=True)
    return work / name
