"""Which arms a run compares, and the fits behind them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from headstart.advise import Depth, depth_of
from headstart.backbone import Backbone, every_stage, is_recurrent, multiply_adds, widths
from headstart.evaluate import (
    Candidate,
    Contest,
    constant,
    from_fit,
    priced,
    raw,
    untrained,
)
from headstart.events import Tell, note, quiet, span
from headstart.features import noise
from headstart.head import Sample
from headstart.hostile import printable
from headstart.run.quantities import seconds
from headstart.run.recipes import passes_of, recipe_of
from headstart.run.settings import Settings
from headstart.stats import standard_error
from headstart.task import Task
from headstart.train import (
    Fitted,
    Full,
    Lesson,
    Price,
    Probe,
    Scratch,
    Strategy,
    Ulmfit,
    Unfreeze,
    cut_of,
    decided_once,
    fit,
    step_price,
    strategy_of,
)

TRAINED = {"image": 6.0, "text": 3.5, "audio": 4.0}
"""A training step costs about this many of the fastest forward passes."""
IN_HALF = 0.55
"""A step of a network for texts in bfloat16 against one in single precision: 981 and 1,874 CPU ms
of 32 sentences through all-MiniLM-L6-v2 (`python -m benchmarks steps`, with AMX)."""
EPOCH = {"image": 1.4, "text": 1.2, "audio": 1.0}
"""What an epoch takes against its steps alone: it looks at validation rows, leaves a checkpoint,
and steps are slower among the rest than by themselves: 1.0 to 1.6 times on flowers5 and trashnet.
Those for texts and recordings mostly stop before their last epoch: 1.0 to 1.1 on TREC with 600
labels, .6 on ESC-10.
"""
LIKE = 64
"""Items by whose size the costs of one are judged."""
SEEDS = 3
"""Heads fitted to other draws of the rows, to show how much luck is in one."""
ULMFIT = 1.8
"""What all its steps cost, against tuning all of the same network: 1.8 and 2.1 times
on TREC with 600 and 400 labels, 2.8 on 400 sentences of SST-2."""
KIND = "; a trained network's is that of its best epoch on these rows, which is kind to it"
JUDGED = 1000
"""Rows by which stages are judged, at most."""


def contest(
    lesson: Lesson, backbone: Backbone, settings: Settings, work: Path, tell: Tell
) -> Contest:
    """Fit every arm, cheapest first; the test rows stay closed."""
    found: list[Candidate] = []
    with priced(found):
        found.append(constant(lesson))
    with priced(found):
        found.append(raw(lesson, backbone.modality))
    with priced(found):
        probe = fit(lesson, backbone, Probe(), work=work / "probe", tell=tell)
        found.append(from_fit(lesson, probe, "probe", tell))
    if backbone.origin.pretrained:  # else the probe is that arm itself
        with priced(found):
            held = probe.held.numpy().astype(float)
            same = backbone if settings.plan == Probe() else _whole(backbone)
            found.append(untrained(lesson, same, settings.seed, held, tell))
    depth = _depth(lesson, backbone, tell) if settings.plan is None else None
    plans = (
        [settings.plan]
        if settings.plan
        else kept_plans(work, lambda: _tried(lesson, backbone, depth, settings, tell))
    )
    fits: dict[str, Fitted] = {"probe": probe}
    allowed = allowances(plans, backbone, settings)
    for strategy in dict.fromkeys((*plans, *(Scratch() for _ in settings.compare))):
        if strategy == Probe():
            continue
        with priced(found):
            fits[str(strategy)] = fitted_by(
                lesson, backbone, strategy, settings, work, tell, allowed.get(strategy, math.inf)
            )
            arm = from_fit(lesson, fits[str(strategy)], str(strategy), tell)
            found.append(replace(arm, note=_advice(fits[str(strategy)], lesson.task.figure)))
        if found[-1].note:
            note(tell, found[-1].note)
    chosen = str(settings.plan or best_of(lesson, plans, fits))
    contest = decided(found, fits, chosen, depth)
    if depth:
        note(tell, contest.because)
    return contest


def would_tune(lesson: Lesson, backbone: Backbone) -> bool:
    """Whether "auto" would train more than heads, if the budget allows."""
    if is_recurrent(backbone.architecture):
        return backbone.origin.pretrained
    depth = _depth(lesson, backbone, quiet)
    return depth is not None and not depth.linear


def _whole(backbone: Backbone) -> Backbone:
    """With all stages' features: what transfer is held against may use them where it may."""
    return every_stage(backbone) if backbone.depth > 1 else backbone


