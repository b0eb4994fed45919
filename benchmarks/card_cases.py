"""What is measured on a graphics processor, a function each, and what is asked of each line."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.card_loops import RANK, Took, pictures, texts, thin, training
from benchmarks.card_ours import How, Made, Size, batches_of, features, ours

ASKED = {
    "features": 0.7, "features steady": 0.9, "sentences": 0.6, "full": 0.9, "full best": 0.7,
    "lora": 0.95,
}  # fmt: skip
MEMORY = {"lora": 1.1, "four bits": 0.35}
MINI = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
        "intermediate_size": 1536}  # fmt: skip
BASE = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
        "intermediate_size": 3072}  # fmt: skip
LLAMA = {"hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32,
         "num_key_value_heads": 8, "intermediate_size": 8192, "vocab_size": 32000}  # fmt: skip
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
         "intermediate_size": 64}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of the table; rates are things a second, memory is headstart's over the bare's."""

    what: str
    ours: float
    bare: float
    asked: float = 0.0
    memory: float = 0.0
    memory_asked: float = 0.0

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def _pixels(size: Size, side: int) -> tuple[Tensor, ...]:
    drawn = torch.Generator().manual_seed(0)
    some = torch.randint(0, 256, (size.of(512, 32), 3, side, side), dtype=torch.uint8,
                         generator=drawn)  # fmt: skip
    return tuple(some)


def _sentences(size: Size, vocabulary: int) -> tuple[Tensor, ...]:
    """Token numbers of 8 to 40: as long as the sentences of SST-2 are."""
    drawn = torch.Generator().manual_seed(0)
    lengths = torch.randint(8, 41, (size.of(2048, 64),), generator=drawn).tolist()
    return tuple(
        torch.randint(5, vocabulary, (n,), dtype=torch.int32, generator=drawn) for n in lengths
    )


def _vision(name: str, size: Size) -> tuple[Any, nn.Module]:
    """headstart's network and timm's own, both with fresh weights."""
    import timm

    from headstart.backbone import load_backbone

    side = {"size": 64} if size.tiny else {}
    given = {"img_size": 64} if size.tiny and name.startswith("vit") else {}
    bare: nn.Module = timm.create_model(name, num_classes=0, **given)
    return load_backbone(name, "random", **side), bare


def _frozen_pictures(name: str, small: str, count: int, batch: int) -> Callable[[Size], list[Line]]:
    def case(size: Size) -> list[Line]:
        called = size.named(name, small)
        backbone, bare = _vision(called, size)
        items = Made(_pixels(size, backbone.modality.size_px), size.of(count, 64))
        whole, steady = features(size, items, backbone.modality, backbone.stages, called)
        step = size.of(batch, 16)
        rows = range(0, items.count - items.count % step, step)
        batches = [items.take(range(at, at + step)) for at in rows]
        found = pictures(bare, size.device, batches, compiled=size.device.type == "cuda")
        what = f"features {called}, {items.count:,} pictures in memory"
        return [
            Line(f"{what}, with choosing", whole.rate, found.rate, ASKED["features"]),
            Line(what, steady.rate, found.rate, ASKED["features steady"]),
        ]

    return case


def _language(facts: dict[str, int], kind: str, size: Size) -> tuple[nn.Sequential, nn.Module, int]:
    """Stages, the same network as transformers has it, and how many tokens it knows."""
    from transformers import AutoConfig, AutoModel

    from headstart.backbone import Architecture, build

    facts = {"vocab_size": 30522, **(facts if not size.tiny else {**SMALL, "vocab_size": 100})}
    settings = (("config", json.dumps({"model_type": kind, **facts})),)
    stages = build(Architecture(kind, settings))
    config = AutoConfig.for_model(kind, **facts)
    return stages, AutoModel.from_config(config), facts["vocab_size"]


def _frozen_texts(what: str, facts: dict[str, int]) -> Callable[[Size], list[Line]]:
    def case(size: Size) -> list[Line]:
        from headstart.modality import Text

        stages, bare, known = _language(facts, "bert", size)
        items, modality = Made(_sentences(size, known), size.of(20_000, 128)), Text("made up", 64)
        whole, steady = features(size, items, modality, stages, what)
        ordered = sorted(items.take(range(items.count)), key=len)
        step = size.of(1024, 32)
        cut = [ordered[at : at + step] for at in range(0, len(ordered), step)]
        batches = [modality.batch(some) for some in cut]
        found = texts(bare, size.device, batches)
        told = f"rows of {items.count:,} sentences, {what}"
        return [
            Line(f"{told}, with choosing", whole.rate, found.rate, ASKED["sentences"]),
            Line(told, steady.rate, found.rate, ASKED["sentences"]),
        ]

    return case


