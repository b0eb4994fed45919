"""What training costs, and that a short budget is kept to."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from headstart import durable
from headstart.train import Full, Recipe, fit, pricing, step_price
from headstart.train.pricing import LEAST_EPOCHS, Budget
from headstart.train.rates import FRESH_RATES


def test_a_step_costs_time_and_changes_nothing(task_data, tiny) -> None:
    before = tiny.digest(tiny.depth)
    price = step_price(tiny, task_data.items.take(range(8)))
    assert 0 < price.spent < 5 and 0 < price.waited < 5
    assert tiny.digest(tiny.depth) == before


def test_of_a_large_network_the_last_stages_tell_what_all_cost(
    task_data, tiny, monkeypatch
) -> None:
    monkeypatch.setattr(pricing, "LARGE", 10)
    before = tiny.digest(tiny.depth)
    assert 0 < step_price(tiny, task_data.items.take(range(8))).spent < 60
    assert tiny.digest(tiny.depth) == before


def test_without_an_allowance_the_recipe_is_as_it_was(tmp_path: Path) -> None:
    time_budget = Budget(tmp_path / "epochs.json")
    assert time_budget.bought(Recipe(), 3) == Recipe() and not time_budget.enough(3, 100)
    assert not (tmp_path / "epochs.json").exists()


@pytest.mark.parametrize(
    ("allowance", "epochs"), [(100.0, 12), (30.5, 10), (24.5, 4), (5.0, LEAST_EPOCHS)]
)
def test_what_the_search_left_buys_epochs(tmp_path: Path, allowance: float, epochs: int) -> None:
    """Twenty passes in twenty seconds: each costs a second."""
    time_budget = _spent(Budget(tmp_path / "epochs.json", allowance), 20, 20.0)
    usual = Recipe(epochs=12, patience=12)
    assert time_budget.bought(usual, 20) == replace(usual, epochs=epochs, patience=epochs)
    later = _spent(Budget(time_budget.place, allowance), 20, 1000.0)  # after a kill, it stays so
    assert later.bought(usual, 20).epochs == epochs


def test_the_search_ends_where_one_more_rate_would_take_too_much(tmp_path: Path) -> None:
    time_budget = _spent(Budget(tmp_path / "epochs.json", 30.0), 5, 10.0)
    assert (
        not time_budget.enough(0, 100) and not time_budget.enough(1, 3) and time_budget.enough(1, 5)
    )


@pytest.mark.journey
def test_a_short_allowance_is_kept_to(task_data, tiny, tmp_path: Path) -> None:
    recipe = Recipe(epochs=8, patience=8, batch=8)
    whole = fit(task_data, tiny, Full(), recipe, work=_made(tmp_path / "whole"))
    short = replace(recipe, allowance=1e-6)
    fitted = fit(task_data, tiny, Full(), short, work=_made(tmp_path / "short"))
    assert len(whole.chosen.rates) == len(FRESH_RATES) and len(fitted.chosen.rates) == 1
    assert (whole.progress.done, fitted.progress.done) == (8, LEAST_EPOCHS)
    kept = durable.unsealed(tmp_path / "short" / "rates.json")
    assert kept["done"] and len(kept["tried"]) == 1
    again = fit(task_data, tiny, Full(), short, work=tmp_path / "short")
    assert again.chosen.rates == fitted.chosen.rates


def _spent(time_budget: Budget, passes: int, seconds: float) -> Budget:
    time_budget.passes, time_budget.began = passes, time.process_time() - seconds
    return time_budget


def _made(place: Path) -> Path:
    place.mkdir()
    return place


@pytest.mark.parametrize(("epochs", "enough"), [(4, False), (5, True)])
def test_no_rate_is_tried_beyond_six_tenths_of_the_purse(
    tmp_path: Path, epochs: int, enough: bool
) -> None:
    """Two seconds an epoch: two trials of 4 take 16 s, of 5 take 20 s, of 30 s."""
    time_budget = _spent(Budget(tmp_path / "epochs.json", 30.0), 5, 10.0)
    assert time_budget.enough(1, epochs) == enough


def test_fewer_than_three_epochs_are_not_begun(tmp_path: Path) -> None:
    time_budget = _spent(Budget(tmp_path / "epochs.json", 1.0), 20, 20.0)
    assert time_budget.bought(Recipe(), 20).epochs == 3
    other = Budget(tmp_path / "other.json", 1.0)
    assert other.bought(Recipe(epochs=7), 0).epochs == 7  # nothing was measured
