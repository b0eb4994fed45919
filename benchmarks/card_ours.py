"""headstart's side of the benchmark of a graphics processor: features, and steps of its loop."""

import copy
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.card_loops import Took, timed


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


def features(
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
        if (first / "engines").exists():
            shutil.copytree(first / "engines", second / "engines")
        steady = timed(size.device, items.count, lambda: extract(items, rows, prefix, cache=second))
    return whole, steady


def ours(
    size: Size, items: Made, modality: Any, suffix: nn.Sequential, width: int, how: "How"
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
class How:
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


def batches_of(
    items: Made, modality: Any, batch: int
) -> Callable[[], Iterator[tuple[Tensor, Tensor]]]:
    def made() -> Iterator[tuple[Tensor, Tensor]]:
        for at in [0, 0, 0, *range(0, items.count - batch + 1, batch)]:
            some = items.take(range(at, at + batch))
            given = torch.stack(some) if modality.kind == "image" else modality.batch(some)
            yield given, torch.arange(batch) % 2

    return made
