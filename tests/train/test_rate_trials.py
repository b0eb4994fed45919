"""Trials of rates in other hands: the same notes as a search leaves, by losses that are given."""

import pytest
from scripts import COURSE, network

from headstart.backbone import Backbone
from headstart.events import quiet
from headstart.train import (
    Contrast,
    Full,
    Probe,
    RateTrials,
    Recipe,
    Scratch,
    Ulmfit,
    leaves_checkpoints,
    train_on,
    try_rate,
)
from headstart.train.cache_policy import KEPT
from headstart.train.hyperparameters import Hyperparameters
from headstart.train.rate_search import SEARCH, middle_first, read_rates, write_rates
from headstart.train.rate_trials import RateTrial, is_trained
from headstart.train.ready import Ready

RATES = (1e-4, 1e-3, 1e-2)
USUAL = Recipe(epochs=8)
HELD: list[Backbone] = []


@pytest.fixture(autouse=True)
def source(tiny: Backbone) -> None:
    HELD[:] = [tiny]


def ready_for(recipe: Recipe, rates: tuple[float, ...] = RATES) -> Ready:
    suffix, head = network()
    return Ready(HELD[0], suffix[:0], suffix, head, suffix, KEPT, COURSE, recipe, rates)


def trials(tmp_path, recipe=USUAL, rates=RATES, strategy=None) -> RateTrials:
    return RateTrials(ready_for(recipe, rates), strategy or Full(), tmp_path)


def done(rate: float) -> RateTrial:
    """As if it had taken four seconds."""
    return RateTrial(1.0, try_rate(ready_for(USUAL), rate).said, 4.0)


def test_what_others_try_is_what_a_search_would_try_and_tell(scripted, tmp_path) -> None:
    scripted([9.0, 4.0, 1.0, 5.0])
    alone, heard = ready_for(Recipe(epochs=8)), []
    (tmp_path / "alone").mkdir()
    asked = alone.searched(tmp_path / "alone", heard.append)
    (tmp_path / "afar").mkdir()
    search = trials(tmp_path / "afar")
    assert search.due() == middle_first(RATES)
    search.hear(search.due(), [try_rate(search.ready, rate) for rate in search.due()])
    assert search.due() == [] and search.said == heard
    notes = [read_rates(tmp_path / name / "rates.json") for name in ("alone", "afar")]
    assert notes[0] == notes[1] and notes[0][1]
    assert search.ready.searched(tmp_path / "afar", quiet) == asked


def test_without_an_end_all_rates_are_due_and_with_one_the_first(scripted, tmp_path) -> None:
    scripted([9.0, 4.0, 1.0])
    assert trials(tmp_path).due() == [1e-3, 1e-4, 1e-2]
    assert trials(tmp_path, Recipe(epochs=8, allowance=1e9)).due() == [1e-3]


@pytest.mark.parametrize(
    ("allowance", "due"), [(13.0, []), (13.7, [1e-4]), (19.9, [1e-4]), (20.1, [1e-4, 1e-2])]
)
def test_so_many_are_due_as_the_allowance_is_enough_for(
    scripted, tmp_path, allowance: float, due: list[float]
) -> None:
    """A trial took 4 s, and searches may take six tenths."""
    scripted([9.0, 4.0, 1.0])
    search = trials(tmp_path, Recipe(epochs=8, allowance=allowance))
    search.hear([1e-3], [done(1e-3)])
    assert search.due() == due
    assert (tmp_path / "epochs.json").exists() == (not due)
    assert read_rates(tmp_path / "rates.json") == (((1e-3, 1.0),), not due)


def test_behind_the_search_it_is_known_how_many_epochs_there_is_time_for(
    scripted, tmp_path
) -> None:
    scripted([9.0, 4.0, 1.0])
    search = trials(tmp_path, Recipe(epochs=8, allowance=13.0))
    search.hear([1e-3], [done(1e-3)])
    plan, tried = search.ready.searched(tmp_path, quiet)
    assert (plan.epochs, plan.rate, tried) == (4, 1e-3, ((1e-3, 1.0),))  # 2 s each, 2 are gone


def test_a_search_that_others_began_goes_on(scripted, tmp_path) -> None:
    scripted([9.0, 4.0, 1.0])
    first = trials(tmp_path)
    first.tried = ((1e-3, 0.5),)
    write_rates(tmp_path / "rates.json", first.tried, done=False)
    then = trials(tmp_path)
    assert then.due() == [1e-4, 1e-2]
    assert (then.said[0].kind, then.said[0].what, then.said[0].done) == ("start", SEARCH, 2)


@pytest.mark.parametrize(
    ("strategy", "asked", "rates"),
    [(Full(), Hyperparameters(rate=0.1), RATES), (Full(), None, (0.1,)), (Ulmfit(), None, RATES)],
    ids=["asked for", "one", "behind a training of language"],
)
def test_there_is_nothing_to_search(tmp_path, strategy, asked, rates) -> None:
    recipe = Recipe(epochs=8).holding(asked) if asked else Recipe(epochs=8)
    assert trials(tmp_path, recipe, rates, strategy).due() == []


def test_a_training_leaves_what_the_same_goes_on_from(scripted, tmp_path) -> None:
    scripted([9.0, 4.0, 1.0, 5.0, 6.0, 7.0, 8.0, 8.0, 8.0])
    assert not is_trained(tmp_path)
    heard = []
    train_on(ready_for(Recipe(epochs=4, patience=4)), tmp_path, heard.append)
    assert is_trained(tmp_path)
    steps = [event.done for event in heard if event.what == "training" and event.kind == "step"]
    assert steps == [1, 2, 3, 4] and any(event.what == SEARCH for event in heard)
    again = []
    train_on(ready_for(Recipe(epochs=4, patience=4)), tmp_path, again.append)
    assert [event.kind for event in again] == ["start", "end"]


def test_closed_forms_and_pairs_leave_nothing_to_go_on_from() -> None:
    assert leaves_checkpoints(Full(), coded_rows=False)
    assert leaves_checkpoints(Scratch(), coded_rows=False)
    assert leaves_checkpoints(Probe(), coded_rows=True)
    assert not leaves_checkpoints(Probe(), coded_rows=False)
    assert not leaves_checkpoints(Contrast(), coded_rows=False)
