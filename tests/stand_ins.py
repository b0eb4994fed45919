"""Pictures on disk, and items that need no disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from torch import Tensor

from headstart.task import Classification

SHARE = {"value": 0.9, "low": 0.8, "high": 0.95}
FIGURES = {
    "figure": "accuracy",
    "n": {"train": 10, "val": 2, "test": 3},
    "test": {"accuracy": SHARE},
    "arms": [{"name": "probe", "accuracy": SHARE}],
    "verdict": {"word": "helps", "sentence": "Transfer helps: +10 points"},
}
"""What `metrics.json` says of a run, as far as a card needs it."""
HUES = {"blue": (40, 60, 200), "green": (50, 180, 60), "red": (200, 50, 40)}


def draw(folder: Path, count: int = 16, size: int = 40) -> Path:
    """Noisy pictures of three hues, a folder each."""
    rng = np.random.default_rng(0)
    for name, hue in HUES.items():
        (folder / name).mkdir(parents=True)
        for index in range(count):
            noise = rng.normal(0, 60, (size, size, 3))
            pixels = np.clip(np.array(hue) + noise, 0, 255).astype(np.uint8)
            PIL.Image.fromarray(pixels).save(folder / name / f"{index:02d}.png")
    return folder


@dataclass(frozen=True, eq=False)
class InMemory:
    """Items that need no disk."""

    tensors: tuple[Tensor, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(f"item-{index}" for index in range(len(self.tensors)))

    def take(self, rows: Sequence[int]) -> list[Tensor]:
        return [self.tensors[row] for row in rows]


def classes(count: int, weights: tuple[float, ...] = ()) -> Classification:
    """A task with so many classes, called by their numbers."""
    return Classification(tuple(map(str, range(count))), weights)
