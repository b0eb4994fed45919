"""A student that answers as its teacher does, on labeled rows and on others (Hinton et al. 2015).

Student and teacher see the same views of each picture (Beyer et al. 2022, "Knowledge distillation:
a good teacher is patient and consistent"). Labels are answers, too: of a labeled row the target is
the mean of both, and validation rows are judged by their labels alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.head import Labels
from headstart.stats import Merit
from headstart.task import Task
from headstart.train.loop import Wanted

TOLD = 0.5
"""Share of the teacher in the target of a row that has a label."""


@dataclass(frozen=True, eq=False)
class Imitation:
    """Answer as is wanted: labels are answers here, probabilities or values."""

    task: Task

    @property
    def figure(self) -> str:
        """The task's."""
        return self.task.figure

    def loss(
        self, scores: Float[Tensor, "n c"], labels: Float[Tensor, "n c"], *, smoothing: float = 0.0
    ) -> Float[Tensor, ""]:
        """The task's, against answers; they are not smoothed."""
        return self.task.imitation(scores, labels.to(scores.device))

    def answers(self, scores: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
        """The task's."""
        return self.task.answers(scores)

    def merit(self, answers: Float[np.ndarray, "n c"], labels: Float[np.ndarray, "n c"]) -> Merit:
        """The task's, as if what is wanted were true."""
        true = self.task.likely(labels) if self.task.single_label else labels
        return self.task.merit(answers, true)


def as_answers(task: Task, labels: Labels) -> Float[Tensor, "n c"]:
    """Labels as the answers that would be right: 1 for what is there and 0 for all else; values."""
    there = task.presence(labels.numpy())
    return labels.float() if there is None else torch.from_numpy(there).float()


@dataclass(frozen=True, eq=False)
class Targets:
    """What rows should come to: of a labeled one the mean of its label and the teacher's answer."""

    rows: Wanted
    """What the teacher makes of each row, a view at a time; labeled rows come first."""
    head: nn.Module
    """The teacher's."""
    task: Task
    true: Float[Tensor, "m c"]
    """Labels of the first rows, as answers."""
    views: int = 1
    """Kept of each row."""

    def __len__(self) -> int:
        return len(self.rows)

    @torch.no_grad()
    def __getitem__(self, positions: Any) -> Float[Tensor, "b c"]:
        every: Sequence[int] = torch.as_tensor(positions).flatten().tolist()
        wanted = self.task.answers(self.head(self.rows[every])).detach()
        own = [(at, p // self.views) for at, p in enumerate(every)]
        labeled = [(at, row) for at, row in own if row < len(self.true)]
        if labeled:
            at, row = (list(side) for side in zip(*labeled, strict=True))
            wanted[at] = torch.lerp(self.true[row], wanted[at], TOLD)
        return wanted
