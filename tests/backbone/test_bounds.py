"""Networks are built no larger than their weights are."""

import math
from contextlib import nullcontext

import pytest
import torch
from torch import nn

from headstart.backbone import bounds
from headstart.backbone.bounds import BESIDES, TIMES, bounded
from headstart.untrusted import Damaged

SHAPES = {"a": (10, 100)}
MOST = TIMES * 1000 + BESIDES


def build(numbers: int) -> None:
    with bounded(SHAPES), torch.device("meta"):
        nn.Module().register_buffer("x", torch.empty(numbers // 2))
        nn.Module().register_parameter("y", nn.Parameter(torch.empty(math.ceil(numbers / 2))))


def test_the_bound_lies_where_it_is_said_to() -> None:
    build(MOST)
    with pytest.raises(Damaged, match="larger network"):
        build(MOST + 1)


@pytest.mark.parametrize(("parts", "fine"), [(140, True), (141, False)])
def test_modules_without_numbers_are_counted_too(parts, fine, monkeypatch) -> None:
    monkeypatch.setattr(bounds, "_MORE", 100)  # and 40 for the one tensor
    with nullcontext() if fine else pytest.raises(Damaged), bounded(SHAPES):
        nn.Sequential(*(nn.Identity() for _ in range(parts)))


def test_nothing_is_counted_afterwards(monkeypatch) -> None:
    monkeypatch.setattr(bounds, "_MORE", 0)
    with bounded({}):
        pass
    nn.Sequential(nn.Identity())
