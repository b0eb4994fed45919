"""What somebody should hear before believing, or spending more: each from the figures of a run."""

import math
from collections.abc import Iterator

import numpy as np

from headstart.data import far_values
from headstart.evaluate.outcome import Outcome
from headstart.evaluate.verdict import Pair, Verdict, sign_of, silence
from headstart.head import Known
from headstart.hostile import printable
from headstart.stats import Interval
from headstart.task import Task

COARSE = 0.1
"""Half the width of a verdict's interval from which the test is called small."""
UNEVEN = 4
"""How many times the examples of the rarest class the most frequent has, from which it is told."""
PLENTY = 10_000
"""Examples to learn from, at 1,000 of each class, from which scratch is worth its cost."""


def cautions(
    task: Task,
    verdict: Verdict,
    outcome: Outcome,
    labels: Known,
    learned: int,
) -> Iterator[str]:
    """One sentence each; none where there is nothing to say. `learned` counts training rows.

    A test too small for a claim is all that is told of it.
    """
    arms, transfer = outcome.arms, outcome.transfer
    if outcome.pair:
        yield from _unlike(outcome.pair, verdict)
    yield from _far(task, labels)
    half = (verdict.high - verdict.low) / 2
    if verdict.against and half > COARSE:
        yield from _small(half, outcome, silence(task, labels, outcome.clusters))
        return
    merit = task.merit(transfer.answers, labels)
    for arm in arms if transfer.transfer else ():
        gap = outcome.lead(merit, task.merit(arm.answers, labels))
        if arm.name == verdict.against:  # one difference has one interval on a page
            gap = Interval(verdict.difference, verdict.low, verdict.high)
        if arm.name == "probe on random weights" and gap.low <= 0:
            yield (
                "The pretrained features are not surely better than those of random weights "
                f"({_told(gap)}): they may come from an unrelated domain. "
                "headstart rank compares others."
            )
        elif arm.name.startswith("linear on") and gap.low <= 0:
            yield (
                f"A {arm.name.replace('linear on', 'linear head on')} does about as well "
                f"({_told(gap)}): this network may be more than the job needs."
            )
    yield from _uneven(task, labels)
    scratch = any(arm.strategy == "scratch" for arm in arms)
    if learned >= PLENTY and learned >= 1000 * task.width and not scratch:
        yield (
            f"With {learned:,} examples to learn from, training from scratch may do as well: "
            "--compare scratch."
        )


def _unlike(pair: Pair, verdict: Verdict) -> Iterator[str]:
    """Where the two sides did not learn from the same rows: by how much that could tip it."""
    more, less = sorted((pair.one, pair.other), key=lambda arm: -arm.learned)
    if more.learned == less.learned:
        return
    rows = (
        f'"{printable(more.name, 80)}" learned from {more.learned:,} examples, '
        f'"{printable(less.name, 80)}" from {less.learned:,}'
    )
    curves = verdict.learning.curves if verdict.learning else ()
    grown = next((curve.merit for curve in curves if curve.arm == more.name), ())
    if len(grown) < 2:
        yield f"{rows}: what the further ones are worth was not measured."
        return
    doubling = grown[-1].value - grown[-2].value
    worth = doubling * math.log2(more.learned / less.learned)
    shift = -worth if more is pair.one else worth
    same = sign_of(verdict.low + shift, verdict.high + shift) == sign_of(verdict.low, verdict.high)
    told = "too little to tip the verdict" if same else "enough to tip the verdict"
    yield (
        f"{rows}. Its last doubling gave {100 * doubling:+z.1f} points, so the further ones are "
        f"worth about {100 * worth:+z.1f}: {told}."
    )


def _far(task: Task, labels: Known) -> Iterator[str]:
    """Values far from all others, which decide what squared errors say."""
    if not task.numeric:
        return
    values = np.asarray(labels, dtype=float).reshape(-1).tolist()
    if found := far_values(values):
        worst = max(found, key=lambda row: abs(values[row]))
        yield (
            f"{len(found):,} test {'value is' if len(found) == 1 else 'values are'} far from all "
            f"others, such as {values[worst]:g}, and decide these figures: mend or leave out the "
            "rows that headstart check lists as D290, and train again."
        )


def _small(half: float, outcome: Outcome, silent: str) -> Iterator[str]:
    """What the test can't show; nothing where the verdict has said that it shows nothing."""
    groups, n = outcome.clusters, outcome.different
    if silent:
        return
    several = len(set(groups))
    of = f" of {several:,} groups" if 1 < several <= n / 2 else ""
    points = f"differences below about {100 * half:.0f} points can't be seen"
    yield f"{n:,} test examples{of} are few: {points}."


def _uneven(task: Task, labels: Known) -> Iterator[str]:
    there = task.presence(labels)
    if task.link != "softmax" or task.class_weights or there is None:
        return
    counts = there.sum(axis=0)
    most, least = counts.max(), counts[counts > 0].min()
    if most >= UNEVEN * least:
        yield (
            f"The most frequent class has {most / least:.0f} times the examples of the rarest: "
            "--task balanced lets each class count the same."
        )


def _told(gap: Interval) -> str:
    low, high = 100 * gap.low, 100 * gap.high
    return f"{100 * gap.value:+z.1f} points, {low:+z.1f} to {high:+z.1f}"
