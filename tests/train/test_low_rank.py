"""Changes of low rank begin as none, are two thin matrices, and end in plain weights."""

import pytest
import torch
from torch import nn

from headstart.backbone import Backbone
from headstart.train import LowRank
from headstart.train.low_rank import LowRankChange, change, work_in
from headstart.train.trainable import closed, learned_in, opened


class Scaled(nn.Conv2d):
    """Uses its weight as no plain convolution does."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self._conv_forward(rows, self.weight / self.weight.std(), self.bias)


LAYERS = {
    "linear": (lambda: nn.Linear(12, 10), (3, 5, 12)),
    "linear, rows": (lambda: nn.Linear(12, 10, bias=False), (3, 12)),
    "convolution": (lambda: nn.Conv2d(4, 6, 3, stride=2, padding=1, dilation=2), (2, 4, 9, 9)),
    "groups": (lambda: nn.Conv2d(4, 6, 3, groups=2), (2, 4, 9, 9)),
    "circular": (lambda: nn.Conv2d(4, 6, 3, padding=1, padding_mode="circular"), (2, 4, 9, 9)),
    "its own way": (lambda: Scaled(4, 6, 3), (2, 4, 9, 9)),
}


def changed(kind: str, rank: int = 2) -> tuple[nn.Module, nn.Module, torch.Tensor]:
    """A layer with a change that is not zero, the plain layer with the same weight, and rows."""
    torch.manual_seed(0)
    make, shape = LAYERS[kind]
    layer, plain = make(), make()
    change(layer, rank)
    torch.nn.init.normal_(layer.up)
    with torch.no_grad():
        plain.weight.copy_(layer.weight)
        if plain.bias is not None:
            plain.bias.copy_(layer.bias)
    return layer, plain, torch.randn(shape)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_changed_layer_does_what_a_plain_one_with_its_weight_does(kind) -> None:
    layer, plain, rows = changed(kind)
    torch.testing.assert_close(layer(rows), plain(rows), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", LAYERS)
def test_worked_in_it_is_the_plain_layer_again(kind) -> None:
    layer, plain, _ = changed(kind)
    work_in(layer)
    assert type(layer) is type(plain) and not isinstance(layer, LowRankChange)
    assert list(layer.state_dict()) == list(plain.state_dict())
    assert all(torch.equal(layer.state_dict()[n], t) for n, t in plain.state_dict().items())


@pytest.mark.parametrize("kind", ["linear", "convolution"])
def test_neither_the_changed_weight_nor_its_slope_is_made(kind, monkeypatch) -> None:
    layer, _, rows = changed(kind)
    monkeypatch.setattr(LowRankChange, "weight", property(lambda _: pytest.fail("it was made")))
    layer.weight_under.requires_grad_(False)
    layer(rows).square().sum().backward()
    assert layer.weight_under.grad is None and layer.up.grad is not None


def _opened(tiny: Backbone, rank: int) -> nn.Sequential:
    _, suffix = tiny.cut(2)
    opened(suffix, LowRank(rank), seed=0)
    return suffix


def _rows() -> torch.Tensor:
    return torch.randn(2, 8, 8, 8, generator=torch.Generator().manual_seed(0))


def test_low_rank_changes_begin_as_none_at_all(tiny: Backbone) -> None:
    _, plain = tiny.cut(2)
    changed = _opened(tiny, 2)
    with torch.inference_mode():
        assert torch.equal(changed.eval()(_rows()), plain.eval()(_rows()))


def test_low_rank_changes_learn_few_numbers_and_no_weight(tiny: Backbone) -> None:
    suffix = _opened(tiny, 2)
    learned = [name for name, p in suffix.named_parameters() if p.requires_grad]
    assert learned and all(name.endswith(("down", "up")) for name in learned)
    few, every = sum(map(learned_in, suffix)), sum(p.numel() for p in tiny.stages[2:].parameters())
    assert 0 < few < every / 2


def test_what_low_rank_changes_learned_is_worked_into_plain_weights(tiny: Backbone) -> None:
    suffix = _opened(tiny, 2)
    with torch.no_grad():
        for name, parameter in suffix.named_parameters():
            if name.endswith("up"):
                parameter += 0.1
    with torch.inference_mode():
        before = suffix.eval()(_rows())
    closed(suffix)
    assert set(suffix.state_dict()) == set(tiny.stages[2:].state_dict())
    with torch.inference_mode():
        torch.testing.assert_close(suffix(_rows()), before, rtol=1e-4, atol=1e-5)
        assert not torch.allclose(tiny.stages[2:](_rows()), before, atol=1e-2)


@pytest.mark.parametrize("rank", [1, 100_000])
def test_layers_that_thin_matrices_save_nothing_on_are_left_out(tiny, rank) -> None:
    suffix = _opened(tiny, rank)
    assert (sum(map(learned_in, suffix)) > 0) == (rank == 1)


def test_a_networks_own_norms_of_weights_stay() -> None:
    """wav2vec 2.0 has one; without it the trained network could not be built again."""
    layer = nn.utils.parametrizations.weight_norm(nn.Conv1d(4, 4, 3), dim=2)
    suffix = nn.Sequential(layer, nn.Linear(16, 16))
    names = set(suffix.state_dict())
    opened(suffix, LowRank(2), seed=0)
    closed(suffix)
    assert set(suffix.state_dict()) == names
