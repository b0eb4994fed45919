"""A recurrent network learns how the target's texts go on, before it learns what they are."""

from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from headstart.backbone import Backbone, Words
from headstart.errors import BackboneError
from headstart.events import Tell, detail
from headstart.hostile import printable
from headstart.train.goals import Language, NextToken, Telling
from headstart.train.loop import Steps
from headstart.train.rate_search import afforded
from headstart.train.recipe import EVEN, Recipe
from headstart.train.task_data import TaskData
from headstart.train.trainer import TrainingData, tune

ADAPTING = Recipe(epochs=10, rate=1e-3, pace=EVEN, patience=2, averaging=0.99)
"""Rows of validation say when to stop; labels are not looked at."""
SHARE = 2 / 3
"""Of the CPU time of ULMFiT's steps, at most."""


def adapt(
    task_data: TaskData, backbone: Backbone, recipe: Recipe, work: Path, tell: Tell
) -> Backbone:
    """The same network after more training to tell the next token, on the texts of the data.

    The second of the three steps of ULMFiT (Howard and Ruder 2018); test rows are not read. It has
    the recipe's seed, and two thirds of what that may spend.
    Raises `BackboneError` for a network that tells no tokens.
    """
    stages = backbone.cut(0)[1]
    words = stages[0]
    if not isinstance(words, Words):
        raise BackboneError(
            "M406",
            f"{printable(backbone.name)} tells no next token, which ulmfit begins with",
            "--strategy gradual, or --backbone headstart_lstm",
        )
    train, val = task_data.partition.train, task_data.partition.val
    training_data = TrainingData(
        task_data.items_feed(train, backbone.modality, None),
        torch.zeros(len(train)),
        task_data.items_feed(val, backbone.modality, None),
        torch.zeros(len(val)),
        Language(),
        Steps(tuple(map(len, task_data.items.take(train)))),
    )
    place = work / "language"
    place.mkdir(exist_ok=True)
    told = nn.Sequential(OrderedDict(telling=Telling(stages[:-1])))
    head = NextToken(words, backbone.width)
    plan = replace(ADAPTING, seed=recipe.seed, allowance=SHARE * recipe.allowance)
    tuned = tune(
        training_data, told, head, afforded(training_data, told, head, plan, place), place, tell
    )
    before, after = (tuned.progress.marks[at].val_loss for at in (0, tuned.progress.best))
    detail(tell, f"next tokens of these texts: {before:.2f} nats before, {after:.2f} after")
    telling = next(tuned.suffix.children())
    if not isinstance(telling, Telling):
        raise TypeError("what tells tokens is one stage")
    named = [*telling.stages.named_children(), ("pooled", stages[-1])]
    adapted = nn.Sequential(OrderedDict(named)).requires_grad_(False).eval()
    return replace(backbone, stages=adapted, loaded={})
