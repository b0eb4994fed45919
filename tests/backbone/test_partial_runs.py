"""Stages that each run a part of a whole forward pass."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from headstart.backbone.partial_runs import Part, parts_of
from headstart.backbone.staging import WHOLE_NETWORK

ENDS = {"first": "first", "second": "second"}


class Network(nn.Module):
    """Parts in a row, one that is used under two names, and a table that is read."""

    def __init__(self, *, skips: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.between = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1)
        self.second, self.third = nn.Conv2d(4, 5, 1), nn.Linear(5, 6)
        self.again, self.table = self.third, nn.Embedding(1, 6)
        self.skips = skips

    def forward(self, x: Tensor) -> Tensor:
        seen = self.first(x)
        made = self.second(self.between(seen)) + (seen.mean() if self.skips else 0)
        return self.again(made.flatten(2).transpose(1, 2)) + self.table.weight


def says(network: nn.Module, x: Tensor) -> Tensor:
    rows: Tensor = network(x)
    return rows


def pixels(count: int = 3) -> Tensor:
    return torch.randn(count, 3, 8, 8, generator=torch.Generator().manual_seed(1))


def staged(**more: Any) -> nn.Sequential:
    return parts_of(Network(**more), says, 8, ENDS, "last")


def test_the_parts_give_what_the_whole_gives_for_any_number_of_pictures() -> None:
    stages, whole = staged(), Network()
    assert [name for name, _ in stages.named_children()] == ["first", "second", "last"]
    assert torch.equal(stages(pixels()), whole(pixels()))


def test_every_number_is_in_one_stage_and_in_files_once() -> None:
    names = {name.split(".inner.")[1]: name for name in staged().state_dict()}
    plain = {name for name in Network().state_dict() if not name.startswith("again")}
    assert set(names) == plain
    assert names["between.weight"].startswith("second.")
    assert len(staged().state_dict()) == len(plain)


def test_what_has_two_names_is_one_after_a_reload() -> None:
    stages = staged()
    state = {name: tensor + 1 for name, tensor in stages.state_dict().items()}
    stages.load_state_dict(state)
    assert stages[-1].inner.again is stages[-1].inner.third
    assert torch.equal(stages.state_dict()["last.inner.third.bias"], state["last.inner.third.bias"])


def test_a_network_that_reads_around_its_parts_is_one_stage() -> None:
    stages = staged(skips=True)
    assert [name for name, _ in stages.named_children()] == [WHOLE_NETWORK]
    assert torch.equal(stages(pixels()), Network(skips=True)(pixels()))


class Tabled(Network):
    """With a part that gives a table, of zeros, of as many rows as there were examples."""

    def forward(self, x: Tensor) -> Tensor:
        table = self.between(torch.zeros(2, 4, 1, 1)) * 0
        made = self.second(self.first(x) + table[0] + table[1])
        return self.again(made.flatten(2).transpose(1, 2))


def test_a_table_with_as_many_rows_as_examples_is_not_taken_for_them() -> None:
    """Of YOLOS with three layers: trained, it failed at a batch of one."""
    stages = parts_of(Tabled(), says, 8, ENDS, "last")
    for count in (1, 3):
        assert torch.equal(stages(pixels(count)), Tabled()(pixels(count)))


def test_slopes_reach_the_stages_that_learn_and_no_others() -> None:
    stages = copy.deepcopy(staged()).requires_grad_(False)
    stages[1:].requires_grad_(True)
    stages(pixels()).sum().backward()
    assert stages[0].inner.first.weight.grad is None
    assert stages[1].inner.between.weight.grad is not None


def test_parts_other_than_norms_stay_in_inference_mode() -> None:
    """Detectors with groups of queries give more rows in training mode."""
    part = Part(nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.BatchNorm2d(2)), says, 8, {}, "")
    part.train()
    assert [child.training for child in part.inner] == [False, True, True]
    part.eval()
    assert not any(child.training for child in part.modules())


def test_what_the_whole_raises_is_raised() -> None:
    with pytest.raises(RuntimeError):
        parts_of(Network(), lambda net, x: says(net, x[:, :2]), 8, ENDS, "last")
