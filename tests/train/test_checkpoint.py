from pathlib import Path

import pytest
import torch
from torch import nn

from headstart.errors import TrainingError
from headstart.train import Recipe
from headstart.train.checkpoint import Mark, Progress, restore, save
from headstart.train.loop import Apprentice, optimizer_for

PROGRESS = Progress((Mark(0, 1.0, 1.1, 0.3), Mark(1, 0.9, 1.0, 0.5)), best=1)


def _apprentice() -> Apprentice:
    network = nn.Sequential(nn.Sequential(nn.Linear(2, 2)), nn.Linear(2, 2))
    apprentice = Apprentice(network, optimizer_for(network[0], network[1], Recipe()))
    network(torch.ones(1, 2)).sum().backward()
    apprentice.optimizer.step()
    return apprentice


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    one, other, place = _apprentice(), _apprentice(), tmp_path / "c.safetensors"
    best = {"x": torch.ones(1)}
    save(place, one, best, PROGRESS)
    progress, kept = restore(place, other)
    assert progress == PROGRESS and torch.equal(kept["x"], best["x"])
    assert torch.equal(one.network[1].weight, other.network[1].weight)
    moments = [a.optimizer.state_dict()["state"][0]["exp_avg"] for a in (one, other)]
    assert torch.equal(*moments)


def test_nothing_saved_changes_nothing(tmp_path: Path) -> None:
    assert restore(tmp_path / "none", _apprentice()) == (Progress(), {})


def test_a_torn_checkpoint_counts_as_none(tmp_path: Path) -> None:
    place = tmp_path / "c.safetensors"
    save(place, _apprentice(), {}, PROGRESS)
    place.write_bytes(place.read_bytes()[:-7])
    assert restore(place, _apprentice()) == (Progress(), {})


def test_weights_that_are_not_finite_are_never_written(tmp_path: Path) -> None:
    apprentice, place = _apprentice(), tmp_path / "c.safetensors"
    with torch.no_grad():
        apprentice.network[1].weight[0, 0] = float("nan")
    with pytest.raises(TrainingError, match="not finite"):
        save(place, apprentice, {}, PROGRESS)
    assert not place.exists()
