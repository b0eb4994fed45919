"""Supervised pre-training: the same road with nothing frozen and fresh weights."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from headstart.backbone import Architecture, Backbone, Origin, build
from headstart.events import Tell, quiet
from headstart.head import linear
from headstart.modality import Modality, Views
from headstart.train.checkpoint import Progress
from headstart.train.lesson import Lesson, scores_of
from headstart.train.recipe import Recipe, Restraint
from headstart.train.tuning import Course, tune

PRETRAINING = Recipe(
    epochs=30,
    batch=128,
    rate=2e-3,
    head_ratio=1.0,
    stage_decay=1.0,
    restraint=Restraint(weight_decay=0.05, smoothing=0.1),
    warmup=0.05,
    patience=1000,
    averaging=0.998,
    views=Views(crop=(0.35, 1.0), flip=True, color=0.3),
)
"""AdamW with label smoothing, random crops and averaged weights; no early stop: the schedule
needs its end."""


@dataclass(frozen=True, eq=False)
class Pretrained:
    """A new backbone and the curve that led to it."""

    backbone: Backbone
    head: nn.Module
    """Over the classes it was pre-trained on."""
    progress: Progress


def pretrain(
    lesson: Lesson,
    architecture: Architecture,
    modality: Modality,
    recipe: Recipe = PRETRAINING,
    *,
    origin: Origin,
    work: Path,
    tell: Tell = quiet,
) -> Pretrained:
    """Train every stage from fresh weights on a large labeled set. `work` keeps it resumable."""
    stages = build(architecture, recipe.seed)
    train, val = lesson.partition.train, lesson.partition.val
    course = Course(
        lesson.items_feed(train, modality, recipe.views),
        lesson.labels_of(train),
        lesson.items_feed(val, modality, None),
        lesson.labels_of(val),
        lesson.task,
    )
    width = scores_of(stages, course.val_feed, 1).shape[-1]
    head = linear(width, lesson.task.width)
    tuned = tune(course, stages.requires_grad_(True), head, recipe, work, tell)
    stages = tuned.suffix.eval().requires_grad_(False)
    backbone = Backbone(architecture, stages, width, modality, origin)
    return Pretrained(backbone, tuned.head, tuned.progress)
