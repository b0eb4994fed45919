"""What a training begins with."""

import pytest
import torch

from headstart.backbone import Backbone, Stages
from headstart.train import Full, Probe, Recipe, Scratch, TaskData, Unfreeze, readied, source_of


def test_fresh_weights_follow_from_the_seed_and_pretrained_ones_stay(task_data, tiny) -> None:
    first, again, other = (source_of(task_data, tiny, Scratch(), seed) for seed in (1, 1, 2))
    weights = [next(one.stages.parameters()) for one in (first, again, other)]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    assert source_of(task_data, tiny, Full(), 1) is tiny
    assert isinstance(
        source_of(task_data, tiny, Probe(every_stage=True), 1).stages[-1], Stages
    ) or (source_of(task_data, tiny, Probe(every_stage=True), 1) is not tiny)


@pytest.mark.parametrize(("strategy", "frozen"), [(Full(), 0), (Unfreeze(2), 3)])
def test_it_is_cut_where_the_strategy_says_and_is_the_same_each_time(
    task_data: TaskData, tiny: Backbone, tmp_path, strategy, frozen
) -> None:
    one, two = (
        readied(task_data, tiny, strategy, Recipe(), tmp_path / name, print) for name in "ab"
    )
    assert (len(one.prefix), len(one.suffix)) == (frozen, tiny.depth - frozen)
    assert torch.equal(one.head.weight, two.head.weight) and one.plan == two.plan
    assert len(one.rates) > 1 and (tmp_path / "a" / "precision.json").exists()
