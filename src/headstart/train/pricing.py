"""What training costs on this machine, from a step that was taken, and how much of it is bought."""

import copy
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from headstart.backbone import Backbone, multiply_adds
from headstart.train.decisions import decided_once
from headstart.train.partial import set_modes
from headstart.train.placing import processor, spent_on
from headstart.train.precision import has_halves
from headstart.train.recipe import Recipe

ROWS, QUICK_S, STEPS = 8, 0.2, 4
"""Rows of the step that is taken, what it may take for more rows and steps to be taken, and how
many of these then: the first finds its way, and of the others the quickest was disturbed least."""
LARGE = 300_000_000
"""Numbers in a network from which the step is one of its last stages."""
LEAST = 3
"""Epochs in which a network learns anything of its target: fewer are not begun."""
SEARCHING = 0.6
"""Share of what may be spent after which no further rate is tried."""


@dataclass(frozen=True)
class Price:
    """Seconds that something takes."""

    spent: float
    """Of all cores together, or of the graphics processor that training would run on."""
    waited: float
    """On the clock."""

    def times(self, count: float) -> "Price":
        """So many of it."""
        return Price(count * self.spent, count * self.waited)


def step_price(backbone: Backbone, items: Sequence[Tensor], cut: int = 0) -> Price:
    """What an item costs in a training step of the stages right of the cut: forward, back, update.

    Of a step on items of middling length, once it has been taken before, in the quicker precision
    where the processor has two: on 8 items, and where that is quick on as many as training takes.
    Of a network with more than `LARGE` numbers the last two stages are taken, by their share of its
    work: a copy of all of it, with slopes, might not fit the memory.
    """
    large = sum(p.numel() for p in backbone.stages.parameters()) > LARGE
    at = max(cut, backbone.depth - 2) if large else cut
    adds = multiply_adds(backbone)
    device = processor()
    stages = copy.deepcopy(backbone.stages[at:]).requires_grad_(True).to(device)
    stages.to(memory_format=torch.channels_last)
    set_modes(stages, still=True)
    share = sum(adds[cut:]) / max(1, sum(adds[at:])) if at > cut else 1.0
    some = _middle(items, ROWS)
    price = _quicker(stages, _rows_at(backbone, at, some).to(device))
    if price.waited < QUICK_S and len(items) > ROWS:
        some = _middle(items, Recipe().batch)
        price = _quicker(stages, _rows_at(backbone, at, some).to(device))
    return price.times(share / len(some))


def _middle(items: Sequence[Tensor], count: int) -> list[Tensor]:
    by_size = sorted(items, key=len)
    return by_size[max(0, (len(items) - count) // 2) :][:count]


@torch.no_grad()
def _rows_at(backbone: Backbone, cut: int, items: Sequence[Tensor]) -> Tensor:
    rows: Tensor = backbone.stages[:cut](backbone.modality.batch(items))
    return rows


def _quicker(stages: nn.Module, batch: Tensor) -> Price:
    """Of a step in the quicker precision."""
    halves = (False, True) if has_halves(batch.device) else (False,)
    with torch.random.fork_rng(devices=[]):
        took = [_second(stages, batch, half=half) for half in halves]
    return min(took, key=lambda price: price.spent)


def _second(stages: nn.Module, batch: Tensor, *, half: bool) -> Price:
    prices = list[Price]()
    optimizer = torch.optim.SGD(stages.parameters(), lr=0.0, fused=True)
    while len(prices) < STEPS and (len(prices) < 2 or prices[-1].waited < QUICK_S):
        began, start = spent_on(batch.device), time.perf_counter()
        with torch.autocast(batch.device.type, torch.bfloat16, enabled=half):
            loss = stages(batch).float().square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        spent = spent_on(batch.device) - began
        prices.append(Price(spent, time.perf_counter() - start))
    return min(prices[1:], key=lambda price: price.waited)


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

        def decide() -> int:
            left = int(self.allowance / self.each) - passed if self.each else recipe.epochs
            return min(recipe.epochs, max(LEAST, left))

        epochs = int(decided_once(self.place, decide))
        return replace(recipe, epochs=epochs, patience=min(recipe.patience, epochs))
