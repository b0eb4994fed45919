"""How far answers can be trusted, by rows that nothing was fitted to."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from headstart.head import Known
from headstart.task.task import Task


@dataclass(frozen=True)
class Calibration:
    """From which belief on answers are sure; and how far values are off."""

    sure_above: float = 0.0
    """Answers of less belief are "not sure"."""
    margin: float = 0.0
    """Half the width that holds 95% of values around their answers; 0 for classes and tags."""
    sure_share: float | None = None
    """Of those rows, the share of answers that are sure; None where that was not kept."""

    def right(
        self, task: Task, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> Bool[np.ndarray, " n"]:
        """Whether answers are what the labels say, tag for tag; values, within the margin."""
        if task.numeric:
            near: Bool[np.ndarray, " n"] = np.abs(answers - labels)[:, 0] <= self.margin
            return near
        return task.correct(answers, labels)


def calibrate(
    task: Task, answers: Float[np.ndarray, "n c"], labels: Known, target: float = 0.95
) -> Calibration:
    """By answers to rows that they were not fitted to, of which `target` should be right."""
    if task.numeric:
        return Calibration(0.0, _margin(np.abs(answers - labels)[:, 0], target))
    belief = task.belief(answers)
    sure_above = _sure_above(belief, task.correct(answers, labels), target)
    return Calibration(sure_above, sure_share=float((belief >= sure_above).mean()))


def _sure_above(belief: np.ndarray, right: np.ndarray, target: float) -> float:
    """The lowest threshold above which at least `target` of these answers are right.

    Where no threshold reaches it, the highest belief of them all: then hardly anything is sure.
    """
    order = np.argsort(-belief, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    ends = np.append(np.diff(belief[order]) < 0, True)  # equal beliefs stand or fall together
    reached = np.flatnonzero((shares >= target) & ends)
    chosen = order[reached[-1]] if len(reached) else order[0]
    return float(np.clip(belief[chosen], 0.0, 1.0))


def _margin(errors: Float[np.ndarray, " n"], target: float) -> float:
    """The split-conformal quantile (Lei et al. 2018); the largest error where rows are too few."""
    rank = int(np.ceil(target * (len(errors) + 1)))
    return float(np.sort(errors)[min(rank, len(errors)) - 1])
