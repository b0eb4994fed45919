"""Which epoch is kept and when training stops, by losses that are given and not measured."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from scripts import COURSE, network
from torch import nn

from headstart.events import quiet
from headstart.task import Classification, Detection
from headstart.train import Recipe
from headstart.train.trainer import LOOKED_EVERY, Tuned, blended, tune


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


@pytest.mark.parametrize(
    ("epochs", "looks"),
    [(LOOKED_EVERY - 1, [0, 3]), (LOOKED_EVERY, [0, 4]), (LOOKED_EVERY + 1, [0, 4, 5])],
)
def test_of_boxes_the_last_epoch_is_kept_and_few_others_are_looked_at(
    scripted, tmp_path, epochs, looks
) -> None:
    scripted([1.0, *[2.0] * 5])
    seen = []
    course = replace(COURSE, task=Detection(("a",), 64))
    found = tune(course, *network(), Recipe(epochs=epochs, patience=1), tmp_path, seen.append)
    assert [mark.number for mark in found.progress.marks] == looks
    assert (found.progress.best, kept(found)) == (epochs, epochs)
    assert [event.done for event in seen if event.kind == "step"] == list(range(1, epochs + 1))


def test_a_training_goes_on_from_an_epoch_after_which_nothing_was_looked_at(
    scripted, tmp_path
) -> None:
    scripted([1.0, *[2.0] * 5])
    course = replace(COURSE, task=Detection(("a",), 64))

    def kill(event) -> None:
        if event.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(course, *network(), Recipe(epochs=5, patience=1), tmp_path, kill)
    seen = []
    found = tune(course, *network(), Recipe(epochs=5, patience=1), tmp_path, seen.append)
    assert [event.done for event in seen if event.kind == "step"] == [3, 4, 5]
    assert [mark.number for mark in found.progress.marks] == [0, 4, 5]


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
