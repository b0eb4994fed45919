"""Recurrent networks: cut like the rest, and deaf to what comes later."""

import pytest
import torch

from headstart.backbone import (
    Architecture,
    Backbone,
    Origin,
    Pooled,
    Recurrent,
    build,
    multiply_adds,
)
from headstart.errors import BackboneError
from headstart.modality import Modality, Sound, Text

SMALL = Architecture("headstart_lstm", (("words", 40), ("channels", (12, 20, 12))))
CRNN = Architecture("headstart_crnn")


@pytest.fixture(scope="module", params=["text", "audio"])
def backbone(request: pytest.FixtureRequest) -> Backbone:
    if request.param == "audio":
        return _backbone(CRNN, Sound())
    return _backbone(SMALL, request.getfixturevalue("words"))


def _backbone(architecture: Architecture, modality: Modality) -> Backbone:
    stages = build(architecture, 3)
    width = stages(modality.batch([modality.blank()])).shape[1]
    return Backbone(architecture, stages, width, modality, Origin("random", "seed 3"))


@torch.inference_mode()
def test_prefix_then_suffix_is_the_whole_at_every_cut(backbone: Backbone) -> None:
    batch = backbone.modality.batch([backbone.modality.blank()] * 2)
    whole = backbone.stages(batch)
    for at in range(backbone.depth + 1):
        prefix, suffix = (part.eval() for part in backbone.cut(at))
        assert torch.equal(suffix(prefix(batch)), whole)


@torch.inference_mode()
def test_padding_changes_no_row() -> None:
    stages = build(SMALL, 1)
    tokens = torch.tensor([[5, 6, 7, 8]])
    padded = torch.cat([tokens, torch.full((1, 12), -1)], dim=1)
    assert torch.allclose(stages(tokens), stages(padded), atol=1e-6)


@torch.inference_mode()
def test_what_comes_later_does_not_change_what_was_said() -> None:
    stages = build(SMALL, 1)[:-1]
    one, other = torch.tensor([[5, 6, 7, 8]]), torch.tensor([[5, 6, 9, 9]])
    assert torch.allclose(stages(one)[:, :2], stages(other)[:, :2], atol=1e-6)
    assert not torch.allclose(stages(one)[:, 2:], stages(other)[:, 2:], atol=1e-3)


def test_a_row_is_the_mean_the_largest_and_the_last() -> None:
    rows = torch.tensor([[[0.1, 1.0], [0.7, 1.0], [0.4, 1.0], [0.9, 0.0]]])  # the last is padding
    assert torch.allclose(Pooled()(rows), torch.tensor([[0.4, 0.7, 0.4]]))


def test_layers_with_memory_are_counted(words: Text) -> None:
    adds = multiply_adds(_backbone(SMALL, words))
    tokens = words.batch([words.blank()]).shape[1]
    assert adds[1] == tokens * 4 * 20 * (12 + 20) and adds[0] == 0


def test_channels_are_left_out_in_training_alone() -> None:
    stages = build(SMALL, 1)
    tokens = torch.tensor([[5, 6, 7, 8]])
    before = stages(tokens)
    stages.train()
    assert not torch.equal(stages(tokens), before)
    assert torch.equal(stages.eval()(tokens), before)


def test_the_same_seed_draws_the_same_weights() -> None:
    one, same, other = (build(SMALL, seed)[1] for seed in (4, 4, 5))
    assert torch.equal(one.lstm.weight_hh_l0, same.lstm.weight_hh_l0)
    assert not torch.equal(one.lstm.weight_hh_l0, other.lstm.weight_hh_l0)


def test_a_name_alone_has_no_words() -> None:
    from headstart.backbone import contract

    with pytest.raises(BackboneError, match="no words") as caught:
        contract(SMALL)
    assert "headstart pretrain" in caught.value.fix


@torch.inference_mode()
def test_a_layer_adds_to_what_it_is_given_where_that_is_as_wide() -> None:
    rows = torch.cat([torch.randn(2, 5, 12), torch.ones(2, 5, 1)], dim=2)
    for out in (12, 20):
        layer = Recurrent(12, out).eval()
        for parameter in layer.parameters():
            parameter.zero_()
        wanted = rows[..., :-1] if out == 12 else torch.zeros(2, 5, 20)
        assert torch.equal(layer(rows)[..., :-1], wanted)


def test_the_last_of_what_is_said_is_that_of_the_last_token_to_the_bit() -> None:
    said, lengths = torch.randn(4, 6, 5), torch.tensor([6, 3, 1, 0])
    mask = (torch.arange(6) < lengths[:, None]).float()[..., None]
    found = Pooled()(torch.cat([said * mask, mask], dim=-1))[:, -5:]
    for row, length in enumerate(lengths.tolist()):
        assert torch.equal(found[row], said[row, length - 1] if length else torch.zeros(5))
