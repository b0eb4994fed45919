from collections import OrderedDict
from copy import deepcopy
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from headstart.backbone import Architecture, Backbone, build, costs, multiply_adds


class Copies:
    def __init__(self) -> None:
        self.made = 0

    def __call__(self, thing: nn.Module) -> nn.Module:
        self.made += 1
        return deepcopy(thing)


def test_products_of_each_stage_are_counted(tiny: Backbone) -> None:
    side = tiny.modality.batch([tiny.modality.blank()]).shape[-1]
    first = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.ReLU())
    last = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    small = replace(tiny, stages=nn.Sequential(OrderedDict(a=first, b=last)), loaded={})
    assert multiply_adds(small) == (side * side * 3 * 4 * 9, 20)


def test_counting_leaves_the_network_where_it_is(tiny: Backbone) -> None:
    counts = multiply_adds(tiny)
    assert len(counts) == tiny.depth and min(counts) >= 0 and sum(counts) > 0
    assert all(p.device.type == "cpu" for p in tiny.stages.parameters())


@pytest.mark.parametrize("attends", [False, True])
def test_products_are_those_that_pytorch_counts_with_and_without_numbers(
    tiny: Backbone, attends, monkeypatch
) -> None:
    if attends:
        small = Architecture("vit_tiny_patch16_224", (("depth", 2), ("img_size", 32)))
        tiny = replace(tiny, architecture=small, stages=build(small), loaded={})
    batch = tiny.modality.batch([tiny.modality.blank()])
    work = sum(p.numel() for p in tiny.stages.parameters()) * batch.numel()
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        tiny.stages(batch)
    found = []
    for limit in (work, work - 1):
        counted = Copies()
        monkeypatch.setattr(costs, "SMALL", limit)
        monkeypatch.setattr(costs, "copy", SimpleNamespace(deepcopy=counted))
        found.append(multiply_adds(tiny))
        assert counted.made == (limit < work)
    assert found[0] == found[1] and sum(found[0]) == counter.get_total_flops() // 2
