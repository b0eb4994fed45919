"""The ladder of evidence: every arm of a run, cheapest first, in one loop."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from jaxtyping import Float

from headstart.advise import Depth
from headstart.backbone import Alone
from headstart.evaluate import Candidate, FittedArms, priced
from headstart.events import detail, note
from headstart.run.arm_jobs import ahead_of
from headstart.run.arms import Job, Rung, baseline, learned, published, without_weights
from headstart.run.strategies import allowances, kept_strategies, prospect_of, strategies
from headstart.stats import standard_error
from headstart.train import Fitted, Probe, Scratch, Strategy, TaskData

KIND = "; a trained network's is that of its best epoch on these rows, which is kind to it"


@dataclass(eq=False)
class _Climb:
    """What was found so far; later arms go by it."""

    candidates: list[Candidate] = field(default_factory=list)
    fits: dict[str, Fitted] = field(default_factory=dict)
    depth: Depth | None = None
    plans: list[Strategy] = field(default_factory=list)
    """What the model is chosen from, where nobody says what to train."""


def fitted_arms(job: Job) -> FittedArms:
    """Fit every arm; the test rows stay closed."""
    found = _Climb()
    for rung in ladder(job, found):
        with priced(found.candidates):
            arm, fitted = rung()
            found.candidates.append(arm)
        if fitted is not None:
            found.fits[arm.name] = fitted
            if arm.note:
                note(job.tell, arm.note)
    chosen = job.settings.plan or best_of(job.task_data, found.plans, found.fits)
    done = decided(found.candidates, found.fits, str(chosen), found.depth)
    if done.because:
        detail(job.tell, done.because)
    return done


def ladder(job: Job, found: _Climb) -> Iterator[Rung]:
    """What fits each arm, cheapest first: without a network, on random weights, frozen, trained.

    The first probe may come before random weights, which can be settled by a part of their work
    then. What is trained is only chosen behind both.
    """
    task, backbone = job.task_data.task, job.backbone
    yield from (partial(baseline, job, name) for name in task.baselines)
    if isinstance(backbone.writer, Alone):
        yield partial(published, job)
    if task.coded_rows and not task.writes:
        yield partial(without_weights, job, None)
    if not task.writes:
        yield partial(learned, job, Probe())
    if not task.coded_rows and backbone.origin.pretrained:  # else the probe is that arm itself
        probe = found.fits[str(Probe())]
        yield partial(without_weights, job, probe, tuple(found.candidates))
    every = _strategies(job, found)
    allowed = {} if task.coded_rows else allowances(found.plans, backbone, job.settings)
    left = [strategy for strategy in every if str(strategy) not in found.fits]
    ahead = ahead_of(job, left, allowed)
    for strategy in left:
        allowance = allowed.get(strategy, math.inf)
        yield partial(learned, job, strategy, allowance, ahead.get(strategy))


def _strategies(job: Job, found: _Climb) -> list[Strategy]:
    """All that is fitted on the backbone; and what of it may be the model."""
    known = prospect_of(job.task_data, job.backbone, job.settings, job.tell)
    every = kept_strategies(job.work, lambda: strategies(known, job.settings, job.tell))
    found.depth = known.depth
    found.plans = [plan for plan in every if plan != Scratch()] or [Scratch()]
    return every


def best_of(task_data: TaskData, plans: Sequence[Strategy], fits: Mapping[str, Fitted]) -> Strategy:
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
        loss, merit = zip(
            *(_judged(task_data, fitted, rows) for fitted in (one, other)), strict=True
        )
        less = loss[0] - loss[1]
        gain, needed = float(less.mean()), 0.0
        if plan == Probe(every_stage=True):
            needed = standard_error(less, task_data.groups_of(rows))
        if gain > needed and merit[1].mean() >= merit[0].mean():
            best = plan
    return best


def _judged(
    task_data: TaskData, fitted: Fitted, rows: Sequence[int]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Losses and merits of rows that the network was not fitted to."""
    place = {row: position for position, row in enumerate(fitted.held_rows)}
    found = fitted.held[[place[row] for row in rows]].numpy().astype(float)
    labels = task_data.labels_of(rows).numpy()
    task = task_data.task
    return task.losses(found, labels), task.merit(found, labels).astype(float)


def decided(
    found: list[Candidate], fits: Mapping[str, Fitted], chosen: str, depth: Depth | None
) -> FittedArms:
    """With the arm that is the model, and the one that stands for transfer."""
    named = {candidate.name: candidate for candidate in found}
    model, fitted = named[chosen], fits[chosen]
    transfer = named.get("probe", model) if chosen == str(Scratch()) else model
    others = {name: one for name, one in fits.items() if name not in ("probe", chosen)}
    because = ""
    if depth:
        tried = ", ".join(f"{name} {named[name].selection_loss:.3f}" for name in fits)
        least = "nothing did better" if chosen == "probe" else "it lost least"
        kind = KIND if any(len(fit.suffix) for fit in fits.values()) else ""
        because = f"took {chosen}: on unseen rows {least} ({tried}{kind}); {depth.why}"
    return FittedArms(
        tuple(found), model, fitted, transfer, others, depth, because, probe=fits.get("probe")
    )
