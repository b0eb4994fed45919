"""What stages know, read off one pass."""

import numpy as np
import pytest
import torch
from stand_ins import classes

from headstart.advise import Depth, StageScore, depth_of
from headstart.head import Sample
from headstart.stats import Interval


def _sample(early: float, late: float) -> Sample:
    """Two stages of 4 columns; how far apart the classes are in each."""
    rng = np.random.default_rng(0)
    labels = np.arange(240) % 3
    parts = [rng.normal(size=(240, 4)) + np.eye(3, 4)[labels] * far for far in (early, late)]
    return Sample(torch.from_numpy(np.hstack(parts)).float(), torch.from_numpy(labels), classes(3))


def test_where_the_last_stage_knows_all_a_linear_head_will_do() -> None:
    depth = depth_of(_sample(0.0, 4.0), ("early", "late"), (4, 4))
    assert depth.linear and "no clear gain" in depth.why
    assert depth.stages[0].merit.value < 0.5 < depth.stages[1].merit.value


def test_where_earlier_stages_know_more_it_says_so() -> None:
    depth = depth_of(_sample(4.0, 0.3), ("early", "late"), (4, 4))
    assert not depth.linear and depth.gain.low > 0 and "lost" in depth.why
    assert [stage.stage for stage in depth.stages] == ["early", "late"]
    assert depth.all_stages.merit.value > depth.stages[1].merit.value


def _scored(loss: float) -> StageScore:
    return StageScore("s", 4, Interval(0.5, 0.4, 0.6), loss)


@pytest.mark.parametrize(("low", "linear"), [(0.0, True), (1e-6, False)])
def test_earlier_stages_count_only_where_the_whole_interval_of_their_gain_is_above_0(
    low: float, linear: bool
) -> None:
    found = Depth((_scored(1.0),) * 2, _scored(1.0), Interval(0.1, low, 0.2))
    assert found.linear == linear
    assert found.why.startswith("no clear gain" if linear else "earlier stages hold")


def test_the_best_stage_is_the_one_that_loses_least() -> None:
    stages = tuple(map(_scored, (1.0, 0.5, 0.7)))
    assert Depth(stages, stages[0], Interval(0.0, 0.0, 0.0)).best == 1
