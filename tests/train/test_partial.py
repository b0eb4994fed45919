import copy

import pytest
import torch
from torch import nn

from headstart.backbone import Backbone
from headstart.train import BitFit, Full, LowRank, Strategy
from headstart.train.partial import closed, frozen, learned_in, opened, set_modes


def _opened(tiny: Backbone, strategy: Strategy) -> nn.Sequential:
    _, suffix = tiny.cut(2)
    opened(suffix, strategy, seed=0)
    return suffix


def _rows() -> torch.Tensor:
    return torch.randn(2, 8, 8, 8, generator=torch.Generator().manual_seed(0))


def test_low_rank_changes_begin_as_none_at_all(tiny: Backbone) -> None:
    _, plain = tiny.cut(2)
    changed = _opened(tiny, LowRank(2))
    with torch.inference_mode():
        assert torch.equal(changed.eval()(_rows()), plain.eval()(_rows()))


def test_low_rank_changes_learn_few_numbers_and_no_weight(tiny: Backbone) -> None:
    suffix = _opened(tiny, LowRank(2))
    learned = [name for name, p in suffix.named_parameters() if p.requires_grad]
    assert learned and all(name.endswith(("0.down", "0.up")) for name in learned)
    few, every = sum(map(learned_in, suffix)), sum(p.numel() for p in tiny.stages[2:].parameters())
    assert 0 < few < every / 2


def test_what_low_rank_changes_learned_is_worked_into_plain_weights(tiny: Backbone) -> None:
    suffix = _opened(tiny, LowRank(2))
    with torch.no_grad():
        for name, parameter in suffix.named_parameters():
            if name.endswith("up"):
                parameter += 0.1
    with torch.inference_mode():
        before = suffix.eval()(_rows())
    closed(suffix)
    assert set(suffix.state_dict()) == set(tiny.stages[2:].state_dict())
    with torch.inference_mode():
        assert torch.equal(suffix(_rows()), before)
        assert not torch.equal(tiny.stages[2:](_rows()), before)


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


@pytest.mark.parametrize("rank", [1, 100_000])
def test_layers_that_thin_matrices_save_nothing_on_are_left_out(tiny, rank) -> None:
    suffix = _opened(tiny, LowRank(rank))
    assert (sum(map(learned_in, suffix)) > 0) == (rank == 1)


def test_a_networks_own_norms_of_weights_stay() -> None:
    """wav2vec 2.0 has one; without it the trained network could not be built again."""
    layer = nn.utils.parametrizations.weight_norm(nn.Conv1d(4, 4, 3), dim=2)
    suffix = nn.Sequential(layer, nn.Linear(16, 16))
    names = set(suffix.state_dict())
    opened(suffix, LowRank(2), seed=0)
    closed(suffix)
    assert set(suffix.state_dict()) == names


def test_zeros_that_a_layer_holds_do_not_learn() -> None:
    layer = nn.Linear(3, 2)
    layer.zeros = 3
    assert learned_in(layer) == 8 - 3
    assert learned_in(layer.requires_grad_(False)) == 0
