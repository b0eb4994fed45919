"""An arm without transfer is raced on a sample first, and dropped where it can't be the rival.

The rival is the arm without transfer that loses least on unseen rows of the pool. On a sample of
the pool the arm is fitted to four fifths, and to half of these, and judged on the rest, as is the
best rival so far, which knows all other rows. Learning curves flatten: what the arm gained by the
last doubling is the most that it gains by each doubling between the sample and the pool. Where it
would still lose more than the rival (the lower bound of `stats.lead`, which is above 0 in at most
2 of 100 draws of rows if it would not), it is not computed in full. No test row has a part in it:
a race can leave out the rival, never move the word that is said against the one that is left.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from headstart.data import spread
from headstart.evaluate.candidates import Answer, Candidate, by_choice
from headstart.head import folds_of, strata_in
from headstart.stats import Interval, lead
from headstart.train import TaskData

SAMPLE, WORTH = 1000, 4
"""Rows of a race, and how many times as many there have to be for one to be worth its cost."""


@dataclass(frozen=True, eq=False)
class Race:
    """What an arm loses on a sample, beside the best rival so far."""

    rival: str
    rows: int
    """Of the sample."""
    doublings: float
    """From the sample to the pool."""
    now: Interval
    """What the arm loses more than the rival, as it is on the sample."""
    then: Interval
    """The same if each further doubling gains what the last one did."""

    @property
    def lost(self) -> bool:
        """Whether the arm can't be the rival."""
        return self.now.low > 0 and self.then.low > 0

    @property
    def reason(self) -> str:
        """Why it was not computed in full, in a sentence."""
        return (
            f"not computed in full: fitted to {self.rows:,} rows it loses {self.now.value:.3f} more"
            f" than {self.rival} ({self.now.low:.3f} at least), and {self.then.value:.3f} more"
            f" ({self.then.low:.3f} at least) if {self.doublings:.1f} doublings gain as the last"
        )


def sampled(task_data: TaskData) -> TaskData | None:
    """The data with a sample of its pool and no test rows; None where a race is not worth it."""
    pool = task_data.pool
    if len(pool) < WORTH * SAMPLE:
        return None
    strata = dict(zip(pool, strata_in(task_data.labels_of(pool)).tolist(), strict=True))
    labels = [strata.get(row, -1) for row in range(max(pool) + 1)]
    rows = tuple(spread(pool, labels, 0)[:SAMPLE])
    return replace(task_data, partition=replace(task_data.partition, train=rows, val=(), test=()))


def best_rival(candidates: Sequence[Candidate]) -> Candidate | None:
    """Who loses least of those without transfer that can be fitted to other rows."""
    rivals = [one for one in candidates if not one.transfer and one.refit]
    return min(rivals, key=by_choice, default=None)


def race(
    task_data: TaskData,
    sample: TaskData,
    refit: Callable[[Sequence[int]], Answer],
    rival: Candidate,
) -> Race:
    """Hold the arm that `refit` fits against the rival on the rows of the sample."""
    rows, inside = sample.pool, set(sample.pool)
    others = [row for row in task_data.pool if row not in inside]
    groups, labels = task_data.groups_of(rows), task_data.labels_of(rows)
    beside = rival.refit(others)(rows) if rival.refit else rival.answer(rows)
    whole, half = np.zeros(len(rows)), np.zeros(len(rows))
    for fit, held in folds_of(strata_in(labels), groups, 0):
        judged = [rows[p] for p in held]
        for found, known in ((whole, fit), (half, fit[::2])):
            answers = refit([rows[p] for p in known])(judged)
            found[held] = task_data.task.losses(answers, labels[held].numpy())
    doublings = math.log2(len(task_data.pool) / len(rows))
    least = task_data.task.losses(beside, labels.numpy()).astype(float)
    then = whole - doublings * (half - whole)
    now, later = (lead(one, least, groups) for one in (whole, then))
    return Race(rival.name, len(rows), doublings, now, later)
