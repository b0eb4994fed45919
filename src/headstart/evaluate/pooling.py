"""Folds as one test: every row answered once, by arms that were fitted without it.

Training sets of folds overlap, so answers hang together, and an interval over rows alone is too
narrow: equal arms got a word in up to .13 of draws. Bates, Hastie and Tibshirani (2023) measure by
how much, with as many refits again for each fold; Nadeau and Bengio (2003) give a bound from the
folds' means, whose five values make it wide. Here the interval over rows (or groups) is stretched
by a factor, `OVERLAP`, that was enough in simulation with real refits: docs/decisions/0025.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from headstart.data import count_once
from headstart.evaluate.arms import Arm, Cost
from headstart.evaluate.learning_curve import Growth
from headstart.evaluate.outcome import Outcome
from headstart.evaluate.verdict import BEST, Pair
from headstart.stats import Interval, level, widened
from headstart.train import TaskData

OVERLAP = {"right": 1.25, "number": 1.4}
"""What intervals are stretched by where training sets overlap (`python -m benchmarks folds`): of
answers that are right or wrong, which mostly vary by row, and of merits that are numbers."""
CHOSEN = "what each fold chose"
"""Name of the arm whose answers come from different strategies in different folds."""

STANDING = "what stands for transfer in each fold"
"""The same of the arm that verdicts are about, where that is not the model in every fold."""


def pooled(parts: Sequence[Outcome], task_data: TaskData) -> Outcome:
    """All folds as one outcome, in their order; one part alone is returned as it is.

    Arms that every fold has go on under their names. Model, arm with transfer and rival are what
    each fold chose without its own rows. `data` knows the labels of all rows.
    """
    if len(parts) == 1:
        return parts[0]
    rows = tuple(row for part in parts for row in part.rows)
    clusters, labels = task_data.clusters_of(rows), task_data.labels_of(rows).numpy()

    numbers = (
        task_data.task.merit(parts[0].model.answers, labels[: len(parts[0].rows)]).dtype.kind == "f"
    )
    overlap, least = OVERLAP["number" if numbers else "right"], -math.inf if numbers else 0.0

    def united(arms: Sequence[Arm], name: str) -> Arm:
        answers = np.concatenate([arm.answers for arm in arms])
        merit = level(task_data.task.merit(answers, labels), clusters)
        return _united(arms, name, answers, widened(merit, overlap, least, 1.0))

    names = [arm.name for arm in parts[0].arms]
    shared = [name for name in names if all(_named(part, name) for part in parts)]
    arms = {name: united([_of(part, name) for part in parts], name) for name in shared}
    model = _either(arms, united, [part.model for part in parts], CHOSEN)
    same = all(part.transfer is part.model for part in parts)
    standing = [part.transfer for part in parts]
    transfer = model if same else _either(arms, united, standing, STANDING)
    pair = _pair(parts, united, transfer.name)
    if pair and pair.other.name not in arms:
        arms[pair.other.name] = pair.other
    return Outcome(
        rows,
        clusters,
        tuple(arms.values()),
        model,
        transfer,
        pair,
        count_once(rows, task_data.alike),
        _growth(parts, pair),
        tuple(fold for fold, part in enumerate(parts, 1) for _ in part.rows),
        overlap,
    )


United = Callable[[Sequence[Arm], str], Arm]


def _either(arms: dict[str, Arm], united: United, each: Sequence[Arm], name: str) -> Arm:
    """The arm that all folds agree on, else what each chose, which joins the arms."""
    names = {arm.name for arm in each}
    if len(names) == 1:
        return arms[names.pop()]
    if name not in arms:
        arms[name] = united(each, name)
    return arms[name]


def _pair(parts: Sequence[Outcome], united: United, transfer: str) -> Pair | None:
    """Both sides of the verdict, as they were compared in each fold, under the names of arms."""
    pairs = [part.pair for part in parts if part.pair]
    if len(pairs) < len(parts):
        return None
    rivals = {pair.other.name for pair in pairs}
    rival = rivals.pop() if len(rivals) == 1 else BEST
    return Pair(
        united([pair.one for pair in pairs], transfer),
        united([pair.other for pair in pairs], rival),
    )


def _united(arms: Sequence[Arm], name: str, answers: np.ndarray, merit: Interval) -> Arm:
    """One arm of all folds; what it learned from is the mean of them, what it cost their sum."""
    costs = [arm.cost for arm in arms]
    return replace(
        arms[0],
        name=name,
        answers=answers,
        selection_loss=float(np.mean([arm.selection_loss for arm in arms])),
        merit=merit,
        cost=Cost(
            round(sum(cost.wall_s for cost in costs), 3),
            round(sum(cost.cpu_s for cost in costs), 3),
            max(cost.peak_rss_mb for cost in costs),
        ),
        transfer=all(arm.transfer for arm in arms),
        note=next((arm.note for arm in arms if arm.note), ""),
        learned=round(float(np.mean([arm.learned for arm in arms]))),
    )


def _growth(parts: Sequence[Outcome], pair: Pair | None) -> Growth | None:
    """Curves of both sides over all folds, at the sizes of the first."""
    grown = [part.growth for part in parts if part.growth]
    if len(grown) < len(parts) or pair is None:
        return None
    sides = [list(one.merits.values()) for one in grown]
    known = min(map(len, sides))
    if len({len(one.sizes) for one in grown}) > 1 or not known:
        return None
    merits = {
        arm.name: [
            np.concatenate(some) for some in zip(*(fold[side] for fold in sides), strict=True)
        ]
        for side, arm in list(enumerate((pair.one, pair.other)))[:known]
    }
    return Growth(grown[0].sizes, merits)


def _named(part: Outcome, name: str) -> bool:
    return any(arm.name == name for arm in part.arms)


def _of(part: Outcome, name: str) -> Arm:
    return next(arm for arm in part.arms if arm.name == name)
