"""Trials of rates and trainings of arms that workers do, before the ladder comes to them.

A worker reads the same data and makes the same things ready; it leaves notes and a checkpoint in
the folder of the run, where the ladder goes on from them as a run does that was killed. So what
comes of it is the same, whoever trained.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from pathlib import Path
from typing import TypeVar

import torch

from headstart.data import Partition
from headstart.evaluate import Cost
from headstart.events import Event, Tell, quiet, together, warn
from headstart.hostile import printable
from headstart.run.arms import Ahead, Job, Site, recipe_in
from headstart.run.default_backbone import Start
from headstart.run.facts import AFAR, clocks
from headstart.run.inputs import found_at
from headstart.run.named_backbones import taken
from headstart.run.prepared import known_of, task_data_of
from headstart.run.settings import Settings
from headstart.scale import Answer, Map, answers, map_at
from headstart.train import (
    RateTrial,
    RateTrials,
    Ready,
    Strategy,
    is_trained,
    leaves_checkpoints,
    readied,
    source_of,
    train_on,
    try_rate,
)
from headstart.usage import peak_mb

Done = TypeVar("Done")
OTHERS = (
    "workers do not see the data, the weights or the folder of this run as this process does: "
    "what they were to train is trained here ({place})"
)


@dataclass(frozen=True)
class ArmJob:
    """One arm, as far as a worker needs to know it."""

    site: Site
    strategy: Strategy
    allowance: float
    work: Path
    """The run's folder for checkpoints, which the worker has to see, too."""
    rate: float = 0.0
    """Which one to try; 0 for all of the training."""


def site_of(place: str, start: Start, settings: Settings, root: Path, contents: tuple[str, str],
            partition: Partition | None) -> Site | None:  # fmt: skip
    """None where nobody but this process works, or the data lie in its memory alone."""
    if settings.network.where.kind == "here" or not place:
        return None
    network = replace(settings.network, on="")
    asked = replace(settings, backbone=start.name, weights=start.weights, given=start.given)
    asked, threads = replace(asked, network=network), torch.get_num_threads()
    return Site(place, asked, root.absolute(), partition, contents, threads)


@dataclass(frozen=True)
class Tried:
    """A rate that a worker tried."""

    trial: RateTrial
    cost: Cost


def try_afar(job: ArmJob, tell: Tell) -> Tried | None:
    """What a worker does with a rate; None where it finds other data or weights."""
    ready = _ready(replace(job, rate=0.0))
    if ready is None:
        return None
    began = clocks()
    return Tried(try_rate(ready, job.rate), _since(began))


def train_afar(job: ArmJob, tell: Tell) -> Cost | None:
    """What a worker does with a training, and what that takes once all stands ready."""
    known, ready = _job_at(job.site), _ready(job)
    if known is None or ready is None:
        return None
    began = clocks()
    train_on(ready, recipe_in(replace(known, work=job.work), job.strategy)[0], tell)
    return _since(began)


def _since(began: tuple[float, float]) -> Cost:
    wall, cpu = (now - then for now, then in zip(clocks(), began, strict=True))
    return Cost(wall, cpu, peak_mb())


@lru_cache(maxsize=1)
def _ready(job: ArmJob) -> Ready | None:
    """Kept: rates of one arm mostly come one after the other."""
    torch.set_num_threads(job.site.threads)
    known = _job_at(job.site)
    if known is None:
        return None
    return _readied(replace(known, work=job.work), job.strategy, job.allowance, quiet)


def _readied(job: Job, strategy: Strategy, allowance: float, tell: Tell) -> Ready:
    place, recipe = recipe_in(job, strategy, allowance)
    source = source_of(job.task_data, job.backbone, strategy, job.settings.seed)
    return readied(job.task_data, source, strategy, recipe, place, tell)


