"""Arms before the test rows are opened: fitted, judged on other rows, and priced."""

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from headstart.evaluate.arms import Arm, Cost
from headstart.stats import level
from headstart.train import Lesson

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
    """Rows of the lesson -> its answers to them."""
    choice: float
    """Mean loss on rows it was not fitted to."""
    cost: Cost = Cost(0.0, 0.0, 0.0)
    note: str = ""
    refit: Callable[[Sequence[int]], Answer] | None = None
    """Rows to fit to -> how it answers then; None for what takes training."""

    def tested(self, lesson: Lesson) -> Arm:
        """Open the test rows: the one look."""
        rows = lesson.partition.test
        answers = self.answer(rows)
        merit = lesson.task.merit(answers, lesson.labels_of(rows).numpy())
        return Arm(
            self.name,
            self.strategy,
            self.backbone,
            self.cut,
            self.transfer,
            answers,
            self.choice,
            level(merit, lesson.groups_of(rows)),
            self.cost,
            self.note,
        )


@contextmanager
def priced(found: list[Candidate]) -> Iterator[None]:
    """Add to each candidate found in the block what the block took."""
    before, wall, cpu = len(found), time.perf_counter(), _cpu()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cost = Cost(round(time.perf_counter() - wall, 3), round(_cpu() - cpu, 3), round(peak, 1))
    found[before:] = [replace(candidate, cost=cost) for candidate in found[before:]]


def _cpu() -> float:
    return sum(resource.getrusage(who)[i] for who in _WHO for i in (0, 1))


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
