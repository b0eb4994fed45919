"""Which strategies a run tries: what was asked for, else what task, data and budget suggest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from torch import Tensor

from headstart.advise import Depth, depth_of
from headstart.backbone import (
    Alone,
    Backbone,
    Stages,
    fresh_stages,
    is_recurrent,
    multiply_adds,
    seen_as,
    widths,
)
from headstart.events import Tell, note, quiet, span, without_notes
from headstart.features import noise
from headstart.head import Labels, Sample
from headstart.hostile import printable
from headstart.run.recipes import passes_of
from headstart.run.settings import Settings
from headstart.run.units import seconds
from headstart.task import Task
from headstart.train import (
    AS_USUAL,
    Full,
    Hyperparameters,
    LowRank,
    Price,
    Probe,
    Scratch,
    Strategy,
    TaskData,
    Ulmfit,
    Unfreeze,
    cut_of,
    decided_once,
    strategy_of,
    training_price,
)

LIKE = 64
"""Items by whose size the costs of one are judged."""
ULMFIT = 1.8
"""What all its steps cost, against tuning all of the same network: 1.8 and 2.1 times
on TREC with 600 and 400 labels, 2.8 on 400 sentences of SST-2."""
LEARNED = 0.68
"""Of all rows, those that networks are trained on where nobody says how many are tested."""
JUDGED = 1000
"""Rows by which stages are judged, at most."""
Priced = Callable[[int], Price]
"""How many of the last stages learn -> what all passes over the training rows take."""


@dataclass(frozen=True, eq=False)
class Prospect:
    """What is known before any strategy is tried."""

    task: Task
    backbone: Backbone
    price: Priced
    depth: Depth | None = None
    """What the stages know, where heads can say."""

    @property
    def recurrent(self) -> bool:
        """Whether the network reads one token after the other, so that all of it learns or none."""
        return is_recurrent(self.backbone.architecture)


def strategies(found: Prospect, settings: Settings, tell: Tell = quiet) -> list[Strategy]:
    """Everything that is fitted on the backbone, in this order: cheapest first.

    Where the backbone writes, scratch comes first, and is left out where it would cost more than
    the budget, unless somebody asks for it; elsewhere a probe comes first.
    """
    if found.task.writes:
        return _writing(found, settings, tell)
    usual = _half if found.task.coded_rows else _judged
    if found.task.locates:
        usual = _located
    plans = [settings.plan] if settings.plan else usual(found, settings, tell)
    return list(dict.fromkeys((Probe(), *plans, *(Scratch() for _ in settings.compare))))


def kept_strategies(work: Path, make: Callable[[], list[Strategy]]) -> list[Strategy]:
    """What was planned before this run was killed, else what is planned now: speeds vary."""
    told = decided_once(work / "plans.json", lambda: [str(strategy) for strategy in make()])
    return [strategy_of(text) for text in told]


def _writing(found: Prospect, settings: Settings, tell: Tell) -> list[Strategy]:
    """Scratch; what was asked for, or the half that writes alone; all of it."""
    whole = _affordable("training all of it", found.price(found.backbone.depth), settings, tell)
    first: Strategy = LowRank() if isinstance(found.backbone.writer, Alone) else Probe()
    usual: list[Strategy] = [Full()] if found.recurrent else [first, *([Full()] * whole)]
    plans = [settings.plan] if settings.plan else usual
    return list(dict.fromkeys((*([Scratch()] * (whole or bool(settings.compare))), *plans)))


def _half(found: Prospect, settings: Settings, tell: Tell) -> list[Strategy]:
    """As many of the last stages as the budget allows, up to half of them."""
    half, budget = max(1, found.backbone.depth // 2), seconds(settings.budget)
    allowed = [n for n in range(1, half + 1) if found.price(n).spent <= budget]
    if not allowed:
        _affordable(str(Unfreeze(1)), found.price(1), settings, tell)
    return [Unfreeze(max(allowed)) for _ in allowed[:1]]


def _located(found: Prospect, settings: Settings, tell: Tell) -> list[Strategy]:
    """The probe alone, of a detector that was pretrained; else all stages, where there is time."""
    if fresh_stages(found.backbone) < 2:
        return [Probe()]
    whole = _affordable("training all of it", found.price(found.backbone.depth), settings, tell)
    return [Full()] if whole else [Probe()]


def _judged(found: Prospect, settings: Settings, tell: Tell) -> list[Strategy]:
    """A probe on every stage; and where earlier stages know more than the last, `unfrozen`."""
    depth, backbone, budget = found.depth, found.backbone, seconds(settings.budget)
    if depth is None:
        return []
    if depth.linear and not found.recurrent:
        return [Probe(every_stage=True)]
    wanted = max(1, backbone.depth - 1 - depth.best)
    if found.recurrent:
        wanted = backbone.depth
        tuned = of_language(found.price(wanted).spent, budget)
    else:
        tuned = unfrozen(found.price, wanted, backbone.depth, budget)
    first = Full() if found.recurrent else Unfreeze(wanted)
    if not {first, Full()} & set(tuned):
        _affordable(str(first), found.price(wanted), settings, tell)
    return [Probe(every_stage=True), *tuned]


def _affordable(what: str, price: Price, settings: Settings, tell: Tell) -> bool:
    """Whether it is in the budget; where it is not, that is told."""
    inside = price.spent <= seconds(settings.budget)
    if not inside:
        told = f"{what} could take {span(price.spent)} of CPU time"
        note(tell, f"{told}, the budget is {settings.budget}: --budget TIME allows more")
    return inside


def of_language(took: float, budget_s: float) -> list[Strategy]:
    """Of a recurrent network all, which takes so many CPU seconds, and the same after its target's
    language; where the budget does not allow both, the first alone.
    """  # noqa: D205 - one sentence
    plans: list[Strategy] = [Full(), Ulmfit()]
    return plans[: int(budget_s >= took) + int(budget_s >= (1 + ULMFIT) * took)]


def unfrozen(price: Priced, wanted: int, depth: int, budget_s: float) -> list[Strategy]:
    """The stages behind the one that knows most, and all of them; where the budget does not allow
    both, all alone, else as many of the last as it allows.
    """  # noqa: D205 - one sentence
    whole = price(depth).spent
    if price(wanted).spent + whole <= budget_s:
        return [Unfreeze(wanted), Full()]
    if whole <= budget_s:
        return [Full()]
    allowed = [n for n in range(1, wanted + 1) if price(n).spent <= budget_s]
    return [Unfreeze(allowed[-1])] if allowed else []


def prices(
    backbone: Backbone,
    task: Task,
    like: Sequence[Tensor],
    rows: int,
    labels: Labels | None = None,
    asked: Hyperparameters = AS_USUAL,
) -> Priced:
    """Of training the last few stages on so many rows, by a step on items like these.

    `labels` are theirs, for the half that writes.
    """

    @cache
    def price(last: int) -> Price:
        source = backbone if task.writes else seen_as(backbone, task.view)
        passes = passes_of(Full(), backbone, task, rows, asked)
        told = labels if task.writes else None
        return training_price(source, like, passes * rows, backbone.depth - last, told)

    return price


def allowances(
    plans: Sequence[Strategy], backbone: Backbone, settings: Settings
) -> Mapping[Strategy, float]:
    """CPU seconds of the budget for each plan, by the work of the stages that learn; what was asked
    for takes what it takes.
    """  # noqa: D205 - one sentence
    if settings.plan:
        return {}
    adds = multiply_adds(backbone)
    shares = {plan: float(sum(adds[cut_of(plan, backbone.depth) :])) for plan in plans}
    shares |= {plan: ULMFIT * shares[plan] for plan in plans if plan == Ulmfit()}
    each = seconds(settings.budget) / max(1, sum(shares.values()))
    return {plan: each * share for plan, share in shares.items() if share}


def prospect_of(
    task_data: TaskData, backbone: Backbone, settings: Settings, tell: Tell
) -> Prospect:
    """From the rows that a run learns from; stages are judged where nobody says what to train."""
    train, task = task_data.partition.train, task_data.task
    like = task_data.items.take(train[:LIKE])
    labels, asked = task_data.labels_of(train[:LIKE]), settings.hyperparameters
    price = prices(backbone, task, like, len(train), labels, asked)
    judged = settings.plan is None and not task.coded_rows
    return Prospect(
        task, backbone, price, judged_depth(task_data, backbone, tell) if judged else None
    )


def judged_depth(task_data: TaskData, backbone: Backbone, tell: Tell) -> Depth | None:
    """What the stages know, by at most `JUDGED` rows; None where nothing was learned elsewhere."""
    if not backbone.origin.pretrained or backbone.depth < 2:
        if backbone.depth < 2:
            note(tell, f"{printable(backbone.name)} can't be cut: it is one stage, frozen here")
        return None
    rows = task_data.pool[:: -(-len(task_data.pool) // JUDGED)]
    feed = task_data.rows_feed(rows, seen_as(backbone, Stages), 1, tell)
    table, groups = feed(range(len(rows)), ()), task_data.groups_of(rows)
    sample = Sample(table, task_data.labels_of(rows), task_data.task, groups)
    names = [name for name, _ in backbone.stages.named_children()]
    return depth_of(sample, names, widths(backbone.stages, noise(backbone.modality)))


def would_tune(task_data: TaskData, backbone: Backbone, tell: Tell) -> bool:
    """Whether "auto" would train more than heads, if the budget allows; rows are counted."""
    if is_recurrent(backbone.architecture):
        return backbone.origin.pretrained
    depth = judged_depth(task_data, backbone, without_notes(tell))
    return depth is not None and not depth.linear
