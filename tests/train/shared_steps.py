"""What each of several processes does in tests: the same training, and what came of it."""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from headstart.modality import Image
from headstart.task import Classification
from headstart.train import Recipe, Regularization
from headstart.train.several import agreed, is_first, own_part, processes, together
from headstart.train.trainer import TrainingData, tune

ROWS = 42


def main(place: Path) -> None:
    alone = trained(place / "alone") if sys.argv[2] == "0" else None
    with together() as number:
        assert processes() == 2 and is_first() == (number == 0)
        assert agreed({"who": number}) == {"who": 0}
        assert own_part(5) == (slice(0, 2), slice(2, 5))[number]
        shared = trained(place / f"work-{number}")
    save_file(shared, place / f"{number}.safetensors")
    if alone:
        save_file(alone, place / "alone.safetensors")


def trained(work: Path) -> dict[str, torch.Tensor]:
    """Five epochs over varied pictures: convolutions, a norm that is held still, a head."""
    work.mkdir()
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
    tuned = tune(data, suffix, nn.Linear(8, 3), recipe, work, lambda event: None)
    losses = [mark.train_loss for mark in tuned.progress.marks]
    found = nn.Sequential(tuned.suffix, tuned.head).state_dict()
    return {**found, "losses": torch.tensor(losses[1:])}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
