"""What stages know, read off one pass."""

import numpy as np
import torch
from stand_ins import classes

from headstart.advise import depth_of
from headstart.head import Sample


def _sample(early: float, late: float) -> Sample:
    """Two stages of 4 columns; how far apart the classes are in each."""
    rng = np.random.default_rng(0)
    labels = np.arange(240) % 3
    parts = [rng.normal(size=(240, 4)) + np.eye(3, 4)[labels] * far for far in (early, late)]
    return Sample(torch.from_numpy(np.hstack(parts)).float(), torch.from_numpy(labels), classes(3))


def test_where_the_last_stage_knows_all_a_linear_head_will_do() -> None:
    depth = depth_of(_sample(0.0, 4.0), ("early", "late"), (4, 4))
    assert depth.linear and "add nothing" in depth.why
    assert depth.stages[0].merit.value < 0.5 < depth.stages[1].merit.value


def test_where_earlier_stages_know_more_it_says_so() -> None:
    depth = depth_of(_sample(4.0, 0.3), ("early", "late"), (4, 4))
    assert not depth.linear and depth.gain.low > 0 and "lost" in depth.why
    assert [stage.stage for stage in depth.stages] == ["early", "late"]
    assert depth.all_stages.merit.value > depth.stages[1].merit.value