def _full_pictures(name: str, small: str, count: int) -> Callable[[Size], list[Line]]:
    def case(size: Size) -> list[Line]:
        called, lines, best = size.named(name, small), list[Line](), 0.0
        backbone, network = _vision(called, size)
        items = Made(_pixels(size, backbone.modality.size_px), size.of(count, 32))
        rates = {}
        for batch in (size.of(32, 8), size.of(256, 16)):
            bare = copy.deepcopy(network)
            head = nn.Linear(backbone.width, 2)
            batches = batches_of(items, backbone.modality, batch)
            rates[batch] = training(bare, head, size.device, batches, half=size.half).rate
            best = max(best, rates[batch])
        for batch, rate in rates.items():
            how = How(batch, size.half)
            own = ours(size, items, backbone.modality, backbone.stages, backbone.width, how)
            told = f"full {called} with views, batch {batch}, {size.kind}"
            lines.append(Line(told, own.rate, rate, ASKED["full"]))
        return [*lines, Line(f"full {called}, best batches", max(x.ours for x in lines), best,
                             ASKED["full best"])]  # fmt: skip

    return case


def _full_texts(size: Size) -> list[Line]:
    from headstart.modality import Text

    stages, network, known = _language(MINI, "bert", size)
    modality, width = Text("made up", 64), size.of(384, 32)
    items, lines = Made(_sentences(size, known), size.of(8192, 64)), list[Line]()
    for batch in (size.of(32, 8), size.of(256, 16)):
        bare = copy.deepcopy(network)
        batches = batches_of(items, modality, batch)
        found = training(bare, nn.Linear(width, 2), size.device, batches, half=size.half)
        own = ours(size, items, modality, stages, width, How(batch, size.half))
        lines.append(Line(f"full MiniLM size, batch {batch}, {size.kind}", own.rate, found.rate,
                          ASKED["full"]))  # fmt: skip
    return lines


def _low_rank(size: Size) -> list[Line]:
    """LoRA on a Llama of 1.0 billion weights, 256 tokens a text; and on the same in four bits."""
    from headstart.modality import Text

    stages, network, known = _language(LLAMA, "llama", size)
    length, width, batch = size.of(256, 16), size.of(2048, 32), size.of(16, 4)
    drawn = torch.Generator().manual_seed(0)
    some = torch.randint(5, known, (64, length - 1), dtype=torch.int32, generator=drawn)
    items, modality = Made(tuple(some), size.of(256, 16)), Text("made up", length)
    lines, plain = list[Line](), Took(0.0)
    for half in (False, True)[: 1 + size.half]:
        bare = thin(copy.deepcopy(network))
        batches = batches_of(items, modality, batch)
        found = training(bare, nn.Linear(width, 2), size.device, batches, half=half)
        del bare
        plain = ours(size, items, modality, stages, width, How(batch, half, RANK))
        memory = plain.peak / found.peak if found.peak else 0.0
        kind = "bf16" if half else "fp32"
        lines.append(
            Line(f"LoRA:{RANK}, Llama, tokens, {kind}", length * plain.rate, length * found.rate,
                 ASKED["lora"], memory, MEMORY["lora"])
        )  # fmt: skip
    del network
    narrow = ours(size, items, modality, stages, width, How(batch, size.half, RANK, narrow=True))
    memory = narrow.peak / plain.peak if plain.peak else 0.0
    told = "the same in four bits, beside plain weights"
    return [*lines, Line(told, length * narrow.rate, length * plain.rate, 0.0, memory,
                         MEMORY["four bits"])]  # fmt: skip


CASES: dict[str, Callable[[Size], list[Line]]] = {
    "features resnet50": _frozen_pictures("resnet50", "resnet18", 20_000, 512),
    "sentences, MiniLM size": _frozen_texts("MiniLM size", MINI),
    "sentences, BERT base": _frozen_texts("BERT base", BASE),
    "full resnet50": _full_pictures("resnet50", "resnet18", 4096),
    "full MiniLM size": _full_texts,
    "LoRA": _low_rank,
    "features ViT-B": _frozen_pictures("vit_base_patch16_224", "vit_tiny_patch16_224", 8_000, 256),
    "full ViT-B": _full_pictures("vit_base_patch16_224", "vit_tiny_patch16_224", 2048),
}
"""In the order of their worth: the last are left out first."""
