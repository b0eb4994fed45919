"""Which rate is taken, by losses that are given and not measured."""

from dataclasses import replace

import pytest
from scripts import COURSE, network

from headstart.train import Hyperparameters, Recipe, rate_search
from headstart.train.pricing import Budget
from headstart.train.rate_search import rated, search, trial_of


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
    monkeypatch.setattr(rate_search, "search", lambda *_: tried)
    recipe, told = rated(COURSE, *network(), Recipe(), (), tmp_path)
    assert recipe == replace(Recipe(), rate=1e-4) and told == tried


def test_a_rate_that_was_asked_for_is_not_searched_for(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(rate_search, "search", None)  # it would be an error to call it
    asked = Recipe().holding(Hyperparameters(rate=0.05))
    plan, tried = rated(COURSE, *network(), asked, (0.05,), tmp_path)
    assert (plan, tried) == (asked, ())
