import json
import math
import random
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import nn

from headstart.errors import TrainingError
from headstart.events import Event
from headstart.train import Recipe
from headstart.train.checkpoint import EpochMetrics, Progress, restore, save
from headstart.train.loop import TrainState, optimizer_for

PROGRESS = Progress((EpochMetrics(0, 1.0, 1.1, 0.3), EpochMetrics(1, 0.9, 1.0, 0.5)), best=1)


def _train_state() -> TrainState:
    network = nn.Sequential(nn.Sequential(nn.Linear(2, 2)), nn.Linear(2, 2))
    train_state = TrainState(network, optimizer_for(network[0], network[1], Recipe()))
    network(torch.ones(1, 2)).sum().backward()
    train_state.optimizer.step()
    return train_state


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    one, other, place = _train_state(), _train_state(), tmp_path / "c.safetensors"
    best = {"x": torch.ones(1)}
    save(place, one, best, PROGRESS)
    progress, kept = restore(place, other)
    assert progress == PROGRESS and torch.equal(kept["x"], best["x"])
    assert torch.equal(one.network[1].weight, other.network[1].weight)
    moments = [a.optimizer.state_dict()["state"][0]["exp_avg"] for a in (one, other)]
    assert torch.equal(*moments)


def test_nothing_saved_changes_nothing(tmp_path: Path) -> None:
    assert restore(tmp_path / "none", _train_state()) == (Progress(), {})


def test_a_torn_checkpoint_counts_as_none(tmp_path: Path) -> None:
    place = tmp_path / "c.safetensors"
    save(place, _train_state(), {}, PROGRESS)
    place.write_bytes(place.read_bytes()[:-7])
    assert restore(place, _train_state()) == (Progress(), {})


def test_every_byte_of_a_checkpoint_counts(tmp_path: Path) -> None:
    place, dice = tmp_path / "c.safetensors", random.Random(0)
    save(place, _train_state(), {"x": torch.ones(3)}, PROGRESS)
    sound = place.read_bytes()
    for at in [0, 7, 8, *dice.sample(range(len(sound)), 60), len(sound) - 1]:
        bent, told, other = bytearray(sound), list[Event](), _train_state()
        bent[at] ^= 1 << dice.randrange(8)
        place.write_bytes(bent)
        before = other.network[1].weight.clone()
        assert restore(place, other, tell=told.append) == (Progress(), {})
        assert torch.equal(before, other.network[1].weight)
        assert "damaged" in told[0].what and told[0].kind == "warning"


def test_a_checkpoint_of_another_training_counts_as_none(tmp_path: Path) -> None:
    place, told = tmp_path / ".work" / "full" / "c.safetensors", list[Event]()
    save(place, _train_state(), {}, PROGRESS, "3 epochs")
    assert restore(place, _train_state(), "3 epochs")[0] == PROGRESS
    assert restore(place, _train_state(), "4 epochs", told.append) == (Progress(), {})
    assert "other settings" in told[0].what
    other = tmp_path / ".work" / "scratch" / "c.safetensors"
    other.parent.mkdir()
    other.write_bytes(place.read_bytes())
    assert restore(other, _train_state(), "3 epochs", told.append) == (Progress(), {})
    assert "damaged" in told[1].what


def test_losses_that_are_not_finite_come_back_and_the_header_is_standard_json(tmp_path) -> None:
    place, told = (
        tmp_path / "c.safetensors",
        Progress((EpochMetrics(0, float("nan"), float("inf"), 0.5),)),
    )
    save(place, _train_state(), {}, told)
    (mark,) = restore(place, _train_state())[0].marks
    assert math.isnan(mark.train_loss) and mark.val_loss == float("inf")
    with safe_open(place, "pt") as file:
        json.loads(file.metadata()["progress"], parse_constant=pytest.fail)


def test_weights_that_are_not_finite_are_never_written(tmp_path: Path) -> None:
    train_state, place = _train_state(), tmp_path / "c.safetensors"
    with torch.no_grad():
        train_state.network[1].weight[0, 0] = float("nan")
    with pytest.raises(TrainingError, match="not finite"):
        save(place, train_state, {}, PROGRESS)
    assert not place.exists()