def _depth(lesson: Lesson, backbone: Backbone, tell: Tell) -> Depth | None:
    """What the stages know, by at most `JUDGED` rows; None where nothing was learned elsewhere."""
    if not backbone.origin.pretrained or backbone.depth < 2:
        if backbone.depth < 2:
            note(tell, f"{printable(backbone.name)} can't be cut: it is one stage, frozen here")
        return None
    rows = lesson.pool[:: -(-len(lesson.pool) // JUDGED)]
    feed = lesson.rows_feed(rows, every_stage(backbone), 1, tell)
    table, groups = feed(range(len(rows)), ()), lesson.groups_of(rows)
    sample = Sample(table, lesson.labels_of(rows), lesson.task, groups)
    names = [name for name, _ in backbone.stages.named_children()]
    return depth_of(sample, names, widths(backbone.stages, noise(backbone.modality)))


def kept_plans(work: Path, make: Callable[[], list[Strategy]]) -> list[Strategy]:
    """What was planned before this run was killed, else what is planned now: speeds vary."""
    told = decided_once(work / "plans.json", lambda: [str(strategy) for strategy in make()])
    return [strategy_of(text) for text in told]


def _tried(
    lesson: Lesson, backbone: Backbone, depth: Depth | None, settings: Settings, tell: Tell
) -> list[Strategy]:
    """A probe; a probe on every stage; and where earlier stages know more than the last, what
    `unfrozen` gives.
    """  # noqa: D205 - one sentence
    if depth is None:
        return [Probe()]
    plans: list[Strategy] = [Probe(), Probe(every_stage=True)]
    recurrent = is_recurrent(backbone.architecture)
    if depth.linear and not recurrent:
        return plans
    train = lesson.partition.train
    like = lesson.items.take(train[:LIKE])
    price = tuning_price(backbone, lesson.task, like, len(train))
    budget_s, wanted = seconds(settings.budget), max(1, backbone.depth - 1 - depth.best)
    if recurrent:
        wanted = backbone.depth
        tuned = of_language(price(wanted).spent, budget_s)
    else:
        tuned = unfrozen(price, wanted, backbone.depth, budget_s)
    first = Full() if recurrent else Unfreeze(wanted)
    if not {first, Full()} & set(tuned):
        told = f"{first} could take {span(price(wanted).spent)} of CPU time"
        note(tell, f"{told}, the budget is {settings.budget}: --budget TIME allows more")
    return [*plans, *tuned]


def of_language(took: float, budget_s: float) -> list[Strategy]:
    """Of a recurrent network all, which takes so many CPU seconds, and the same after its target's
    language; where the budget does not allow both, the first alone.
    """  # noqa: D205 - one sentence
    plans: list[Strategy] = [Full(), Ulmfit()]
    return plans[: int(budget_s >= took) + int(budget_s >= (1 + ULMFIT) * took)]


def tuning_price(
    backbone: Backbone, task: Task, like: Sequence[Tensor], rows: int
) -> Callable[[int], Price]:
    """What training the last few stages on so many rows takes, by one step of just these."""

    @cache
    def price(last: int) -> Price:
        passes = passes_of(Full(), backbone, task, rows)
        each = step_price(backbone, like, backbone.depth - last)
        return each.times(EPOCH[backbone.modality.kind] * passes * rows)

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


def unfrozen(
    price: Callable[[int], Price], wanted: int, depth: int, budget_s: float
) -> list[Strategy]:
    """The stages behind the one that knows most, and all of them; where the budget does not allow
    both, all alone, else as many of the last as it allows. `price` is that of training the last
    few.
    """  # noqa: D205 - one sentence
    whole = price(depth).spent
    if price(wanted).spent + whole <= budget_s:
        return [Unfreeze(wanted), Full()]
    if whole <= budget_s:
        return [Full()]
    allowed = [n for n in range(1, wanted + 1) if price(n).spent <= budget_s]
    return [Unfreeze(allowed[-1])] if allowed else []


def trained(kind: str) -> float:
    """A training step costs about this many forward passes in single precision, here."""
    half = kind == "text" and torch.cpu._is_amx_tile_supported()
    return TRAINED[kind] * (IN_HALF if half else 1.0)


def best_of(lesson: Lesson, plans: list[Strategy], fits: Mapping[str, Fitted]) -> Strategy:
    """The plan that loses least on validation rows and is no worse on them, simple first.

    Probes are judged out of fold on all rows that may be looked at, trained networks on
    validation rows; a later plan is held against the best before it on the rows of its own. The
    features of all stages are only taken where they lose less by more than a standard error
    (Breiman et al. 1984, section 3.4.3): there are several times as many of them.
    """
    best = plans[0]
    for plan in plans[1:]:
        one, other = fits[str(best)], fits[str(plan)]
        known = set(one.held_rows)
        rows = [row for row in other.held_rows if row in known]
        loss, merit = zip(*(_judged(lesson, fitted, rows) for fitted in (one, other)), strict=True)
        less = loss[0] - loss[1]
        gain, needed = float(less.mean()), 0.0
        if plan == Probe(every_stage=True):
            needed = standard_error(less, lesson.groups_of(rows))
        if gain > needed and merit[1].mean() >= merit[0].mean():
            best = plan
    return best


def _judged(
    lesson: Lesson, fitted: Fitted, rows: Sequence[int]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Losses and merits of rows that the network was not fitted to."""
    place = {row: position for position, row in enumerate(fitted.held_rows)}
    found = fitted.held[[place[row] for row in rows]].numpy().astype(float)
    labels = lesson.labels_of(rows).numpy()
    task = lesson.task
    return task.losses(found, labels), task.merit(found, labels).astype(float)


def fitted_by(
    lesson: Lesson,
    backbone: Backbone,
    strategy: Strategy,
    settings: Settings,
    work: Path,
    tell: Tell,
    allowance: float = math.inf,
) -> Fitted:
    """As the settings say, in a folder of the strategy's name, in so many CPU seconds."""
    place = work / str(strategy).replace(":", "-")
    place.mkdir(exist_ok=True)
    recipe = recipe_of(strategy, backbone, lesson.task, settings.seed)
    recipe = replace(recipe, allowance=allowance)
    return fit(lesson, backbone, strategy, recipe, work=place, tell=tell)


def decided(
    found: list[Candidate], fits: Mapping[str, Fitted], chosen: str, depth: Depth | None
) -> Contest:
    """With the arm that is the model, and the one that stands for transfer."""
    named = {candidate.name: candidate for candidate in found}
    model, fitted = named[chosen], fits[chosen]
    transfer = named.get("probe", model) if chosen == str(Scratch()) else model
    others = {name: one for name, one in fits.items() if name not in ("probe", chosen)}
    because = ""
    if depth:
        tried = ", ".join(f"{name} {named[name].choice:.3f}" for name in fits)
        least = "nothing did better" if chosen == "probe" else "it lost least"
        kind = KIND if any(len(fit.suffix) for fit in fits.values()) else ""
        because = f"took {chosen}: on unseen rows {least} ({tried}{kind}); {depth.why}"
    return Contest(tuple(found), model, fitted, transfer, others, depth, because)


def _advice(fitted: Fitted, figure: str) -> str:
    """To ship the probe instead, and why; empty where training went beyond the head it began with.

    Both are judged on validation rows; the head at the start was fitted to training rows alone.
    """
    if not fitted.progress.marks or not fitted.backbone.origin.pretrained:
        return ""
    start, end = fitted.progress.marks[0], fitted.progress.marks[fitted.progress.best]
    if end.val_loss < start.val_loss and end.val_merit >= start.val_merit:
        return ""
    told = f"validation loss {start.val_loss:.4f}, {figure} {start.val_merit:.1%}"
    return f"ship the probe: no epoch was better than the one it started from ({told})"