@lru_cache(maxsize=1)
def _job_at(site: Site) -> Job | None:
    """The data and the backbone as the run has them; None where they are others."""
    settings, root = site.settings, site.root
    found = found_at(site.place, settings.columns, root, settings.network)
    backbone = taken(
        settings.backbone, settings.weights or None, found, settings.given, settings.seed,
        settings.network,
    )  # fmt: skip
    known = known_of(found, Start(backbone), settings, root, quiet)
    if (known.data.digest, backbone.contents) != site.contents:
        return None
    if site.partition:
        known = replace(known, data=known.data.divided_as(site.partition))
    task_data = task_data_of(known, backbone, settings, root)
    return Job(task_data, backbone, settings, root, quiet)


@dataclass(frozen=True, eq=False)
class _Arm:
    """A training whose parts others do, and what was told, said and spent so far."""

    asked: ArmJob
    trials: RateTrials
    told: tuple[Event, ...]
    said: list[Event]
    costs: list[Cost]

    def ahead(self) -> Ahead:
        """All of it."""
        cost = reduce(Cost.plus, self.costs)
        return Ahead(self.told, (*self.trials.said, *self.said), cost)


def ahead_of(
    job: Job, every: Sequence[Strategy], allowed: Mapping[Strategy, float]
) -> dict[Strategy, Ahead]:
    """What workers did of these arms: first trials of their rates, then all of their trainings.

    Nothing where this process is alone, or where there is nothing to do side by side: one training
    whose rate is known. Rates are tried side by side as far as the allowance is known to be
    enough for them. A single training is left to this process, once its rate is found.
    """
    task, site = job.task_data.task, job.site
    able = [one for one in every if leaves_checkpoints(one, coded_rows=task.coded_rows)]
    if site is None or task.locates or not able:
        return {}
    arms = [_begun(job, site, one, allowed.get(one, math.inf)) for one in able]
    if len(arms) < 2 and not arms[0].trials.due():
        return {}
    place = job.settings.network.where
    with map_at(place) as over:
        seen = _searched(arms, over, job) and (len(arms) < 2 or _trained(arms, over, job))
    if not seen:
        warn(job.tell, OTHERS.format(place=printable(site.place)))
    return {arm.asked.strategy: arm.ahead() for arm in arms if seen}


def _begun(job: Job, site: Site, strategy: Strategy, allowance: float) -> _Arm:
    """Made ready here first: rows at the cut are made once, and choices that hang on speeds."""
    told, began = list[Event](), clocks()
    ready = _readied(job, strategy, allowance, together(job.tell, told.append))
    asked = ArmJob(site, strategy, allowance, job.work.absolute())
    trials = RateTrials(ready, strategy, recipe_in(job, strategy)[0])
    return _Arm(asked, trials, tuple(told), [], [_since(began)])


def _searched(arms: Sequence[_Arm], over: Map, job: Job) -> bool:
    """Try rates until no search has one left; whether workers found the data of this run."""
    while due := [(arm, arm.trials.due()) for arm in arms if arm.trials.due()]:
        jobs = [replace(arm.asked, rate=rate) for arm, rates in due for rate in rates]
        found = iter(_answered(over, try_afar, jobs, job, "trying rates side by side"))
        for arm, rates in due:
            tried = [one for one in (next(found).made for _ in rates) if one is not None]
            if len(tried) < len(rates):
                return False
            arm.trials.hear(rates, [one.trial for one in tried])
            arm.costs.extend(one.cost for one in tried)
    return True


def _trained(arms: Sequence[_Arm], over: Map, job: Job) -> bool:
    """Train all of them; whether this process sees what workers left."""
    found = _answered(over, train_afar, [arm.asked for arm in arms], job, "training side by side")
    for arm, answer in zip(arms, found, strict=True):
        if answer.made is None or not is_trained(arm.trials.work):
            return False
        arm.said.extend(answer.said)
        arm.costs.append(answer.made)
    return True


def _answered(
    over: Map, work: Callable[[ArmJob, Tell], Done], jobs: Sequence[ArmJob], job: Job, what: str
) -> list[Answer[Done]]:
    found = answers(over, work, jobs, job.tell, what)
    spent, on = sum(one.cpu_s for one in found), job.settings.network.where.kind
    job.tell(Event("step", AFAR, facts=(("cpu_s", round(spent, 3)), ("on", on))))
    return found
