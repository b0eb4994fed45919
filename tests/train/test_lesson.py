"""Heads fitted to rows of a lesson."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from headstart.head import Way
from headstart.train import Lesson


def _table(lesson: Lesson, rows) -> torch.Tensor:
    noise = np.random.default_rng(0).normal(size=(72, 8)).astype(np.float32)
    noise[range(72), lesson.labels.numpy()] += 1
    return torch.from_numpy(noise[list(rows)])


@pytest.mark.parametrize(("head", "times"), [("logistic", 5.0), ("ridge", 1.0), ("lda", 1.0)])
def test_a_head_fitted_again_to_a_part_has_the_same_prior(
    lesson: Lesson, head: str, times: float
) -> None:
    """Against a mean loss of a fifth of the rows that is five times the penalty."""
    asked = replace(lesson, head=head)
    rows = lesson.pool[:12]
    assert len(lesson.pool) == 5 * len(rows)
    again = asked.fit_again(_table(lesson, rows), rows, Way(head, 0.5))
    plain = asked.fit_head(_table(lesson, rows), rows, way=Way(head, 0.5 * times))
    assert torch.equal(again.weight, plain.weight)


def test_fitted_again_to_all_it_is_what_it_was(lesson: Lesson) -> None:
    table = _table(lesson, lesson.pool)
    first = lesson.fit_head(table, lesson.pool)
    again = lesson.fit_again(table, lesson.pool, first.way)
    assert torch.allclose(first.weight, again.weight, atol=1e-6)
