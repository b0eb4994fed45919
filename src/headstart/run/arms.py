"""The arms that a run compares, each with what fits it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from headstart.backbone import Backbone, Stages, fresh, seen_as, with_own_statistics
from headstart.evaluate import BASELINES, Candidate, from_fit, untrained
from headstart.events import Tell
from headstart.run.recipes import recipe_of
from headstart.run.settings import Settings
from headstart.train import Fitted, Probe, Strategy, TaskData, as_it_is, fit

RANDOM, AS_IT_IS = "probe on random weights", "as it is"
"""Names of the arm that says what an architecture alone gives, and of one that learns nothing."""
SEEN = 64
"""Training pictures from which norms of random weights have their statistics."""
Fit = tuple[Candidate, Fitted | None]
"""An arm, and the network behind it; None where no model is made of it."""


@dataclass(frozen=True, eq=False)
class Job:
    """What every arm is fitted with."""

    task_data: TaskData
    backbone: Backbone
    settings: Settings
    work: Path
    """Where a run that was killed goes on from."""
    tell: Tell


Rung = Callable[[], Fit]
"""Fits an arm."""


def baseline(job: Job, name: str) -> Fit:
    """An arm without a network."""
    return BASELINES[name](job.task_data, job.backbone.modality), None


def published(job: Job) -> Fit:
    """A network that writes, before it learned anything here."""
    fitted = as_it_is(job.task_data, job.backbone, job.tell)
    return from_fit(job.task_data, fitted, AS_IT_IS, job.tell), None


def learned(job: Job, strategy: Strategy, allowance: float = math.inf) -> Fit:
    """The backbone by a strategy, in so many CPU seconds."""
    fitted = fitted_by(job, strategy, allowance)
    arm = from_fit(job.task_data, fitted, str(strategy), job.tell)
    return replace(arm, note=_advice(fitted, job.task_data)), fitted


def without_weights(job: Job, probe: Fitted | None, rivals: Sequence[Candidate] = ()) -> Fit:
    """A probe on random weights; `probe` is the one on pretrained weights, where there is one.

    It is raced against the `rivals` before it is computed in full.
    """
    task_data, backbone, seed = job.task_data, job.backbone, job.settings.seed
    if probe is None:  # its head has to be trained, as that of the probe itself
        bare = fresh(seen_as(backbone, task_data.task.view), seed + 1)
        if task_data.task.locates:  # with statistics of nothing it would be a straw man
            items = task_data.items.take(task_data.partition.train[:SEEN])
            bare = with_own_statistics(bare, [bare.modality.batch(items)])
        yardstick = replace(job, backbone=bare, work=job.work / "untrained")
        return from_fit(task_data, fitted_by(yardstick, Probe()), RANDOM, job.tell), None
    # what transfer is held against may use the features of all stages where transfer may
    whole = backbone.depth > 1 and job.settings.plan != Probe()
    same = seen_as(backbone, Stages) if whole else backbone
    held = probe.held.numpy().astype(float)
    return untrained(task_data, same, seed, held, job.tell, rivals), None


def fitted_by(job: Job, strategy: Strategy, allowance: float = math.inf) -> Fitted:
    """As the settings say, in a folder of the strategy's name, in so many CPU seconds."""
    place = job.work / str(strategy).replace(":", "-")
    place.mkdir(parents=True, exist_ok=True)
    asked, seed = job.settings.hyperparameters, job.settings.seed
    recipe = recipe_of(strategy, job.backbone, job.task_data.task, seed, asked)
    recipe = replace(recipe, allowance=allowance)
    return fit(job.task_data, job.backbone, strategy, recipe, work=place, tell=job.tell)


def _advice(fitted: Fitted, task_data: TaskData) -> str:
    """To ship the probe instead, and why; empty where training went beyond the head it began with.

    Both are judged on validation rows; the head at the start was fitted to training rows alone.
    """
    if task_data.task.coded_rows or not fitted.backbone.origin.pretrained:
        return ""
    marks, best = fitted.progress.marks, fitted.progress.best
    if not marks or (
        marks[best].val_loss < marks[0].val_loss and marks[best].val_merit >= marks[0].val_merit
    ):
        return ""
    told = (
        f"validation loss {marks[0].val_loss:.4f}, {task_data.task.figure} {marks[0].val_merit:.1%}"
    )
    return f"ship the probe: no epoch was better than the one it started from ({told})"
