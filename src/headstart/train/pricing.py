"""What training costs on this machine, from a step that was taken, and how much of it is bought."""

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from headstart.backbone import Backbone, Frames, multiply_adds, need_writer, seen_as
from headstart.head import Labels
from headstart.train.decisions import decided_once
from headstart.train.devices import lent, processor, spent_on
from headstart.train.precision import has_halves
from headstart.train.recipe import Recipe
from headstart.train.trainable import set_modes

ROWS, QUICK_S, STEPS = 8, 0.2, 4
"""Rows of the step that is taken, what it may take for more rows and steps to be taken, and how
many of these then: the first finds its way, and of the others the quickest was disturbed least."""
LARGE = 300_000_000
"""Numbers in a network from which the step is one of its last stages."""
LEAST_EPOCHS = 3
"""Epochs in which a network learns anything of its target: fewer are not begun."""
BACKWARD = 2.0
"""What the way back costs beside the way forth, in passes (Kaplan et al. 2020, table 1)."""
EPOCH = {"image": 1.4, "text": 1.2, "audio": 1.0}
"""What an epoch takes against its steps alone: it looks at validation rows, leaves a checkpoint,
and steps are slower among the rest than by themselves: 1.0 to 1.6 times on flowers5 and trashnet.
Those for texts and recordings mostly stop before their last epoch: 1.0 to 1.1 on TREC with 600
labels, .6 on ESC-10.
"""
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

    def plus(self, other: "Price") -> "Price":
        """One after the other."""
        return Price(self.spent + other.spent, self.waited + other.waited)


def training_price(
    backbone: Backbone,
    items: Sequence[Tensor],
    rows: int,
    cut: int = 0,
    labels: Labels | None = None,
) -> Price:
    """What passing over so many rows takes in training the stages right of the cut.

    With `labels`, rows of tokens, the half that writes learns, too.
    """
    learns = any(part.numel() for part in backbone.stages[cut:].parameters())
    each = step_price(backbone, items, cut) if learns else Price(0.0, 0.0)
    if labels is not None and backbone.writer is not None:
        each = each.plus(_writing_price(backbone, items, labels))
    return each.times(EPOCH[backbone.modality.kind] * rows)


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


def _writing_price(backbone: Backbone, items: Sequence[Tensor], labels: Labels) -> Price:
    """The same of the half that writes, by its way forth: a copy with slopes might be too large."""
    writer, rows = need_writer(backbone.name, backbone.writer), _places(items, ROWS)
    given = _rows_at(seen_as(backbone, Frames), backbone.depth, [items[row] for row in rows])
    device = processor()
    with torch.inference_mode(), lent(writer, device):
        given, wanted = given.to(device), labels[rows].to(device)
        forth = _quickest(lambda: writer.forced(given, wanted), device)
    return forth.times((1 + BACKWARD) / len(rows))


def _middle(items: Sequence[Tensor], count: int) -> list[Tensor]:
    return [items[row] for row in _places(items, count)]


def _places(items: Sequence[Tensor], count: int) -> list[int]:
    """Where so many items of middling length are."""
    by_size = sorted(range(len(items)), key=lambda row: len(items[row]))
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
    optimizer = torch.optim.SGD(stages.parameters(), lr=0.0, fused=True)

    def step() -> None:
        with torch.autocast(batch.device.type, torch.bfloat16, enabled=half):
            loss = stages(batch).float().square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return _quickest(step, batch.device)


def _quickest(work: Callable[[], object], device: torch.device) -> Price:
    """Of a few times after the first."""
    prices = list[Price]()
    while len(prices) < STEPS and (len(prices) < 2 or prices[-1].waited < QUICK_S):
        began, start = spent_on(device), time.perf_counter()
        work()
        spent = spent_on(device) - began
        prices.append(Price(spent, time.perf_counter() - start))
    return min(prices[1:], key=lambda price: price.waited)


class Budget:
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

    def told(self, passes: float, seconds: float) -> None:
        """Go by passes that were made elsewhere, and what these took."""
        self.passes, self.began = passes, spent_on(self.device) - seconds

    def enough(self, trials: int, epochs: int) -> bool:
        """Whether one more trial of so many epochs would take too much of what may be spent."""
        return trials > 0 and self.each * epochs * (trials + 1) > SEARCHING * self.allowance

    def bought(self, recipe: Recipe, passed: int) -> Recipe:
        """The recipe with as many epochs as are left to be paid for after those of the search."""
        if self.allowance == math.inf:
            return recipe

        def decide() -> int:
            left = int(self.allowance / self.each) - passed if self.each else recipe.epochs
            return min(recipe.epochs, max(LEAST_EPOCHS, left))

        epochs = int(decided_once(self.place, decide))
        return replace(recipe, epochs=epochs, patience=min(recipe.patience, epochs))
