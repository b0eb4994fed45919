"""What somebody should hear before believing, or spending more: each from the figures of a run."""

from collections.abc import Iterator, Sequence

import numpy as np

from headstart.evaluate.arms import Arm
from headstart.evaluate.verdict import Verdict
from headstart.head import Classification, Known, Sequencing, Task
from headstart.stats import Interval, lead

COARSE = 0.1
"""Half the width of a verdict's interval from which the test is called small."""
UNEVEN = 4
"""How many times the examples of the rarest class the most frequent has, from which it is told."""
PLENTY = 10_000
"""Examples to learn from, at 1,000 of each class, from which scratch is worth its cost."""


def cautions(
    task: Task,
    verdict: Verdict,
    transfer: Arm,
    arms: Sequence[Arm],
    labels: Known,
    groups: Sequence[str],
    learned: int,
) -> Iterator[str]:
    """One sentence each; none where there is nothing to say. `learned` counts training rows.

    A test too small for a claim is all that is told of it.
    """
    half = (verdict.high - verdict.low) / 2
    if verdict.against and half > COARSE:
        yield (
            f"{len(labels):,} test examples are few: differences below about {100 * half:.0f} "
            "points can't be seen."
        )
        return
    merit = task.merit(transfer.answers, labels)
    for arm in arms if transfer.transfer else ():
        gap = lead(merit, task.merit(arm.answers, labels), groups)
        if arm.name == "probe on random weights" and gap.low <= 0:
            ranked = not isinstance(task, Sequencing)
            others = "headstart rank compares others." if ranked else "--backbone names another."
            yield (
                "The pretrained features are not surely better than those of random weights "
                f"({_told(gap)}): they may come from an unrelated domain. {others}"
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


def _uneven(task: Task, labels: Known) -> Iterator[str]:
    if not isinstance(task, Classification) or task.weights:
        return
    counts = np.bincount(labels)
    most, least = counts.max(), counts[counts > 0].min()
    if most >= UNEVEN * least:
        yield (
            f"The most frequent class has {most / least:.0f} times the examples of the rarest: "
            "--task balanced lets each class count the same."
        )


def _told(gap: Interval) -> str:
    low, high = 100 * gap.low, 100 * gap.high
    return f"{100 * gap.value:+.1f} points, {low:+.1f} to {high:+.1f}"
