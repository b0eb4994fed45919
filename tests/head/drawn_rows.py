"""Rows that heads are fitted to: around class means, in memory or on a small disk table."""

import numpy as np
import pytest
import torch

from headstart.head import (
    DiskTable,
    gathered,
)

shapes = pytest.mark.parametrize("shape", [(60, 8), (30, 90)], ids=["tall", "wide"])


def drawn(shape=(60, 8), classes=3, apart=1.0):
    """Correlated rows around class means, far from the origin."""
    rng = np.random.default_rng(0)
    labels = np.arange(shape[0]) % classes
    mixed = rng.normal(size=(shape[1], shape[1])) / shape[1] ** 0.5
    means = rng.normal(size=(classes, shape[1])) * apart
    rows = rng.normal(size=shape) @ mixed + means[labels] + 5
    return rows, labels


def tensors(rows, labels):
    return torch.from_numpy(rows).float(), torch.from_numpy(labels)


def scores(fit, rows):
    return (torch.from_numpy(rows).float() @ fit.weight.T + fit.bias).double().numpy()


def two_classes(columns: int, count: int = 40):
    """One row of a class beside the other, in the first column of so many."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % 2
    rows = torch.randn(count, columns, generator=generator)
    rows[:, 0] += 3 * labels
    return rows, labels


def far_drawn(count=400, width=12, seed=0):
    """Rows far from the origin, one column of them dead, with labels that they tell in part."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 3, (count,), generator=generator)
    mixed = torch.randn(width, width, generator=generator)
    rows = torch.randn(count, width, generator=generator) @ mixed + 30
    rows[:, :3] += 1.5 * torch.eye(3)[labels]
    rows[:, -1] = 7.0
    return rows, labels


def far_of(rows, folder) -> DiskTable:
    found = gathered(lambda positions: rows[list(positions)], len(rows), folder)
    assert isinstance(found, DiskTable)
    return found
