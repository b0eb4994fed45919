"""Arms before the test rows are opened: fitted, judged on other rows, and priced."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from headstart.advise import Depth, Ranked
from headstart.evaluate.arms import Arm, Cost
from headstart.stats import level
from headstart.train import Fitted, TaskData
from headstart.usage import cpu_seconds, peak_mb

Answer = Callable[[Sequence[int]], Float[np.ndarray, "m c"]]


@dataclass(frozen=True, eq=False)
class Candidate:
    """An arm that has not seen the test rows."""

    name: str
    strategy: str
    backbone: str
    cut: int | None
    transfer: bool
    answer: Answer
    """Rows of the data -> its answers to them."""
    selection_loss: float
    """Mean loss on rows it was not fitted to."""
    cost: Cost = Cost(0.0, 0.0, 0.0)
    note: str = ""
    refit: Callable[[Sequence[int]], Answer] | None = None
    """Rows to fit to -> how it answers then; None for what takes training."""
    rows: tuple[int, ...] = ()
    """Rows that it learned from; empty where these are all that choices may look at."""
    contender: bool = True
    """Whether it may be the rival: not where it lost a race on a sample, and was left at that."""

    def learned_from(self, task_data: TaskData) -> tuple[int, ...]:
        """The rows that it was fitted to."""
        return self.rows or task_data.pool

    def tested(self, task_data: TaskData) -> Arm:
        """Open the test rows: the one look."""
        rows = task_data.partition.test
        answers = self.answer(rows)
        merit = task_data.task.merit(answers, task_data.labels_of(rows).numpy())
        return Arm(
            self.name,
            self.strategy,
            self.backbone,
            self.cut,
            self.transfer,
            answers,
            self.selection_loss,
            level(merit, task_data.clusters_of(rows)),
            self.cost,
            self.note,
            len(self.learned_from(task_data)),
            self.contender,
        )


@dataclass(frozen=True, eq=False)
class FittedArms:
    """The candidates, which of them is the run's model, and which stands for transfer."""

    candidates: tuple[Candidate, ...]
    model: Candidate
    fitted: Fitted
    """The network behind `model`."""
    transfer: Candidate
    """The arm the verdict is about: the model, or the pretrained probe where the model has
    nothing pretrained in it."""
    others: Mapping[str, Fitted] = field(default_factory=dict)
    """Further fitted networks by name, for their curves."""
    depth: Depth | None = None
    """What the stages know, where that decided how much to retrain."""
    because: str = ""
    """Why so much was frozen, where nobody had asked for it."""
    ranking: tuple[Ranked, ...] = ()
    """Candidates to start from, best first, where nobody had named one."""
    probe: Fitted | None = None
    """The frozen network with a head, which judged all rows to learn from without having seen
    them; None where there is none."""


def rival_of(candidates: Sequence[Candidate], transfer: Candidate) -> Candidate | None:
    """The arm without transfer that loses least on rows it was not fitted to."""
    rivals = [
        one for one in candidates if one.contender and not one.transfer and one is not transfer
    ]
    return min(rivals, key=by_choice, default=None)


def by_choice(arm: Candidate | Arm) -> float:
    """The loss on rows that an arm was not fitted to; infinite where there is none, and of an arm
    that was not computed in full.
    """  # noqa: D205 - one sentence
    return arm.selection_loss if math.isfinite(arm.selection_loss) and arm.contender else math.inf


@contextmanager
def priced(found: list[Candidate]) -> Iterator[None]:
    """Add to each candidate found in the block what the block took, to what others spent on it."""
    before, wall, cpu = len(found), time.perf_counter(), cpu_seconds()
    yield
    peak = peak_mb()
    cost = Cost(round(time.perf_counter() - wall, 3), round(cpu_seconds() - cpu, 3), round(peak, 1))
    found[before:] = [replace(one, cost=cost.plus(one.cost)) for one in found[before:]]
