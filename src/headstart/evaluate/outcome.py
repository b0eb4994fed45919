"""What the arms of a arms make of the test rows, and which two of them are compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from headstart.data import SealedStrata, count_once
from headstart.evaluate.arms import Arm
from headstart.evaluate.candidates import Candidate, FittedArms, rival_of
from headstart.evaluate.learning_curve import Growth, growth_of
from headstart.evaluate.verdict import Pair, phrase
from headstart.stats import Interval, Merit, lead, lead_of_folds
from headstart.train import TaskData


@dataclass(frozen=True, eq=False)
class Outcome:
    """The answers of every arm to the test rows."""

    rows: tuple[int, ...]
    """The test rows, in the order of the answers."""
    clusters: tuple[str, ...]
    """What each row shares with others, for intervals; or empty."""
    arms: tuple[Arm, ...]
    model: Arm
    """The arm that is the run's model."""
    transfer: Arm
    """The arm that the verdict is about."""
    pair: Pair | None
    """What the verdict compares; None where there is no arm without transfer."""
    different: int
    """How many test rows there are where near duplicates count once."""
    growth: Growth | None
    """How both sides do when fitted to fewer rows, where they can be."""
    fold_of: tuple[int, ...] = ()
    """In which fold each row was tested, from 1; empty where there was one part."""
    overlap: float = 1.0
    """What intervals are stretched by, because arms of different folds learned from rows that
    overlap."""

    def lead(self, one: Merit, other: Merit) -> Interval:
        """What one arm leads another by on these rows."""
        if not self.fold_of:
            return lead(one, other, self.clusters)
        return lead_of_folds(one, other, self.clusters, self.fold_of, self.overlap)

    @property
    def folds(self) -> int:
        """In how many parts the rows were tested."""
        return max(self.fold_of, default=1)

    @property
    def rows_text(self) -> str:
        """`tested_text`, and from how many both sides of the pair learned, where these are not all
        that the arms themselves learned from; and what one that learned from more has, which is
        what tables of arms show.
        """  # noqa: D205 - one sentence
        return f"{self.tested_text}{self._refitted}"

    @property
    def tested_text(self) -> str:
        """How many examples were tested, and how."""
        n, rows = self.different, len(self.rows)
        twice = f" ({_twice(rows - n)})" if n < rows else ""
        if self.fold_of:
            told = f", each of {n:,} examples tested once, in {self.folds} folds"
        else:
            told = f" on the same {n:,} test examples"
        return f"{told}{twice}"

    @property
    def _refitted(self) -> str:
        if self.pair is None or self.pair.one.learned != self.pair.other.learned:
            return ""
        known, count = {arm.name: arm for arm in self.arms}, self.pair.one.learned
        pair = known[self.pair.one.name], known[self.pair.other.name]
        whole = [
            f"; fitted to {arm.learned:,}, {phrase(arm.name)} has {arm.merit.value:z.1%}"
            for arm in pair
            if arm.learned != count
        ]
        return f", both fitted to the same {count:,} others{''.join(whole)}" if whole else ""


def _twice(more: int) -> str:
    if more == 1:
        return "1 near duplicate of another counts no further"
    return f"{more:,} near duplicates of others count no further"


def outcome_of(
    task_data: TaskData, fitted_arms: FittedArms, strata: Sequence[int] | SealedStrata
) -> Outcome:
    """Open the test rows once, for every arm; `strata` (one an item) keep learning curves even.

    The rival is picked by its loss on other rows before that. Raises `SealedError` where the test
    rows were opened already.
    """
    rows = task_data.partition.test
    rival = rival_of(fitted_arms.candidates, fitted_arms.transfer)
    sides = equal_rows(task_data, fitted_arms.transfer, rival) if rival else ()
    compared = [fitted_arms.transfer, *([rival] if rival else [])]
    if task_data.truths:
        task_data.truths.open()
    arms = {one: one.tested(task_data) for one in fitted_arms.candidates}
    one, other = (
        (arms.get(side) or side.tested(task_data) for side in sides) if sides else (None, None)
    )
    return Outcome(
        rows,
        task_data.clusters_of(rows),
        tuple(arms.values()),
        arms[fitted_arms.model],
        arms[fitted_arms.transfer],
        Pair(one, other) if one and other else None,
        count_once(rows, task_data.alike),
        growth_of(task_data, compared, tuple(strata)),
    )


def equal_rows(
    task_data: TaskData, one: Candidate, other: Candidate
) -> tuple[Candidate, Candidate]:
    """Both as they are when they learn from the same rows, where a fit is all that takes.

    What was trained has left validation rows out; what was fitted in closed form is fitted again
    without them. What cannot be fitted again stays as it is: `Arm.learned` then differs.
    """
    mine, yours = (set(side.learned_from(task_data)) for side in (one, other))
    return _fitted_to(task_data, one, yours), _fitted_to(task_data, other, mine)


def _fitted_to(task_data: TaskData, arm: Candidate, rows: set[int]) -> Candidate:
    """Without the rows that are not among these."""
    own = arm.learned_from(task_data)
    both = tuple(row for row in own if row in rows)
    if len(both) == len(own) or arm.refit is None:
        return arm
    return replace(arm, answer=arm.refit(both), rows=both)
