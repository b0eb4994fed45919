"""A run in the user's own terms: how often it is right, how sure it is, and what would help."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headstart.counting import counted
from headstart.evaluate.outcome import Outcome
from headstart.evaluate.report import Shown
from headstart.head import Known
from headstart.stats import Interval, share
from headstart.task import FIGURES, Calibration, Task


@dataclass(frozen=True)
class Sureness:
    """How many answers to test rows are sure, and how often those are right."""

    count: int
    of: int
    right: Interval | None
    """None where none is sure."""

    def record(self) -> dict[str, object]:
        """As `metrics.json` has it."""
        right = self.right.record() if self.right else None
        return {"count": self.count, "of": self.of, "right": right}

    @property
    def text(self) -> str:
        """The same in a sentence."""
        if self.right is None:
            return f"It is sure of none of {counted(self.of, 'answer')}."
        if self.count == self.of:
            return f"It is sure of all {counted(self.of, 'answer')}."
        return (
            f"It is sure of {self.count:,} of {self.of:,} answers, and right in "
            f"{self.right.value:z.1%} of those ({self.right.low:z.1%} to {self.right.high:z.1%})."
        )


@dataclass(frozen=True)
class Step:
    """Something that would make the next run better, by what this one measured."""

    what: str
    why: str
    command: str
    gain: str
    points: float = 0.0
    """What it may bring, in points of the figure: the largest is told first."""

    def record(self) -> dict[str, str]:
        """As `metrics.json` has it."""
        return {"what": self.what, "why": self.why, "command": self.command, "gain": self.gain}


@dataclass(frozen=True)
class Doubts:
    """Labels of rows to learn from that look wrong."""

    count: int
    of: int
    shown: tuple[Shown, ...] = ()
    """The most doubted: `truth` is the label, `said` what the row looks like."""
    lines: tuple[tuple[str, str, str, float], ...] = ()
    """Of all of them: name, label, what it looks like, and how much the label is believed."""
    gain: Interval | None = None
    """What the model leads itself by on the test where they are left out; None where that was not
    measured."""


NO_DOUBTS = Doubts(0, 0)
"""Where no label was judged."""


@dataclass(frozen=True)
class Summary:
    """What the first and the last lines of a report and of a terminal say."""

    sentence: str
    """ "Right on 31 of 40 it had not seen"."""
    predict: str
    """The command that uses the model, without what it is used on."""
    sure: Sureness | None = None
    steps: tuple[Step, ...] = ()
    doubts: Doubts = NO_DOUBTS
    use: str = "FILES"
    """What goes behind that command."""

    def record(self) -> dict[str, object]:
        """As `metrics.json` has it."""
        sure = self.sure.record() if self.sure else None
        steps = [step.record() for step in self.steps]
        return {"answer": self.sentence, "sure": sure, "next": steps, "use": self.use}


def opening(task: Task, outcome: Outcome, labels: Known) -> str:
    """How good the model is on rows it had not seen, without a word of statistics."""
    n, answers = len(outcome.rows), outcome.model.answers
    seen = "each asked of a model that had not seen it" if outcome.fold_of else "it had not seen"
    apart = ", " if outcome.fold_of else " "
    if task.single_label:
        right = int(np.count_nonzero(task.correct(answers, labels)))
        return f"Right on {right:,} of {n:,}{apart}{seen}"
    known = task.own_figures.get(task.figure) or FIGURES.get(task.figure)
    title = known.title if known else task.figure
    return f"{title} {outcome.model.merit.value:z.1%} on {n:,}{apart}{seen}"


def sureness(task: Task, trust: Calibration, outcome: Outcome, labels: Known) -> Sureness | None:
    """By the threshold that was chosen on other rows; None where answers have a margin instead."""
    if task.numeric:
        return None
    answers = outcome.model.answers
    sure = task.belief(answers) >= trust.sure_above
    groups = _picked(outcome.clusters, sure)
    right = trust.right(task, answers, labels)[sure]
    found = share(right, groups) if len(right) else None
    return Sureness(int(sure.sum()), len(sure), found)


def _picked(groups: Sequence[str], which: np.ndarray) -> tuple[str, ...]:
    return tuple(np.asarray(groups, dtype=object)[which]) if len(groups) else ()
