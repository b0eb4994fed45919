"""Stages that hand on maps, a pyramid of them, and towers."""

import pytest
import torch
from torch import nn

from headstart.backbone.pyramid import (
    PLACED,
    Hands,
    Pyramid,
    Towers,
    detecting,
    packed,
    side_of,
    unpacked,
)


def _trunk() -> nn.Sequential:
    """Stages of strides 8, 16 and 32."""
    stages = nn.Sequential()
    for name, (before, after, stride) in {
        "a": (3, 8, 8),
        "b": (8, 16, 2),
        "c": (16, 16, 1),
        "d": (16, 32, 2),
    }.items():
        stages.add_module(name, nn.Conv2d(before, after, stride, stride))
    return stages.eval()


def test_packed_maps_come_back_as_they_were() -> None:
    maps = [torch.rand(2, 3, 12, 12), torch.rand(2, 5, 6, 6), torch.rand(2, 7, 3, 3)]
    back = unpacked(packed(maps), [(3, 8), (5, 16), (7, 32)])
    assert all(torch.equal(one, other) for one, other in zip(maps, back, strict=True))


@pytest.mark.parametrize("side", [32, 96, 416])
def test_the_side_follows_from_the_length(side: int) -> None:
    shapes = [(3, 8), (5, 16), (7, 32)]
    length = sum(c * (side // stride) ** 2 for c, stride in shapes)
    assert side_of(length, shapes) == side


def test_a_stage_hands_on_the_map_before_it_where_its_stride_is_wanted() -> None:
    stages = detecting(_trunk(), torch.rand(1, 3, 64, 64), 8)
    assert not isinstance(stages.a, Hands)
    assert stages.b.keeps
    assert not stages.c.keeps
    assert stages.d.keeps
    assert stages.pyramid.shapes == ((8, 8), (16, 16), (32, 32))


def test_every_cut_gives_the_same_rows() -> None:
    stages = detecting(_trunk(), torch.rand(1, 3, 64, 64), 8).eval()
    batch = torch.rand(2, 3, 96, 96)
    whole = stages(batch)
    assert whole.shape == (2, 12 * 12 + 6 * 6 + 3 * 3, 2 * 8 + PLACED)
    for cut in range(len(stages) + 1):
        assert torch.equal(stages[cut:](stages[:cut](batch)), whole)


def test_the_maps_are_those_of_the_network() -> None:
    trunk = _trunk()
    stages = detecting(trunk, torch.rand(1, 3, 64, 64), 8)
    batch = torch.rand(1, 3, 64, 64)
    maps = unpacked(stages[:4](batch), stages.pyramid.shapes)
    assert torch.equal(maps[0], trunk[:1](batch))
    assert torch.equal(maps[1], trunk[:3](batch))
    assert torch.equal(maps[2], trunk(batch))


def test_a_network_without_a_coarse_map_gets_one() -> None:
    rows = nn.Sequential(Pyramid([(4, 16)], 8), Towers(8))(torch.rand(1, 4, 6, 6))
    assert rows.shape == (1, 12 * 12 + 6 * 6 + 3 * 3, 2 * 8 + PLACED)


def test_rows_go_from_left_to_right_and_top_to_bottom() -> None:
    towers, seen = Towers(8), torch.rand(1, 8, 8 * 8 + 4 * 4 + 2 * 2)
    towers.shared = towers.classes = towers.places = nn.Identity()
    assert torch.equal(towers(seen)[0, :, :8], seen[0].T)


def test_fresh_towers_say_that_nothing_is_there() -> None:
    assert Towers(8)(torch.rand(1, 8, 84))[..., -1].sigmoid().max() < 0.05


@pytest.mark.parametrize("last", [nn.Flatten(), nn.AdaptiveAvgPool2d((2, 3))])
def test_a_network_that_gives_no_map_is_refused(last: nn.Module) -> None:
    with pytest.raises(ValueError, match="no map"):
        detecting(nn.Sequential(_trunk(), last), torch.rand(1, 3, 64, 64), 8)


def test_a_network_that_ends_at_another_stride_is_refused() -> None:
    with pytest.raises(ValueError, match="stride 4"):
        detecting(nn.Sequential(nn.Conv2d(3, 8, 4, 4)), torch.rand(1, 3, 64, 64), 8)
