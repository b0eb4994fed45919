"""What stages know, read off one pass."""

import numpy as np
import pytest
import torch
from torch import nn

from headstart.advise import depth_of, profile
from headstart.advise.depth import pooled
from headstart.backbone import Backbone
from headstart.head import Sample


def test_a_profile_is_every_stage_pooled(tiny: Backbone) -> None:
    rows = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found = profile(tiny.stages)(rows)
        parts = []
        for stage in tiny.stages:
            rows = stage(rows)
            parts.append(rows.mean(dim=(2, 3)) if rows.ndim == 4 else rows)
    assert torch.equal(found, torch.cat(parts, dim=1))


@pytest.mark.parametrize(
    ("shape", "width"), [((2, 8, 4, 4), 8), ((2, 4, 4, 8), 8), ((2, 9, 6), 6), ((2, 5), 5)]
)
def test_whatever_a_stage_gives_is_pooled_to_a_row(shape, width) -> None:
    assert pooled(torch.zeros(shape)).shape == (2, width)


def _sample(early: float, late: float) -> Sample:
    """Two stages of 4 columns; how far apart the classes are in each."""
    rng = np.random.default_rng(0)
    labels = np.arange(240) % 3
    parts = [rng.normal(size=(240, 4)) + np.eye(3, 4)[labels] * far for far in (early, late)]
    return Sample(torch.from_numpy(np.hstack(parts)).float(), torch.from_numpy(labels), 3)


def test_where_the_last_stage_knows_all_a_linear_head_will_do() -> None:
    depth = depth_of(_sample(0.0, 4.0), ("early", "late"), (4, 4))
    assert depth.linear and "add nothing" in depth.why
    assert depth.stages[0].accuracy.value < 0.5 < depth.stages[1].accuracy.value


def test_where_earlier_stages_know_more_it_says_so() -> None:
    depth = depth_of(_sample(4.0, 0.3), ("early", "late"), (4, 4))
    assert not depth.linear and depth.gain.low > 0 and "lost" in depth.why
    assert [stage.stage for stage in depth.stages] == ["early", "late"]
    assert depth.all_stages.accuracy.value > depth.stages[1].accuracy.value


def test_a_profile_is_one_network_for_the_table(tiny: Backbone) -> None:
    assert isinstance(profile(tiny.stages), nn.Sequential)
