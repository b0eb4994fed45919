"""headstart beside bare PyTorch loops on a graphics processor, from made-up data.

`python -m benchmarks.card [--out card.json] [--seconds 240]` prints a table with the card's name
and leaves it as JSON; `make gpu` runs it after the tests that are marked `gpu`. It needs no network
and no file. Without a card it says so and ends with 4. `--device cpu --tiny` runs the same with
small networks and few rows, to see that it runs; its figures mean nothing.

Asked of each line: see `ASKED`. Lines that the time does not suffice for are named as left out.
"""

import argparse
import copy
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.card_loops import RANK, Took, pictures, texts, thin, timed, training

NO_CARD = 4
"""How it ends without a graphics processor."""
SECONDS = 240.0
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


@dataclass(frozen=True)
class Size:
    """How much is run."""

    device: torch.device
    tiny: bool = False

    @property
    def half(self) -> bool:
        """Whether steps are in bfloat16, which processors without it only emulate."""
        return self.device.type == "cuda"

    @property
    def kind(self) -> str:
        return "bf16" if self.half else "fp32"

    def of(self, whole: int, small: int) -> int:
        return small if self.tiny else whole

    def named(self, whole: str, small: str) -> str:
        return small if self.tiny else whole


@dataclass(frozen=True, eq=False)
class Made:
    """So many items, of which a few hundred differ: all are read, copied and computed."""

    tensors: tuple[Tensor, ...]
    count: int

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(f"item-{index}" for index in range(self.count))

    def take(self, rows: Any) -> list[Tensor]:
        return [self.tensors[row % len(self.tensors)] for row in rows]


def main(words: list[str] | None = None) -> int:
    asked = _asked(words)
    if not asked.device and not torch.cuda.is_available():
        print("no graphics processor here: PyTorch sees none, so that nothing was measured")
        return NO_CARD
    device = torch.device(asked.device or "cuda")
    size, until = Size(device, asked.tiny), time.monotonic() + asked.seconds
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    lines, left_out, failed = list[Line](), list[str](), dict[str, str]()
    for what, case in CASES.items():
        if not what.startswith(asked.only):
            continue
        if time.monotonic() > until:
            left_out.append(what)
            continue
        try:
            lines += case(size)
        except Exception as error:  # one line more or less: the others are still worth having
            failed[what] = f"{type(error).__name__}: {error}"[:400]
        if device.type == "cuda":
            torch.cuda.empty_cache()
        print(f"# {what}: {until - time.monotonic():.0f} s left", file=sys.stderr, flush=True)
    record = {
        "card": name, "torch": torch.__version__, "tiny": size.tiny,
        "lines": [{**vars(line), "ratio": round(line.ratio, 3)} for line in lines],
        "left_out": left_out, "failed": failed,
    }  # fmt: skip
    print(table(name, lines, left_out, failed))
    if asked.out:
        Path(asked.out).write_text(json.dumps(record, indent=1) + "\n")
    return 1 if failed else 0


def table(name: str, lines: list[Line], left_out: list[str], failed: dict[str, str]) -> str:
    """The figures as Markdown."""
    shown = [f"| {name} | headstart | bare | ratio | asked | memory | asked |", "|---" * 7 + "|"]
    for line in lines:
        asked = f"{line.asked:g}" if line.asked else ""
        memory = f"{line.memory:.2f}" if line.memory else ""
        most = f"<= {line.memory_asked:g}" if line.memory_asked else ""
        rates = f"{line.ours:,.0f} | {line.bare:,.0f} | {line.ratio:.2f}"
        shown.append(f"| {line.what} | {rates} | {asked} | {memory} | {most} |")
    shown += [f"left out for want of time: {what}" for what in left_out]
    return "\n".join([*shown, *(f"failed: {what}: {why}" for what, why in failed.items())])


