import copy

import torch
from torch import nn

from headstart.backbone import Backbone
from headstart.train import BitFit, Full, Strategy
from headstart.train.trainable import frozen, learned_in, opened, set_modes


def _opened(tiny: Backbone, strategy: Strategy) -> nn.Sequential:
    _, suffix = tiny.cut(2)
    opened(suffix, strategy, seed=0)
    return suffix


def _rows() -> torch.Tensor:
    return torch.randn(2, 8, 8, 8, generator=torch.Generator().manual_seed(0))


def test_only_biases_learn_and_norms_keep_their_counts(tiny: Backbone) -> None:
    suffix = _opened(tiny, BitFit())
    learned = {name for name, p in suffix.named_parameters() if p.requires_grad}
    assert learned and all(name.endswith("bias") for name in learned)
    still = frozen(suffix)
    assert learned | set(still) == set(suffix.state_dict())
    set_modes(suffix)
    suffix(_rows())
    after = suffix.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in still.items())


def test_where_all_learn_nothing_is_frozen_and_norms_count(tiny: Backbone) -> None:
    suffix = _opened(tiny, Full())
    before = copy.deepcopy(suffix.state_dict())
    set_modes(suffix)
    suffix(_rows())
    changed = {n for n, t in suffix.state_dict().items() if not torch.equal(t, before[n])}
    assert not frozen(suffix)
    assert any("running_mean" in name for name in changed)


def test_still_norms_keep_their_statistics_while_their_scales_learn(tiny: Backbone) -> None:
    suffix = _opened(tiny, Full())
    still = frozen(suffix, still=True)
    assert still and all("running" in name or "batches" in name for name in still)
    set_modes(suffix, still=True)
    suffix(_rows()).square().sum().backward()
    after = suffix.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in still.items())
    norms = [m for m in suffix.modules() if isinstance(m, nn.BatchNorm2d)]
    assert norms and all(norm.weight.grad is not None for norm in norms)


def test_a_part_of_which_nothing_learns_stays_in_inference_mode(tiny: Backbone) -> None:
    suffix = _opened(tiny, Full())
    suffix[0].requires_grad_(False)
    set_modes(suffix)
    assert not any(module.training for module in suffix[0].modules())
    assert suffix[1].training


def test_zeros_that_a_layer_holds_do_not_learn() -> None:
    layer = nn.Linear(3, 2)
    layer.zeros = 3
    assert learned_in(layer) == 8 - 3
    assert learned_in(layer.requires_grad_(False)) == 0
