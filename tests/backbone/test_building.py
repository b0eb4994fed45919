"""Fresh weights: drawn from a seed, frozen, and without a trace."""

import pytest
import torch

from headstart.backbone import (
    Architecture,
    build,
    contract,
)
from headstart.errors import BackboneError
from headstart.modality import Image, Sound

SMALL = Architecture("headstart_resnet10", (("channels", (8, 8, 16, 24)), ("stem_width", 4)))


def test_the_same_seed_gives_the_same_weights_and_another_does_not() -> None:
    one, same, other = (build(SMALL, seed).state_dict() for seed in (5, 5, 6))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["stem.conv1.0.weight"], other["stem.conv1.0.weight"])


def test_building_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    build(SMALL, 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_built_stages_are_in_inference_mode_and_frozen() -> None:
    stages = build(SMALL)
    assert not any(module.training for module in stages.modules())
    assert not any(parameter.requires_grad for parameter in stages.parameters())


def test_networks_of_sounds_take_sounds_and_those_of_pictures_pictures() -> None:
    assert isinstance(contract(Architecture("headstart_dscnn")), Sound)
    assert isinstance(contract(Architecture("resnet18")), Image)


def test_a_recurrent_network_has_no_contract_before_it_knows_words() -> None:
    with pytest.raises(BackboneError, match="M405"):
        contract(Architecture("headstart_lstm"))
