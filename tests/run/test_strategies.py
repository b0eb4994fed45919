"""What is tried where nobody says how much to retrain, and what is left out."""

from dataclasses import replace
from pathlib import Path

import pytest
from torch import nn

from headstart import durable
from headstart.advise import Depth, StageScore
from headstart.backbone import Backbone
from headstart.events import Event, quiet
from headstart.features.extraction import ROWS
from headstart.run import Settings
from headstart.run import strategies as module
from headstart.run.strategies import (
    Prospect,
    judged_depth,
    kept_strategies,
    of_language,
    strategies,
    unfrozen,
    would_tune,
)
from headstart.stats import Interval
from headstart.task import Classification, TokenClassification
from headstart.train import Full, Price, Probe, Scratch, Unfreeze

PROBES = [Probe(), Probe(every_stage=True)]


def depth(gain: float, best: int = 1) -> Depth:
    """Five stages, one of which loses least."""
    at = Interval(0.5, 0.4, 0.6)
    stages = tuple(StageScore(f"s{i}", 8, at, 1.0 - (i == best) / 2) for i in range(5))
    return Depth(stages, stages[0], Interval(gain, gain - 0.01, gain + 0.01))


def tried(backbone: Backbone, found: Depth | None, budget: str = "1h", tell=quiet):
    """Training the last n stages takes n seconds."""
    task = Classification(("a", "b"))
    known = Prospect(task, backbone, lambda last: Price(float(last), 0.0), found)
    return strategies(known, Settings(budget=budget), tell)


def test_where_nothing_was_learned_elsewhere_a_probe_is_all(tiny) -> None:
    assert tried(tiny, None) == [Probe()]


def test_where_the_last_stage_knows_all_no_stage_is_unfrozen(tiny) -> None:
    assert tried(tiny, depth(0.0)) == PROBES


@pytest.mark.parametrize(("best", "last"), [(0, 4), (2, 2), (4, 1)])
def test_stages_behind_the_one_that_knows_most_are_unfrozen(tiny, best, last) -> None:
    assert tried(tiny, depth(0.1, best)) == [*PROBES, Unfreeze(last), Full()]


@pytest.mark.parametrize(
    ("budget", "plans"),
    [
        (0.5, []),
        (1.0, [Unfreeze(1)]),
        (4.9, [Unfreeze(2)]),
        (5.0, [Full()]),
        (7.0, [Unfreeze(2), Full()]),
    ],
)
def test_a_budget_buys_last_stages_first_and_all_of_them_at_the_end(budget, plans) -> None:
    assert unfrozen(lambda last: Price(float(last), 0.0), 2, 5, budget) == plans


def test_a_budget_leaves_out_what_would_take_longer_and_says_so(tiny) -> None:
    told: list[str] = []
    plans = tried(tiny, depth(0.1), "0.000001s", lambda event: told.append(event.what))
    assert plans == PROBES and "--budget TIME allows more" in told[0]


@pytest.mark.parametrize(
    ("budget", "plans"),
    [
        ("0.9", []),
        ("1", [Unfreeze(1)]),
        ("1.9", [Unfreeze(1)]),
        ("2", [Unfreeze(2)]),
        ("9", [Unfreeze(2)]),
    ],
)
def test_of_frames_as_many_stages_learn_as_are_paid_for_and_half_at_most(
    tiny, budget, plans
) -> None:
    known = Prospect(TokenClassification(("O",)), tiny, lambda last: Price(float(last), 0.0))
    told: list[str] = []
    found = strategies(known, Settings(budget=budget), lambda event: told.append(event.what))
    assert tiny.depth == 5 and found == [Probe(), *plans]
    assert bool(told) == (not plans)


@pytest.mark.parametrize(
    ("asked", "compare", "budget", "plans"),
    [
        ("auto", (), "5", ["scratch", "probe", "full"]),
        ("auto", (), "4.9", ["probe"]),
        ("auto", ("scratch",), "4.9", ["scratch", "probe"]),
        ("unfreeze:1", (), "4.9", ["unfreeze:1"]),
        ("unfreeze:1", (), "5", ["scratch", "unfreeze:1"]),
    ],
)
def test_what_writes_is_held_against_scratch_where_that_is_paid_for_or_asked_for(
    tiny, asked, compare, budget, plans
) -> None:
    class Writing(Classification):
        writes = coded_rows = True

    known = Prospect(Writing(("a",)), tiny, lambda last: Price(float(last), 0.0))
    settings = Settings(strategy=asked, compare=compare, budget=budget)
    assert list(map(str, strategies(known, settings))) == plans


def test_what_was_asked_for_comes_behind_a_probe_and_before_scratch(tiny) -> None:
    known = Prospect(Classification(("a",)), tiny, lambda last: Price(float(last), 0.0))
    settings = Settings(strategy="unfreeze:1", compare=("scratch",))
    assert strategies(known, settings) == [Probe(), Unfreeze(1), Scratch()]


def test_a_plan_outlives_a_kill(tmp_path: Path) -> None:
    place = tmp_path / "plans.json"
    assert kept_strategies(tmp_path, lambda: [*PROBES, Unfreeze(2)]) == [*PROBES, Unfreeze(2)]
    assert durable.unsealed(place) == ["probe", "probe:all", "unfreeze:2"]
    assert kept_strategies(tmp_path, lambda: PROBES) == [*PROBES, Unfreeze(2)]


def test_a_budget_buys_a_recurrent_network_all_of_it_before_its_language() -> None:
    assert [list(map(str, of_language(10.0, budget))) for budget in (9.0, 10.0, 40.0)] == [
        [],
        ["full"],
        ["full", "ulmfit"],
    ]


@pytest.mark.parametrize(("most", "judged"), [(60, 60), (59, 30), (20, 20), (19, 15)])
def test_stages_are_judged_by_so_many_rows_at_most(
    task_data, tiny, monkeypatch, most, judged
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(module, "JUDGED", most)
    monkeypatch.setattr(module, "depth_of", lambda sample, *_: seen.append(len(sample.labels)))
    judged_depth(task_data, tiny, quiet)
    assert seen == [judged]


def test_rows_by_which_training_is_decided_on_are_counted(task_data, tiny, monkeypatch) -> None:
    heard = list[Event]()
    monkeypatch.setattr(module, "depth_of", lambda *_: None)
    assert not would_tune(task_data, tiny, heard.append)
    counted = [dict(event.facts) for event in heard if event.what == ROWS]
    assert [(one["read"], one["computed"]) for one in counted] == [(0, 60 + 12)]
    one_stage = replace(tiny, stages=nn.Sequential(tiny.stages), loaded={})
    assert not would_tune(task_data, one_stage, heard.append)
    assert not any(event.kind == "note" for event in heard)


def test_a_recurrent_network_learns_a_language_where_2_8_trainings_fit() -> None:
    assert [len(of_language(10.0, budget)) for budget in (9.9, 10.0, 27.9, 28.1)] == [0, 1, 1, 2]
