"""What each of several processes does in tests: the same training, and what came of it."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from headstart.modality import Image
from headstart.task import Classification
from headstart.train import Recipe, Regularization
from headstart.train.decisions import decided_once
from headstart.train.pricing import Budget
from headstart.train.rate_search import search
from headstart.train.several import agreed, is_first, own_part, processes, together
from headstart.train.trainer import TrainingData, epochs_of, state_of, tune

ROWS = 42


def main(place: Path) -> None:
    alone = trained(place / "alone") if sys.argv[2] == "0" else None
    with together() as number:
        assert processes() == 2 and is_first() == (number == 0)
        assert agreed({"who": number}) == {"who": 0}
        assert own_part(5) == (slice(0, 2), slice(2, 5))[number]
        shared = trained(place / f"work-{number}")
        decided_by_the_first(place / "note.json", number)
        assert searched(place, number) == 3
        assert seen_by_a_norm() == agreed(seen_by_a_norm())
    save_file(shared, place / f"{number}.safetensors")
    if alone:
        save_file(alone, place / "alone.safetensors")


def decided_by_the_first(note: Path, number: int) -> None:
    """One process comes when the other has decided already: it neither reads nor decides."""
    time.sleep(0.5 * number)
    assert decided_once(note, lambda: number) == 0
    assert decided_once(note, lambda: 7) == 0
    assert agreed("next") == "next"


class Hasty(Budget):
    """One clock says that there was enough before anything began."""

    def __init__(self, place: Path, number: int) -> None:
        super().__init__(place)
        self.number = number

    def enough(self, trials: int, epochs: int) -> bool:
        return self.number == 1


def searched(place: Path, number: int) -> int:
    """How many rates were tried."""
    suffix, data, recipe = made()
    rates, budget = (1e-2, 1e-3, 1e-4), Hasty(place / "epochs.json", number)
    tried = search(data, suffix, nn.Linear(8, 3), recipe, rates, budget)
    assert agreed(tried) == [list(one) for one in tried]
    return len(tried)


def seen_by_a_norm() -> list[float]:
    """The running means of a norm that is not held, after an epoch."""
    suffix, data, recipe = made()
    recipe = replace(recipe, epochs=1, restraint=Regularization())
    state = state_of(suffix, nn.Linear(8, 3), recipe)
    list(epochs_of(data, state, recipe))
    norm = next(one for one in state.network.modules() if isinstance(one, nn.BatchNorm2d))
    assert norm.running_mean.any()
    return norm.running_mean.tolist()


def trained(work: Path) -> dict[str, torch.Tensor]:
    """Five epochs over varied pictures, and what they came to."""
    work.mkdir()
    suffix, data, recipe = made()
    tuned = tune(data, suffix, nn.Linear(8, 3), recipe, work, lambda event: None)
    losses = [mark.train_loss for mark in tuned.progress.marks]
    found = nn.Sequential(tuned.suffix, tuned.head).state_dict()
    return {**found, "losses": torch.tensor(losses[1:])}


def made() -> tuple[nn.Sequential, TrainingData, Recipe]:
    """Convolutions, a norm that is held still, and pictures that noise varies."""
    torch.manual_seed(0)
    stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.BatchNorm2d(8), nn.ReLU())
    suffix = nn.Sequential(stem, nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()))
    items = torch.randint(0, 256, (ROWS, 3, 16, 16), dtype=torch.uint8)
    labels, modality = torch.arange(ROWS) % 3, Image(size_px=16)

    def feed(rows, keys):
        noise = [torch.Generator().manual_seed(key) for key in keys]
        given = modality.batch([items[row] for row in rows])
        drawn = [torch.rand(given.shape[1:], generator=one) for one in noise]
        return given + torch.stack(drawn) if drawn else given

    task = Classification(("a", "b", "c"))
    data = TrainingData(feed, labels, feed, labels, task)
    recipe = Recipe(epochs=5, batch=9, rate=1e-2, restraint=Regularization(still=True))
    return suffix, data, recipe


if __name__ == "__main__":
    main(Path(sys.argv[1]))
