"""Compares runs: pairwise on shared test rows, and each with one common baseline.

Each run's verdict is about its own strongest rival, so two verdicts are not comparable. Here
differences are paired by row, and every run is compared with the same baseline.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from headstart.data import cluster_names
from headstart.evaluate.pooling import OVERLAP
from headstart.evaluate.verdict import sign_of
from headstart.stats import Interval, Merit, lead, lead_of_folds, level, widened

Better = Literal["better", "no evidence", "worse"]


@dataclass(frozen=True, eq=False)
class RowMerits:
    """The merits of a run's answers to its test rows."""

    keys: tuple[str, ...]
    """A digest of each row's content and label; equal rows are numbered."""
    merit: Float[np.ndarray, " n"]
    groups: tuple[str, ...] = ()
    """The group of each row, for intervals; or empty."""
    folds: tuple[int, ...] = ()
    """The fold in which each row was tested; empty without folds."""
    values: tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]] | None = None
    """True and answered ones where answers are values: R² of some rows is not a part of that of
    all, since their variance is another."""

    def of(self, rows: Sequence[int]) -> Float[np.ndarray, " m"]:
        """Merits of these rows."""
        at = list(rows)
        if self.values is None:
            return self.merit[at]
        true, said = (side[at] for side in self.values)
        variance = max(float(np.var(true)), 1e-300)
        found: Float[np.ndarray, " m"] = 1 - (true - said) ** 2 / variance
        return found


Draws = Mapping[str, RowMerits]
"""By the name of a division of the rows: one of a single run, one a seed of a sweep."""


@dataclass(frozen=True)
class Contender:
    """One run, or the runs of several seeds with equal settings, to be compared."""

    name: str
    backbone: str
    strategy: str
    draws: Draws = field(repr=False)
    simple: Mapping[str, tuple[float, Interval]] = field(repr=False)
    """Baselines without a network: their loss on held-out rows, and the model's lead."""
    figures: tuple[Interval, ...]
    """Of each draw."""
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Entry:
    """A line of the table of compared runs."""

    name: str
    backbone: str
    strategy: str
    figure: Interval
    rows: int
    draws: tuple[float, ...]
    """The figure of each division of the rows."""
    cpu_s: float
    ahead: Interval | None
    """The lead over the common baseline."""
    word: str
    """The word for it: "helps", "no evidence" or "hurts"; empty without a baseline."""

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        figure = self.figure.record()
        ahead = self.ahead.record() if self.ahead else None
        return {**asdict(self), "figure": figure, "draws": list(self.draws), "ahead": ahead}


@dataclass(frozen=True)
class Paired:
    """The paired difference of two runs on the rows that both were tested on."""

    run: str
    against: str
    difference: Interval
    word: Better
    rows: int
    """In common."""
    of: tuple[int, int]
    """How many rows each of them was tested on."""

    def record(self) -> dict[str, Any]:
        """As JSON has it; low and high bound the difference."""
        found = self.difference
        bounds = {"difference": found.value, "low": found.low, "high": found.high}
        named = {"run": self.run, "against": self.against}
        return {**named, **bounds, "word": self.word, "rows": self.rows, "of": list(self.of)}


@dataclass(frozen=True)
class Comparison:
    """Several runs of one task, each against the first."""

    task: str
    figure: str
    yardstick: str
    """The way without a network that all were held against; empty where they have none in
    common."""
    entries: tuple[Entry, ...]
    pairs: tuple[Paired, ...]
    notes: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        entries = [entry.record() for entry in self.entries]
        pairs = [pair.record() for pair in self.pairs]
        named = {"task": self.task, "figure": self.figure, "yardstick": self.yardstick}
        return {**named, "runs": entries, "pairs": pairs, "notes": list(self.notes)}


def compared(task: str, figure: str, contenders: Sequence[Contender]) -> Comparison:
    """All contenders in one table; each is paired with the first.

    A run that shares no test row with the first has no pair.
    """
    yardstick, first = yardstick_of(contenders), contenders[0]
    entries = tuple(_entry(one, yardstick) for one in contenders)
    pairs = tuple(paired(one, first) for one in contenders[1:] if shares(one, first))
    return Comparison(task, figure, yardstick, entries, pairs, tuple(_notes(contenders, pairs)))


def yardstick_of(contenders: Sequence[Contender]) -> str:
    """The baseline that all runs have with the least mean loss on held-out rows.

    Test rows are not used for the choice. Empty where runs share no baseline.
    """
    shared = set.intersection(*(set(one.simple) for one in contenders)) if contenders else set()
    loss = {name: sum(one.simple[name][0] for one in contenders) for name in shared}
    return min(sorted(shared), key=lambda name: loss[name], default="")


