"""Few examples: rows of one class are drawn together before any head is fitted."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import normalize

from headstart.backbone import Backbone
from headstart.events import Event, Tell
from headstart.train.devices import CPU, processor
from headstart.train.loop import TrainState, learn, optimizer_for
from headstart.train.recipe import Recipe
from headstart.train.task_data import TaskData

STEPS, BATCH, RATE = 120, 24, 3e-5
"""Steps in all, at most 60 times through the rows; rows a step; the last stage's rate."""


@dataclass(frozen=True)
class Alike:
    """Rows of one class point the same way, rows of two classes at right angles.

    The loss of SetFit (Tunstall et al. 2022) over all pairs of a batch, both kinds counting the
    same.
    """

    figure: ClassVar[str] = "alike"

    def loss(
        self, scores: Float[Tensor, "n d"], labels: Int[Tensor, " n"], *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """Mean squared difference of cosines from 1 and from 0."""
        rows = normalize(scores, dim=1)
        wrong = (rows @ rows.T - (labels[:, None] == labels).to(rows)).square()
        own = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
        same = (labels[:, None] == labels) & ~own
        other = labels[:, None] != labels
        parts = [wrong[pairs].mean() for pairs in (same, other) if bool(pairs.any())]
        return torch.stack(parts).mean() if parts else wrong.sum() * 0

    def answers(self, scores: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        """As they are."""
        return scores

    def merit(
        self, answers: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"]
    ) -> Float[np.ndarray, " n"]:
        """Whether the nearest other row is of the same class."""
        rows = answers / np.maximum(np.linalg.norm(answers, axis=1, keepdims=True), 1e-12)
        near = rows @ rows.T - 2 * np.eye(len(rows))
        merit: Float[np.ndarray, " n"] = (labels[near.argmax(axis=1)] == labels).astype(float)
        return merit


def contrasted(task_data: TaskData, source: Backbone, recipe: Recipe, tell: Tell) -> nn.Sequential:
    """All stages, after their rows were drawn together by class.

    There is no choice to make by validation rows, of which there are few: the number of steps is
    fixed, unless somebody asked for epochs. A killed run begins again and ends the same.
    """
    rows = task_data.partition.train
    suffix = copy.deepcopy(source.stages).requires_grad_(True)
    passes = max(1, min(60, STEPS * BATCH // len(rows)))
    plan = replace(
        recipe,
        epochs=passes,
        batch=min(BATCH, max(2, len(rows))),
        rate=RATE,
        pace=replace(recipe.pace, stage_decay=0.9),
    ).holding(recipe.asked)
    network = nn.Sequential(suffix, nn.Identity()).to(processor())
    train_state = TrainState(network, optimizer_for(suffix, network[1], plan))
    feed = task_data.items_feed(rows, source.modality, plan.views)
    epochs = learn(train_state, feed, task_data.labels_of(rows), Alike(), plan)
    for _ in _told(epochs, plan.epochs, tell):
        pass
    return suffix.to(CPU).requires_grad_(True).eval()


def _told(epochs: Iterator[object], passes: int, tell: Tell) -> Iterator[object]:
    tell(Event("start", "contrasting", 0, passes))
    for done, epoch in enumerate(epochs, start=1):
        tell(Event("step", "contrasting", done, passes))
        yield epoch
    tell(Event("end", "contrasting", passes, passes))