def _asked(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.card")
    parser.add_argument("--device", default="")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--out", default="")
    parser.add_argument("--only", default="", help="lines that begin so")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    return parser.parse_args(words)


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


def _features(
    size: Size, items: Made, modality: Any, stages: nn.Sequential, what: str
) -> tuple[Took, Took]:
    """Of the whole, with choosing an engine, and of a second pass that remembers which it was."""
    from headstart.features import Prefix, extract

    prefix = Prefix(modality, stages, what)
    with tempfile.TemporaryDirectory() as place:
        first, second = Path(place) / "first", Path(place) / "second"
        rows = range(items.count)
        whole = timed(size.device, items.count, lambda: extract(items, rows, prefix, cache=first))
        second.mkdir()
        if (first / "engines.json").exists():
            shutil.copy(first / "engines.json", second)
        steady = timed(size.device, items.count, lambda: extract(items, rows, prefix, cache=second))
    return whole, steady


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
        whole, steady = _features(size, items, backbone.modality, backbone.stages, called)
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
        whole, steady = _features(size, items, modality, stages, what)
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


def _ours(
    size: Size, items: Made, modality: Any, suffix: nn.Sequential, width: int, how: "_How"
) -> Took:
    """Steps of headstart's loop, as fine-tuning makes them, without those that set up."""
    from headstart.head import linear
    from headstart.modality import Augmentation
    from headstart.train import Recipe
    from headstart.train.loop import Steps, learn
    from headstart.train.task_data import fed
    from headstart.train.trainer import state_of

    suffix, head = copy.deepcopy(suffix), linear(width, 2)
    how.opened(suffix)
    views = Augmentation() if modality.kind == "image" else None
    recipe = Recipe(epochs=2, batch=how.batch, views=views)
    state = state_of(suffix.to(size.device), head, recipe)
    labels = torch.arange(items.count) % 2
    feed = fed(items, range(items.count), modality, views)
    lengths = tuple(map(len, items.take(range(items.count)))) if modality.varies else ()
    epochs = learn(state, feed, labels, _task(), recipe, made=Steps(lengths, half=how.half))
    next(epochs)
    return timed(size.device, items.count, lambda: next(epochs))


def _task() -> Any:
    from headstart.task import Classification

    return Classification(("a", "b"))


@dataclass(frozen=True)
class _How:
    """How a network is fine-tuned."""

    batch: int
    half: bool
    rank: int = 0
    narrow: bool = False

    def opened(self, suffix: nn.Module) -> None:
        from headstart.train.strategy import Full, LowRank
        from headstart.train.trainable import opened

        if self.narrow:
            suffix.to("cuda" if torch.cuda.is_available() else "cpu")
        opened(suffix, LowRank(self.rank) if self.rank else Full(), 0, tight=self.narrow)


def _batches(
    items: Made, modality: Any, batch: int
) -> Callable[[], Iterator[tuple[Tensor, Tensor]]]:
    def made() -> Iterator[tuple[Tensor, Tensor]]:
        for at in [0, 0, 0, *range(0, items.count - batch + 1, batch)]:
            some = items.take(range(at, at + batch))
            given = torch.stack(some) if modality.kind == "image" else modality.batch(some)
            yield given, torch.arange(batch) % 2

    return made


def _full_pictures(name: str, small: str, count: int) -> Callable[[Size], list[Line]]:
    def case(size: Size) -> list[Line]:
        called, lines, best = size.named(name, small), list[Line](), 0.0
        backbone, network = _vision(called, size)
        items = Made(_pixels(size, backbone.modality.size_px), size.of(count, 32))
        rates = {}
        for batch in (size.of(32, 8), size.of(256, 16)):
            bare = copy.deepcopy(network)
            head = nn.Linear(backbone.width, 2)
            batches = _batches(items, backbone.modality, batch)
            rates[batch] = training(bare, head, size.device, batches, half=size.half).rate
            best = max(best, rates[batch])
        for batch, rate in rates.items():
            how = _How(batch, size.half)
            own = _ours(size, items, backbone.modality, backbone.stages, backbone.width, how)
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
        batches = _batches(items, modality, batch)
        found = training(bare, nn.Linear(width, 2), size.device, batches, half=size.half)
        own = _ours(size, items, modality, stages, width, _How(batch, size.half))
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
        batches = _batches(items, modality, batch)
        found = training(bare, nn.Linear(width, 2), size.device, batches, half=half)
        del bare
        plain = _ours(size, items, modality, stages, width, _How(batch, half, RANK))
        memory = plain.peak / found.peak if found.peak else 0.0
        kind = "bf16" if half else "fp32"
        lines.append(
            Line(f"LoRA:{RANK}, Llama, tokens, {kind}", length * plain.rate, length * found.rate,
                 ASKED["lora"], memory, MEMORY["lora"])
        )  # fmt: skip
    del network
    narrow = _ours(size, items, modality, stages, width, _How(batch, size.half, RANK, narrow=True))
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

if __name__ == "__main__":
    raise SystemExit(main())