def shares(one: Contender, other: Contender) -> bool:
    """Whether both were tested on a common row of the same division."""
    both = [name for name in one.draws if name in other.draws]
    return any(set(one.draws[name].keys) & set(other.draws[name].keys) for name in both)


def paired(one: Contender, other: Contender) -> Paired:
    """The mean difference on common rows, with its 95% interval.

    Draws overlap in what they learn from as folds do, so intervals over several are stretched
    alike; an example that several draws tested counts as one. Raises `ValueError` where no row is
    common.
    """
    mine, yours, groups, folds = _common(one.draws, other.draws)
    numbers = not (np.isin(mine, (0, 1)).all() and np.isin(yours, (0, 1)).all())
    merits: tuple[Merit, Merit] = (mine, yours)
    if not numbers:
        merits = (mine.astype(bool), yours.astype(bool))
    stretch = OVERLAP["number" if numbers else "right"]
    if len(set(folds)) > 1:
        found = lead_of_folds(*merits, groups, folds, stretch)
    else:
        found = lead(*merits, groups)
        found = widened(found, stretch) if len({*one.draws} & {*other.draws}) > 1 else found
    words: dict[int, Better] = {1: "better", 0: "no evidence", -1: "worse"}
    sizes = tuple(sum(len(draw.keys) for draw in side.draws.values()) for side in (one, other))
    word = words[sign_of(found.low, found.high)]
    return Paired(one.name, other.name, found, word, len(mine), (sizes[0], sizes[1]))


def _common(
    one: Draws, other: Draws
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"], tuple[str, ...], tuple[int, ...]]:
    """Merits of both on their common rows, with the groups and folds of these."""
    mine, yours = list[np.ndarray](), list[np.ndarray]()
    known, names, folds = list[str](), list[str](), list[int]()
    for draw in [name for name in one if name in other]:
        left, right = one[draw], other[draw]
        place = {key: i for i, key in enumerate(right.keys)}
        at = [i for i, key in enumerate(left.keys) if key in place]
        mine.append(left.of(at))
        yours.append(right.of([place[left.keys[i]] for i in at]))
        known += [left.keys[i] for i in at]
        names += [f"{draw} {left.groups[i]}" if any(left.groups) else "" for i in at]
        source = left.folds or ()
        folds += [source[i] if source else 0 for i in at]
        if not source and right.folds:
            folds[-len(at) :] = [right.folds[place[left.keys[i]]] for i in at]
    if not known:
        raise ValueError("no row in common")
    alike = dict[str, list[int]]()
    for row, key in enumerate(known):
        alike.setdefault(key, []).append(row)
    groups = cluster_names(range(len(known)), names if any(names) else (), alike.values())
    return np.concatenate(mine), np.concatenate(yours), groups, tuple(folds)


def _entry(one: Contender, yardstick: str) -> Entry:
    ahead = one.simple[yardstick][1] if yardstick else None
    word = (
        {1: "helps", 0: "no evidence", -1: "hurts"}[sign_of(ahead.low, ahead.high)] if ahead else ""
    )
    rows = sum(len(draw.keys) for draw in one.draws.values())
    drawn = tuple(figure.value for figure in one.figures)
    return Entry(
        one.name, one.backbone, one.strategy, _figure(one), rows, drawn, one.cpu_s, ahead, word
    )


def _figure(one: Contender) -> Interval:
    """The figure of a single run; of several divisions, that of all their rows."""
    if len(one.figures) == 1:
        return one.figures[0]
    mine, _, groups, _ = _common(one.draws, one.draws)
    numbers = not np.isin(mine, (0, 1)).all()
    least = -np.inf if numbers else 0.0
    return widened(level(mine, groups), OVERLAP["number" if numbers else "right"], least, 1.0)


def _notes(contenders: Sequence[Contender], pairs: Sequence[Paired]) -> list[str]:
    """Caveats about the comparison."""
    found = [
        f"{pair.run} and {pair.against} share {pair.rows:,} test rows "
        f"(of {pair.of[0]:,} and {pair.of[1]:,}): their difference is of these alone"
        for pair in pairs
        if pair.rows < max(pair.of)
    ]
    if len(pairs) > 1:
        found.append(
            f"each of {len(pairs)} intervals holds by itself; the best of several looks better "
            "than it is"
        )
    return found
