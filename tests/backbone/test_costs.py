from collections import OrderedDict
from dataclasses import replace

from torch import nn

from headstart.backbone import Backbone, multiply_adds


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
