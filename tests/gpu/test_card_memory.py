"""What runs take of a graphics processor's memory."""

import copy

import pytest
import torch
from stand_ins import InMemory
from torch import nn

from headstart.backbone import load_backbone
from headstart.features import Prefix, extract
from headstart.head import linear
from headstart.train import Recipe
from headstart.train.loop import Steps, learn
from headstart.train.strategy import Full, LowRank
from headstart.train.task_data import fed
from headstart.train.trainable import opened
from headstart.train.trainer import state_of

pytestmark = pytest.mark.gpu
COUNT = 1024


def test_rows_are_made_in_less_than_the_memory_there_is(real_card, tmp_path) -> None:
    backbone = load_backbone("resnet50", "random")
    some = tuple(torch.randint(0, 256, (64, 3, 224, 224), dtype=torch.uint8))
    torch.cuda.reset_peak_memory_stats(real_card)
    prefix = Prefix(backbone.modality, backbone.stages, "resnet50")
    items = InMemory(some * (COUNT // 64))
    extract(items, range(COUNT), prefix, cache=tmp_path)
    total = torch.cuda.get_device_properties(real_card).total_memory
    assert torch.cuda.max_memory_reserved(real_card) <= 0.95 * total


@pytest.mark.parametrize(("strategy", "most"), [(Full(), 1.1), (LowRank(8), 1.1)], ids=str)
def test_learning_takes_no_more_than_a_bare_loop(real_card, strategy, most) -> None:
    backbone = load_backbone("vit_tiny_patch16_224", "random")
    suffix, head = copy.deepcopy(backbone.stages), linear(backbone.width, 2)
    opened(suffix, strategy, 0)
    items = InMemory(tuple(torch.randint(0, 256, (128, 3, 224, 224), dtype=torch.uint8)))
    bare = nn.Sequential(copy.deepcopy(suffix), copy.deepcopy(head)).train().to(real_card)
    theirs = _peak(real_card, lambda: _steps(bare, real_card))
    bare.to("cpu")
    state = state_of(suffix, head, Recipe(epochs=1, batch=64))
    labels, task = torch.arange(128) % 2, _classes()
    feed = fed(items, range(128), backbone.modality, None)
    recipe = Recipe(epochs=1, batch=64)
    made = Steps(half=True)
    ours = _peak(real_card, lambda: list(learn(state, feed, labels, task, recipe, made=made)))
    assert ours <= most * theirs + 64 * 2**20  # what the allocator keeps in small pieces


def _classes():
    from stand_ins import classes

    return classes(2)


def _peak(device: torch.device, work) -> int:
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    work()
    return torch.cuda.max_memory_allocated(device)


def _steps(network: nn.Module, device: torch.device) -> None:
    learned = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, fused=True)
    for _ in range(2):
        given = torch.randn(64, 3, 224, 224, device=device)
        with torch.autocast(device.type, torch.bfloat16):
            scores = network(given)
        loss = nn.functional.cross_entropy(
            scores.float(), torch.zeros(64, dtype=torch.int64, device=device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
