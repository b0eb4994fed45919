"""How far answers can be trusted, by rows that nothing was fitted to."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from headstart.head.sequencing import Sequencing
from headstart.head.task import Known, Tagging, Task, Valuing, right_of


@dataclass(frozen=True)
class Trust:
    """From which belief on answers are sure; and how far values are off."""

    sure_above: float = 0.0
    """Answers of less belief are "not sure"."""
    margin: float = 0.0
    """Half the width that holds 95% of values around their answers; 0 for classes and tags."""

    def right(
        self, task: Task, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> Bool[np.ndarray, " n"]:
        """Whether answers are what the labels say, tag for tag; values, within the margin."""
        if isinstance(task, Valuing):
            near: Bool[np.ndarray, " n"] = np.abs(answers - labels)[:, 0] <= self.margin
            return near
        return right_of(task, answers, labels)


def trust_of(
    task: Task, answers: Float[np.ndarray, "n c"], labels: Known, target: float = 0.95
) -> Trust:
    """By answers to rows that they were not fitted to, of which `target` should be right."""
    if isinstance(task, Valuing):
        return Trust(0.0, _margin(np.abs(answers - labels)[:, 0], target))
    return Trust(_sure_above(belief_of(task, answers), right_of(task, answers, labels), target))


def belief_of(task: Task, answers: Float[np.ndarray, "n c"]) -> Float[np.ndarray, " n"]:
    """What the likeliest class was given; of tags, what the least sure of them was given.

    Of a transcript, the mean share of the likeliest letters. 1 where answers are values: they have
    a margin instead.
    """
    if isinstance(task, Valuing):
        return np.ones(len(answers))
    if isinstance(task, Sequencing):
        sure: Float[np.ndarray, " n"] = answers[:, 0]
        return sure
    if isinstance(task, Tagging):
        least: Float[np.ndarray, " n"] = np.maximum(answers, 1 - answers).min(axis=1)
        return least
    likeliest: Float[np.ndarray, " n"] = answers.max(axis=1)
    return likeliest


def said(task: Task, answer: Float[np.ndarray, " c"]) -> str:
    """One answer as a label has it: a class, tags with ";" between them, or a number."""
    if isinstance(task, Valuing):
        return f"{float(answer[0]):.6g}"
    if isinstance(task, Sequencing):
        return task.said(answer[None])[0]
    if isinstance(task, Tagging):
        return ";".join(n for n, p in zip(task.classes, answer, strict=True) if p >= 0.5)
    return task.classes[int(answer.argmax())]


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
