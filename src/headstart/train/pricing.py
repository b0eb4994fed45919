"""What training costs on this machine, from a step that was taken, and how much of it is bought."""

import copy
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from headstart import durable
from headstart.backbone import Backbone, multiply_adds
from headstart.train.partial import set_modes
from headstart.train.placing import processor, spent_on
from headstart.train.precision import has_halves
from headstart.train.recipe import Recipe

ROWS = 8
"""Rows of the step that is taken."""
LARGE = 300_000_000
"""Numbers in a network from which the step is one of its last stages."""
LEAST = 3
"""Epochs in which a network learns anything of its target: fewer are not begun."""
SEARCHING = 0.6
"""Share of what may be spent after which no further rate is tried."""


def step_seconds(backbone: Backbone, items: Sequence[Tensor]) -> float:
    """Seconds that an item costs in a training step of all stages: forward, back and update.

    CPU seconds, or those of the graphics processor that training would run on; of the second of two
    steps, in the quicker precision where the processor has two. Of a network with more than `LARGE`
    numbers the last two stages are taken, by their share of its work: a copy of all of it, with
    slopes, might not fit the memory.
    """
    large = sum(p.numel() for p in backbone.stages.parameters()) > LARGE
    at = max(0, backbone.depth - 2) if large else 0
    adds = multiply_adds(backbone)
    device = processor()
    stages = copy.deepcopy(backbone.stages[at:]).requires_grad_(True).to(device)
    set_modes(stages, still=True)
    with torch.no_grad():
        batch = backbone.stages[:at](backbone.modality.batch(list(items[:ROWS]))).to(device)
    optimizer = torch.optim.SGD(stages.parameters(), lr=0.0, fused=True)
    halves = (False, True) if has_halves(device) else (False,)
    with torch.random.fork_rng(devices=[]):
        took = [_second(stages, batch, optimizer, half=half) for half in halves]
    return min(took) / len(items[:ROWS]) * sum(adds) / max(1, sum(adds[at:]))


def _second(
    stages: nn.Module, batch: Tensor, optimizer: torch.optim.Optimizer, *, half: bool
) -> float:
    spent = math.nan
    for _ in range(2):
        began = spent_on(batch.device)
        with torch.autocast(batch.device.type, torch.bfloat16, enabled=half):
            loss = stages(batch).float().square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        spent = spent_on(batch.device) - began
    return spent


class Purse:
    """Seconds that one training may take, its search for a rate included, and what is gone.

    What hangs on the time is kept in `place`, so that a run that was killed goes on as it began.
    `passes` counts epochs since the clock runs.
    """

    def __init__(self, place: Path, allowance: float = math.inf) -> None:
        self.place, self.allowance = place, allowance
        self.passes, self.device = 0.0, processor()
        self.began = spent_on(self.device)

    @property
    def each(self) -> float:
        """Seconds of an epoch; 0 before there was one."""
        return (spent_on(self.device) - self.began) / self.passes if self.passes else 0.0

    def enough(self, trials: int, epochs: int) -> bool:
        """Whether one more trial of so many epochs would take too much of what may be spent."""
        return trials > 0 and self.each * epochs * (trials + 1) > SEARCHING * self.allowance

    def bought(self, recipe: Recipe, passed: int) -> Recipe:
        """The recipe with as many epochs as are left to be paid for after those of the search."""
        if self.allowance == math.inf:
            return recipe
        if not self.place.exists():
            left = int(self.allowance / self.each) - passed if self.each else recipe.epochs
            epochs = min(recipe.epochs, max(LEAST, left))
            durable.write(self.place, json.dumps({"epochs": epochs}))
        epochs = int(json.loads(self.place.read_text())["epochs"])
        return replace(recipe, epochs=epochs, patience=min(recipe.patience, epochs))
