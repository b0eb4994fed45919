"""Which epoch is kept and when training stops, by losses that are given and not measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from torch import nn

from headstart.events import quiet
from headstart.task import Classification
from headstart.train import Hyperparameters, Recipe, trainer
from headstart.train.loop import Epoch
from headstart.train.pricing import Budget
from headstart.train.trainer import TrainingData, Tuned, blended, rated, search, trial_of, tune

TASK = Classification(("a", "b"))


def _ones(positions, keys) -> torch.Tensor:
    return torch.ones(len(positions), 1)


COURSE = TrainingData(_ones, torch.zeros(2, dtype=torch.long), _ones, torch.zeros(2), TASK)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch):
    """Epochs that only write their number into a weight, and validation losses by that number."""

    def epochs(course, train_state, recipe, after=0):
        for number in range(after + 1, recipe.epochs + 1):
            with torch.no_grad():
                train_state.network[0][0].weight.fill_(float(number))
            yield Epoch(number, 0.0)

    monkeypatch.setattr(trainer, "_epochs", epochs)

    def say(losses: Sequence[float], merit: Sequence[float] = ()) -> None:
        def judged(course, train_state):
            number = int(train_state.network[0][0].weight.item())
            return trainer._Judged(losses[number], merit[number] if merit else 0.5)

        monkeypatch.setattr(trainer, "_judged", judged)
        monkeypatch.setattr(trainer, "_lost", lambda c, a: judged(c, a).loss)

    return say


def network(value: float = 0.0) -> tuple[nn.Sequential, nn.Linear]:
    suffix = nn.Sequential(nn.Linear(1, 1))
    nn.init.constant_(suffix[0].weight, value)
    return suffix, nn.Linear(1, 2)


def tuned(work: Path, **settings) -> Tuned:
    return tune(COURSE, *network(), Recipe(**settings), work, quiet)


def kept(found: Tuned) -> float:
    return found.suffix[0].weight.item()


def test_the_weights_of_the_best_epoch_are_kept_not_the_last_ones(scripted, tmp_path) -> None:
    scripted([3.0, 2.0, 1.0, 2.0, 1.5])
    found = tuned(tmp_path, epochs=4, patience=9)
    assert (found.progress.best, found.progress.done, kept(found)) == (2, 4, 2.0)


def test_where_training_only_makes_it_worse_the_start_is_kept(scripted, tmp_path) -> None:
    scripted([1.0, 2.0, 3.0])
    found = tuned(tmp_path, epochs=2)
    assert (found.progress.best, kept(found)) == (0, 0.0)


@pytest.mark.parametrize("patience", [1, 2, 3])
def test_it_stops_after_as_many_epochs_without_a_better_loss_as_its_patience(
    scripted, tmp_path, patience
) -> None:
    scripted([3.0, 1.0, *[2.0] * 8])
    assert tuned(tmp_path, epochs=9, patience=patience).progress.done == 1 + patience


def test_an_equal_loss_is_not_a_better_one(scripted, tmp_path) -> None:
    scripted([1.0] * 9)
    found = tuned(tmp_path, epochs=8, patience=2)
    assert (found.progress.best, found.progress.done) == (0, 2)


def test_the_loss_decides_and_not_the_merit(scripted, tmp_path) -> None:
    scripted([3.0, 1.0, 2.0], merit=[0.1, 0.2, 0.9])
    assert tuned(tmp_path, epochs=2).progress.best == 1


def test_where_stages_begin_to_learn_later_patience_begins_at_half_of_the_epochs(
    scripted, tmp_path
) -> None:
    scripted([1.0, *[2.0] * 12])
    assert tuned(tmp_path, epochs=10, patience=2, gradual=True).progress.done == 7


def test_a_run_that_had_stopped_does_not_go_on(scripted, tmp_path) -> None:
    scripted([1.0] * 9)
    assert tuned(tmp_path, epochs=8, patience=2).progress.done == 2
    assert tuned(tmp_path, epochs=8, patience=2).progress.done == 2


@pytest.mark.parametrize(("epochs", "trial"), [(1, 1), (4, 1), (6, 2), (20, 5), (40, 10)])
def test_a_rate_is_tried_for_a_quarter_of_the_epochs(epochs: int, trial: int) -> None:
    assert trial_of(Recipe(epochs=epochs)) == trial


def test_a_rate_is_judged_by_its_best_epoch_and_middle_ones_come_first(scripted, tmp_path) -> None:
    scripted([9.0, 4.0, 1.0, 5.0])
    time_budget = Budget(tmp_path / "epochs.json")
    found = search(COURSE, *network(), Recipe(epochs=12), (1e-4, 1e-3, 1e-2), time_budget)
    assert found == ((1e-3, 1.0), (1e-4, 1.0), (1e-2, 1.0))


def test_the_rate_that_lost_least_is_taken(monkeypatch, tmp_path) -> None:
    tried = ((1e-3, 0.5), (1e-4, 0.4), (1e-2, 0.6))
    monkeypatch.setattr(trainer, "search", lambda *_: tried)
    recipe, told = rated(COURSE, *network(), Recipe(), (), tmp_path)
    assert recipe == replace(Recipe(), rate=1e-4) and told == tried


@dataclass(frozen=True)
class Nearest(Classification):
    """A task whose loss is the distance of the scores from a number."""

    wanted: float = 1.0

    def loss(self, scores, labels, **options):
        return (scores - self.wanted).abs().mean()


@pytest.mark.parametrize(
    ("wanted", "share"), [(4.0, 1.0), (3.0, 0.75), (2.0, 0.5), (1.0, 0.25), (0.0, 0.25)]
)
def test_start_and_end_are_mixed_in_the_share_that_loses_least(wanted, share) -> None:
    """Of weights 0 and 4; where nothing mixed is better than the end, it is the end itself."""
    start, end = nn.Sequential(nn.Linear(1, 1)), nn.Sequential(nn.Linear(1, 1))
    for net, value in ((start, 0.0), (end, 4.0)):
        nn.init.constant_(net[0].weight, value)
        nn.init.zeros_(net[0].bias)
    course = replace(COURSE, task=Nearest(("a", "b"), wanted=wanted))
    mixed, found = blended(course, start, end)
    assert found == share and mixed[0].weight.item() == 4.0 * share
    assert math.isclose(end[0].weight.item(), 4.0)


def test_a_mean_that_is_no_better_than_the_end_is_not_taken() -> None:
    start, end = nn.Sequential(nn.Linear(1, 1)), nn.Sequential(nn.Linear(1, 1))
    end.load_state_dict(start.state_dict())
    assert blended(replace(COURSE, task=Nearest(("a", "b"))), start, end) == (end, 1.0)


def test_a_rate_that_was_asked_for_is_not_searched_for(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(trainer, "search", None)  # it would be an error to call it
    asked = Recipe().holding(Hyperparameters(rate=0.05))
    plan, tried = rated(COURSE, *network(), asked, (0.05,), tmp_path)
    assert (plan, tried) == (asked, ())
