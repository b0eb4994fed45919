"""Heads fitted to rows of task data."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from headstart.head import HeadConfig
from headstart.train import TaskData


def _table(task_data: TaskData, rows) -> torch.Tensor:
    noise = np.random.default_rng(0).normal(size=(72, 8)).astype(np.float32)
    noise[range(72), task_data.labels.numpy()] += 1
    return torch.from_numpy(noise[list(rows)])


@pytest.mark.parametrize(("head", "times"), [("logistic", 5.0), ("ridge", 1.0), ("lda", 1.0)])
def test_a_head_fitted_again_to_a_part_has_the_same_prior(
    task_data: TaskData, head: str, times: float
) -> None:
    """Against a mean loss of a fifth of the rows that is five times the penalty."""
    asked = replace(task_data, head=head)
    rows = task_data.pool[:12]
    assert len(task_data.pool) == 5 * len(rows)
    again = asked.fit_again(_table(task_data, rows), rows, HeadConfig(head, 0.5))
    plain = asked.fit_head(_table(task_data, rows), rows, head_config=HeadConfig(head, 0.5 * times))
    assert torch.equal(again.weight, plain.weight)


def test_fitted_again_to_all_it_is_what_it_was(task_data: TaskData) -> None:
    table = _table(task_data, task_data.pool)
    first = task_data.fit_head(table, task_data.pool)
    again = task_data.fit_again(table, task_data.pool, first.head_config)
    assert torch.allclose(first.weight, again.weight, atol=1e-6)
