"""Trials of rates, and trainings, that another process does; notes and checkpoints are the same.

Whoever asked goes on from what they leave in the folder of the training, as a run does that was
killed: so it comes to the same weights as one process.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from headstart.events import Event, Tell, quiet
from headstart.train.checkpoint import CHECKPOINT
from headstart.train.devices import processor, spent_on
from headstart.train.pricing import Budget
from headstart.train.rate_search import (
    EPOCHS,
    RATES,
    SEARCH,
    best_of,
    losses_at,
    middle_first,
    read_rates,
    step_of,
    trial_of,
    trial_with,
    write_rates,
)
from headstart.train.ready import Ready
from headstart.train.strategy import Contrast, Probe, Strategy, Ulmfit
from headstart.train.trainer import tune


@dataclass(frozen=True)
class RateTrial:
    """How a rate did, and what that took."""

    loss: float
    said: tuple[Event, ...]
    """An event for each epoch, numbered as in a search that tries one rate after the other."""
    spent_s: float
    """Of all cores together, or of the graphics processor."""


def leaves_checkpoints(strategy: Strategy, *, coded_rows: bool) -> bool:
    """Whether another process can go on from what a training leaves."""
    return coded_rows or not isinstance(strategy, Contrast | Probe)


def try_rate(ready: Ready, rate: float) -> RateTrial:
    """A trial of the search, by itself."""
    trial, device = trial_with(ready.plan), processor()
    before = middle_first(ready.rates).index(rate) * trial.epochs
    losses, said, began = list[float](), list[Event](), spent_on(device)
    for loss in losses_at(ready.training_data, ready.suffix, ready.head, trial, rate):
        losses.append(loss)
        passed, total = before + len(losses), len(ready.rates) * trial.epochs
        said.append(step_of(rate, loss, passed, total))
    return RateTrial(min(losses), tuple(said), spent_on(device) - began)


def train_on(ready: Ready, work: Path, tell: Tell) -> None:
    """All epochs, so that nothing is left to be trained behind the checkpoint."""
    _, known = read_rates(work / RATES)
    plan, _ = ready.searched(work, quiet if known else tell)
    tune(ready.training_data, ready.suffix, ready.head, plan, work, tell)


def is_trained(work: Path) -> bool:
    """Whether there is something to go on from."""
    return (work / CHECKPOINT).exists()


class RateTrials:
    """The search of one training whose trials run elsewhere, with the rule of `search`."""

    def __init__(self, ready: Ready, strategy: Strategy, work: Path) -> None:
        self.ready, self.work = ready, work
        self.tried, done = read_rates(work / RATES)
        alone = bool(ready.plan.asked.rate) or len(ready.rates) == 1
        self.done = done or alone or isinstance(strategy, Ulmfit)
        self.said = list[Event]()
        """What the search would have told."""
        self._passes, self._spent_s = 0.0, 0.0
        if not self.done:
            self._say("start", len(self.tried) * trial_of(ready.plan))

    def due(self) -> list[float]:
        """Rates that are to be tried now: all that the allowance is enough for, by what is known.

        Where it is not known what an epoch takes, and matters, it is the first.
        """
        left = [] if self.done else middle_first(self.ready.rates)[len(self.tried) :]
        if self.ready.plan.allowance == math.inf:
            return left
        if not self._passes:
            return left[:1]
        budget, epochs = self._budget(), trial_of(self.ready.plan)
        few = (n for n in range(len(left)) if budget.enough(len(self.tried) + n, epochs))
        return left[: next(few, len(left))]

    def hear(self, rates: Sequence[float], trials: Sequence[RateTrial]) -> None:
        """Note how rates did; behind the last one, how many epochs there is time for."""
        self.said += [event for one in trials for event in one.said]
        self.tried += tuple((rate, one.loss) for rate, one in zip(rates, trials, strict=True))
        self._passes += sum(len(one.said) for one in trials)
        self._spent_s += sum(one.spent_s for one in trials)
        if self.due():
            write_rates(self.work / RATES, self.tried, done=False)
            return
        passed = len(self.tried) * trial_of(self.ready.plan)
        self._budget().bought(best_of(self.ready.plan, self.tried), passed)
        write_rates(self.work / RATES, self.tried, done=True)
        self.done = True
        self._say("end", self._total)

    def _say(self, kind: Literal["start", "end"], passed: int) -> None:
        self.said.append(Event(kind, SEARCH, passed, self._total))

    @property
    def _total(self) -> int:
        return len(self.ready.rates) * trial_of(self.ready.plan)

    def _budget(self) -> Budget:
        budget = Budget(self.work / EPOCHS, self.ready.plan.allowance)
        budget.told(self._passes, self._spent_s)
        return budget
