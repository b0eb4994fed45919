"""How the students that ship learn from their teachers: one loop for pictures and for sound."""

import copy
import math
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import torch

Student = TypeVar("Student", bound=torch.nn.Module)
RISING, KEPT = 200, 0.998
"""Steps in which the rate rises; what an average keeps of itself, a step."""


def taught(
    student: Student,
    rows: np.ndarray,
    left: Callable[[Student, np.ndarray, np.random.Generator], torch.Tensor],
    *,
    rng: np.random.Generator,
    epochs: int,
    rate: float,
    batch: int,
    clip: float = math.inf,
) -> Iterator[tuple[int, Student]]:
    """Yield each epoch, from 1, with the average of the student's weights so far, for `eval`.

    `left` answers the student's loss on some rows; it may draw from `rng`. AdamW
    (weight decay 0.02); its rate rises in 200 steps and falls along a half cosine; gradients are
    cut at a norm of `clip`.
    """
    average, steps, step = copy.deepcopy(student), len(rows) // batch, 0
    optimizer = torch.optim.AdamW(student.parameters(), rate, weight_decay=0.02, fused=True)
    for epoch in range(1, epochs + 1):
        student.train()
        for some in np.array_split(rng.permutation(rows)[: steps * batch], steps):
            for group in optimizer.param_groups:
                falling = 0.5 * (1 + math.cos(math.pi * step / (epochs * steps)))
                group["lr"] = rate * min(1, (step + 1) / RISING) * falling
            loss = left(student, some, rng)
            optimizer.zero_grad()
            loss.backward()
            if clip < math.inf:
                torch.nn.utils.clip_grad_norm_(student.parameters(), clip)
            optimizer.step()
            _follow(average, student, min(KEPT, (1 + step) / (10 + step)))
            step += 1
        yield epoch, average.eval()


@torch.no_grad()
def _follow(average: torch.nn.Module, network: torch.nn.Module, keep: float) -> None:
    pairs = zip(average.state_dict().values(), network.state_dict().values(), strict=True)
    for slow, quick in pairs:
        if slow.is_floating_point():
            slow.lerp_(quick, 1 - keep)
        else:
            slow.copy_(quick)
