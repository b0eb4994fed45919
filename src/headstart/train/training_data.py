"""What a network is taught: rows at the cut, how they come about, and in which precision."""

import copy
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import Backbone
from headstart.events import Tell, detail
from headstart.features import Varied
from headstart.modality import Augmentation, follow
from headstart.train.cache_policy import KEPT, Keeping, keeping_of
from headstart.train.decisions import decided_once
from headstart.train.devices import processor
from headstart.train.distillation import Imitation, Targets, as_answers
from headstart.train.loop import Feed, Steps, Wanted, teacher_forced
from headstart.train.precision import TRIED, quicker_in_half
from headstart.train.rate_search import TRIAL
from headstart.train.rates import RATES
from headstart.train.recipe import Recipe
from headstart.train.task_data import TaskData, varied
from headstart.train.teacher import Lesson, rows_of
from headstart.train.trainer import TrainingData


def decided(
    task_data: TaskData, backbone: Backbone, at: int, recipe: Recipe, work: Path, tell: Tell
) -> Keeping:
    """How rows at the cut come about; told where it was a question.

    A run that goes on stays with what was decided before: speeds and free disk vary.
    """
    partition, views = task_data.partition, recipe.views.kept if recipe.views else 1
    rows = views * len(partition.train) + len(partition.val) + len(partition.test)
    passes = recipe.epochs * (1 + TRIAL * len(RATES))

    def decide() -> dict[str, Any]:
        keeping = keeping_of(backbone, at, rows, passes, task_data.cache)
        if task_data.task.locates and at and not keeping.anew:
            keeping = replace(keeping, half=True)
        if keeping.why:
            kept = "computed anew in every epoch" if keeping.anew else "kept on disk"
            detail(tell, f"rows at the cut are {kept}: {keeping.why}")
        return asdict(keeping)

    return Keeping(**decided_once(work / "keeping.json", decide))


def training_data_of(
    task_data: TaskData, backbone: Backbone, at: int, recipe: Recipe, keeping: Keeping, tell: Tell
) -> TrainingData:
    """Training rows at the cut, and those of validation; where there is a lesson, as it wants."""
    if task_data.lesson is not None:
        return _imitating(task_data, task_data.lesson, backbone, recipe, tell)
    train, val, task = task_data.partition.train, task_data.partition.val, task_data.task.quick()
    return TrainingData(
        rows_at(task_data, backbone, at, train, tell, recipe=recipe, keeping=keeping),
        wanted_at(task_data, at, train, recipe, keeping),
        rows_at(task_data, backbone, at, val, tell, keeping=keeping),
        task_data.labels_of(val),
        task,
        Steps(_lengths(task_data, train) if backbone.modality.varies else ()),
    )


def _imitating(
    task_data: TaskData, lesson: Lesson, backbone: Backbone, recipe: Recipe, tell: Tell
) -> TrainingData:
    """Every row as it comes in, in views that the teacher has seen, where there are some."""
    train, val, task = task_data.partition.train, task_data.partition.val, task_data.task
    rows, views, modality = (*train, *lesson.more), recipe.views, backbone.modality
    said = rows_of(lesson.teacher, rows, views, recipe.seed, task_data.cache, tell)
    feed = task_data.items_feed(rows, modality, None)
    if views:
        feed = varied(task_data.items, rows, modality, views, recipe.seed)
    true, held = (as_answers(task, task_data.labels_of(some)) for some in (train, val))
    return TrainingData(
        feed,
        Targets(said, lesson.head, task, true, views.kept if views else 1),
        task_data.items_feed(val, modality, None),
        held,
        Imitation(task),
        Steps(_lengths(task_data, rows) if modality.varies and not views else ()),
    )


def in_half(
    training_data: TrainingData,
    suffix: nn.Sequential,
    head: nn.Module,
    plan: Recipe,
    rates: Sequence[float],
    work: Path,
    tell: Tell,
) -> TrainingData:
    """With steps in bfloat16 where these are quicker; a run that goes on stays with its choice."""

    def decide() -> bool:
        device, rows = processor(), range(min(TRIED, len(training_data.labels)))
        trial = copy.deepcopy(nn.Sequential(suffix, head)).train().to(device)
        given, wanted = (
            training_data.feed(rows, rows).to(device),
            training_data.labels[rows].to(device),
        )
        steps = plan.epochs * (1 + TRIAL * len(rates)) * len(training_data.labels) / len(rows)
        half = quicker_in_half(
            lambda: teacher_forced(trial, given, wanted).float().square().mean(), steps, device
        )
        if half:
            detail(tell, "steps are in bfloat16, which is quicker here; weights are not")
        return half

    half = bool(decided_once(work / "precision.json", decide))
    return replace(training_data, made=replace(training_data.made, half=half))


def _lengths(task_data: TaskData, rows: Sequence[int]) -> tuple[int, ...]:
    """Of what is read, and what is to be written where something is."""
    parts = [rows[start : start + 256] for start in range(0, len(rows), 256)]
    read = [len(item) for part in parts for item in task_data.items.take(part)]
    if not task_data.task.writes:
        return tuple(read)
    written = (torch.as_tensor(task_data.labels_of(rows)) >= 0).sum(dim=1).tolist()
    return tuple(a + b for a, b in zip(read, written, strict=True))


def wanted_at(
    task_data: TaskData, at: int, rows: Sequence[int], recipe: Recipe, keeping: Keeping
) -> Wanted:
    """Labels of these rows; of boxes, moved as the views that `rows_at` feeds."""
    labels, views = task_data.labels_of(rows), recipe.views
    if not task_data.task.locates or not isinstance(views, Augmentation):
        return labels
    if at == 0 or keeping.anew:
        return MovedBoxes(labels, views)
    varied = Varied(task_data.items, views.kept, recipe.seed)
    return MovedBoxes(labels, views, tuple(varied.keys(row) for row in rows))


@dataclass(frozen=True, eq=False)
class MovedBoxes:
    """Boxes of training rows as the views of their pictures show them."""

    labels: Float[Tensor, "n m 5"]
    views: Augmentation
    kept: tuple[tuple[int, ...], ...] = ()
    """Of each row the keys that its kept views were drawn by; none where each key draws its own."""

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: Any) -> Tensor:
        return self.labels[rows]

    def seen(self, rows: Sequence[int], keys: Sequence[int]) -> Tensor:
        """Boxes in the views that these keys stand for."""
        pairs = zip(rows, keys, strict=True)
        drawn = [self.kept[r][k % len(self.kept[r])] for r, k in pairs] if self.kept else keys
        return follow(self.labels[list(rows)], drawn, self.views)


def rows_at(
    task_data: TaskData,
    backbone: Backbone,
    at: int,
    rows: Sequence[int],
    tell: Tell,
    *,
    recipe: Recipe | None = None,
    keeping: Keeping = KEPT,
) -> Feed:
    """Rows at the cut, kept or anew; at cut 0 the items themselves, varied as the recipe says."""
    views = recipe.views if recipe else None
    if at == 0:
        return task_data.items_feed(rows, backbone.modality, views)
    if keeping.anew:
        return task_data.anew_feed(rows, backbone, at, views)
    if recipe and views:
        return task_data.views_feed(rows, backbone, at, recipe, tell, half=keeping.half)
    return task_data.rows_feed(rows, backbone, at, tell, half=keeping.half)
