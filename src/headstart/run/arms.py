"""The arms that a run compares, and a function that fits each."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from headstart.backbone import Backbone, Stages, fresh, seen_as, with_own_statistics
from headstart.data import Partition
from headstart.evaluate import BASELINES, Candidate, Cost, from_fit, untrained
from headstart.events import Event, Tell, in_place_of
from headstart.run.recipes import recipe_of
from headstart.run.settings import Settings
from headstart.train import Fitted, Probe, Recipe, Strategy, TaskData, as_it_is, fit

RANDOM, AS_IT_IS = "probe on random weights", "as it is"
"""Names of the arm with random weights, and of the published network without training."""
SEEN = 64
"""Training pictures from which norms with random weights take their statistics."""
Fit = tuple[Candidate, Fitted | None]
"""An arm, and its fitted network; None where it can't become the model."""


@dataclass(frozen=True)
class Site:
    """Where a worker finds what a run learns from, and how it knows that it is that."""

    place: str
    settings: Settings
    """With the backbone that was chosen, and what that is given."""
    root: Path
    partition: Partition | None
    """Of a fold; None where the settings divide."""
    contents: tuple[str, str]
    """Digests of the data and of the weights."""
    threads: int
    """Of PyTorch: the last bits of what is trained follow from it."""


@dataclass(frozen=True)
class Ahead:
    """What others did of an arm's training before its turn came."""

    told: tuple[Event, ...]
    """What was told of it here, which is not told again."""
    said: tuple[Event, ...]
    """What others said of it, for when its turn comes."""
    cost: Cost


@dataclass(frozen=True, eq=False)
class Job:
    """The data, backbone and settings that every arm is fitted with."""

    task_data: TaskData
    backbone: Backbone
    settings: Settings
    work: Path
    """The folder of the state that a killed run continues from."""
    tell: Tell
    site: Site | None = None
    """For workers, where there are some."""


Rung = Callable[[], Fit]
"""Fits an arm."""


def baseline(job: Job, name: str) -> Fit:
    """An arm without a network."""
    return BASELINES[name](job.task_data, job.backbone.modality), None


def published(job: Job) -> Fit:
    """The published network that writes, without training on these data."""
    fitted = as_it_is(job.task_data, job.backbone, job.tell)
    return from_fit(job.task_data, fitted, AS_IT_IS, job.tell), None


def learned(
    job: Job, strategy: Strategy, allowance: float = math.inf, ahead: Ahead | None = None
) -> Fit:
    """The backbone trained by a strategy, within `allowance` CPU seconds; where others did that
    `ahead`, all that is left of it.
    """  # noqa: D205 - one sentence
    tell = in_place_of(job.tell, ahead.said, ahead.told) if ahead else job.tell
    fitted = fitted_by(replace(job, tell=tell), strategy, allowance)
    arm = from_fit(job.task_data, fitted, str(strategy), job.tell)
    cost = ahead.cost if ahead else arm.cost
    return replace(arm, note=_advice(fitted, job.task_data), cost=cost), fitted


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
    """The network trained as the settings say, within `allowance` CPU seconds."""
    place, recipe = recipe_in(job, strategy, allowance)
    return fit(job.task_data, job.backbone, strategy, recipe, work=place, tell=job.tell)


def recipe_in(job: Job, strategy: Strategy, allowance: float = math.inf) -> tuple[Path, Recipe]:
    """The folder of a training, and how it learns."""
    place = job.work / str(strategy).replace(":", "-")
    place.mkdir(parents=True, exist_ok=True)
    asked, seed = job.settings.hyperparameters, job.settings.seed
    recipe = recipe_of(strategy, job.backbone, job.task_data.task, seed, asked)
    return place, replace(recipe, allowance=allowance)


def _advice(fitted: Fitted, task_data: TaskData) -> str:
    """What is told where the probe is as good; empty where training improved on its head.

    Both are judged on validation rows; the head at the start was fitted to training rows alone.
    """
    if task_data.task.coded_rows or not fitted.backbone.origin.pretrained:
        return ""
    marks, best = fitted.progress.marks, fitted.progress.best
    if not marks or (
        marks[best].val_loss < marks[0].val_loss and marks[best].val_merit >= marks[0].val_merit
    ):
        return ""
    first, last, figure = marks[0], marks[best], task_data.task.figure
    began = "training made nothing better than the probe it began with"
    if last.val_loss < first.val_loss:
        lower = f"{figure} fell from {first.val_merit:.1%} to {last.val_merit:.1%}"
        losses = f"validation loss from {first.val_loss:.4f} to {last.val_loss:.4f}"
        return f"{began}: with the {losses}, {lower}"
    told = f"{first.val_loss:.4f}, {figure} {first.val_merit:.1%}"
    return f"{began}: no epoch lowered its validation loss ({told})"
