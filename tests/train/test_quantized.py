"""A base in four bits under changes of low rank: near the layer, light, and plain in the end."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from language import FAMILIES, save_network
from stand_ins import InMemory as HeldItems
from torch import nn
from torch.nn.functional import cosine_similarity, linear

from headstart.backbone import Backbone, load_backbone
from headstart.data import InMemory
from headstart.events import Event
from headstart.train import LowRank, Recipe, TaskData, fit, quantized, ready
from headstart.train.quantized import Narrow, is_tight
from headstart.train.trainable import closed, frozen, learned_in, opened

pytest.importorskip("bitsandbytes")
pytest.importorskip("transformers")
TEXTS = ("the cat sleeps", "a big red dog runs", "it was a very good film", "they was not bad")


def layer(columns: int = 128) -> nn.Linear:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return nn.Linear(columns, 96).requires_grad_(False)


def rows(columns: int = 128) -> torch.Tensor:
    return torch.randn(5, columns, generator=torch.Generator().manual_seed(1))


def moved(narrow: Narrow) -> Narrow:
    """As if it had learned something."""
    with torch.no_grad():
        narrow.up += 0.05
    return narrow


def test_four_bits_are_near_the_layer_and_an_eighth_of_it() -> None:
    plain = layer()
    narrow = Narrow(plain, 4)
    near = cosine_similarity(narrow(rows()), plain(rows())).detach()
    assert 0.98 < float(near.min()) < 1
    own = narrow.codes.nbytes + narrow.scales.nbytes + narrow.levels.nbytes
    assert own < plain.weight.nbytes / 6


def test_slopes_are_those_of_the_weight_that_is_used() -> None:
    narrow = moved(Narrow(layer(), 4))
    one, other = (rows().requires_grad_(True) for _ in range(2))
    narrow(one).square().sum().backward()
    linear(other, narrow.weight.detach(), narrow.bias).square().sum().backward()
    torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=1e-4)
    assert narrow.up.grad is not None and narrow.codes.grad is None


def test_no_plain_weight_is_kept_for_the_way_back() -> None:
    kept = list[torch.Size]()

    def saved(tensor: torch.Tensor) -> torch.Tensor:
        kept.append(tensor.shape)
        return tensor

    narrow = Narrow(layer(), 4)
    with torch.autograd.graph.saved_tensors_hooks(saved, lambda tensor: tensor):
        narrow(rows().requires_grad_(True))
    assert kept and not {(96, 128), (128, 96)} & {tuple(shape) for shape in kept}


def test_steps_in_half_precision_have_slopes_too() -> None:
    narrow, given = moved(Narrow(layer(), 4)), rows().requires_grad_(True)
    with torch.autocast("cpu", torch.bfloat16):
        loss = narrow(given).float().square().sum()
    loss.backward()
    assert given.grad is not None and given.grad.dtype == torch.float32
    assert bool(torch.isfinite(given.grad).all())


def test_what_was_learned_is_worked_into_a_plain_layer() -> None:
    network = nn.Sequential(nn.Sequential(layer(), nn.Conv2d(8, 8, 3)), layer(96))
    opened(network, LowRank(2), 0, tight=True)
    parts = [part for part in network.modules() if isinstance(part, Narrow)]
    assert len(parts) == 2 and learned_in(network[1]) == 2 * (96 + 96)
    before = frozen(network)
    for part in parts:
        moved(part)
    assert before and all(torch.equal(t, network.state_dict()[name]) for name, t in before.items())
    wanted = network[0][0](rows())
    closed(network)
    plain = nn.Sequential(nn.Sequential(layer(), nn.Conv2d(8, 8, 3)), layer(96))
    assert network.state_dict().keys() == plain.state_dict().keys()
    torch.testing.assert_close(network[0][0](rows()), wanted, rtol=1e-4, atol=1e-5)


@pytest.fixture
def spoken(tmp_path: Path, task_data: TaskData) -> tuple[TaskData, Backbone]:
    backbone = load_backbone(str(save_network(tmp_path / "net", "llama", **FAMILIES["llama"])))
    told = [f"{TEXTS[i % 4]} {'cat' if i % 2 else 'dog'}" for i in range(72)]
    items = tuple(backbone.modality.read(InMemory(f"{i}", text)) for i, text in enumerate(told))
    return replace(task_data, items=HeldItems(items)), backbone


@pytest.mark.journey
def test_a_network_learns_over_a_base_in_four_bits(spoken, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(ready, "is_tight", lambda *_: True)
    told = list[Event]()
    task_data, backbone = spoken
    recipe = Recipe(epochs=4, batch=16)
    fitted = fit(task_data, backbone, LowRank(2), recipe, work=tmp_path, tell=told.append)
    assert any("four bits" in event.what for event in told)
    frozen_, changed = fitted.frozen
    assert frozen_ > 20 and changed == 0
    marks = fitted.progress.marks
    assert marks[-1].train_loss < marks[1].train_loss
    assert fitted.joined().stages.state_dict().keys() == backbone.stages.state_dict().keys()


def test_without_the_library_it_learns_whole_and_says_what_would_help(
    spoken, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(ready, "is_tight", lambda *_: True)
    monkeypatch.setattr(ready, "find_spec", lambda name: None)
    told = list[Event]()
    task_data, backbone = spoken
    fit(task_data, backbone, LowRank(2), Recipe(epochs=1), work=tmp_path, tell=told.append)
    assert any("headstart[quantized]" in event.what for event in told)


@pytest.mark.parametrize(("memory", "tight"), [(4 * 96 * 129 * 4 - 1, True), (10**6, False)])
def test_what_takes_a_quarter_of_the_memory_is_tight(memory, tight, monkeypatch) -> None:
    assert not is_tight(layer())
    monkeypatch.setattr(quantized, "processor", lambda: torch.device("cuda", 0))
    found = SimpleNamespace(total_memory=memory)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: found)
    assert is_tight(layer()) == tight
