"""What auto tries, and what it leaves out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from headstart import durable
from headstart.advise import Depth, StageScore
from headstart.backbone import Backbone
from headstart.evaluate import Candidate
from headstart.events import quiet
from headstart.run import Settings, contest
from headstart.run.contest import (
    _tried,
    best_of,
    decided,
    kept_plans,
    of_language,
    unfrozen,
)
from headstart.stats import Interval
from headstart.train import Fitted, Full, Lesson, Price, Probe, Unfreeze, fit

PROBES = [Probe(), Probe(every_stage=True)]


def depth(gain: float, best: int = 1) -> Depth:
    """Five stages, one of which loses least."""
    at = Interval(0.5, 0.4, 0.6)
    stages = tuple(StageScore(f"s{i}", 8, at, 1.0 - (i == best) / 2) for i in range(5))
    return Depth(stages, stages[0], Interval(gain, gain - 0.01, gain + 0.01))


def tried(lesson: Lesson, tiny: Backbone, found: Depth | None, budget: str = "1h"):
    return _tried(lesson, tiny, found, Settings(budget=budget), quiet)


def test_where_nothing_was_learned_elsewhere_a_probe_is_all(lesson, tiny) -> None:
    assert tried(lesson, tiny, None) == [Probe()]


def test_where_the_last_stage_knows_all_no_stage_is_unfrozen(lesson, tiny) -> None:
    assert tried(lesson, tiny, depth(0.0)) == PROBES


@pytest.mark.parametrize(("best", "last"), [(0, 4), (2, 2), (4, 1)])
def test_stages_behind_the_one_that_knows_most_are_unfrozen(lesson, tiny, best, last) -> None:
    assert tried(lesson, tiny, depth(0.1, best)) == [*PROBES, Unfreeze(last), Full()]


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


@pytest.mark.parametrize(("sure", "taken"), [(0.9, PROBES[1]), (0.61, PROBES[0])])
def test_all_stages_are_taken_where_they_lose_surely_less(
    lesson, tiny, tmp_path, sure, taken
) -> None:
    probe = fit(lesson, tiny, Probe(), work=tmp_path)
    labels = lesson.labels_of(lesson.pool)
    rng = torch.Generator().manual_seed(0)
    noise = torch.rand(len(labels), generator=rng) * 0.3 - 0.15

    def held(right: torch.Tensor) -> Fitted:
        others = (1 - right) / (lesson.task.width - 1)
        answers = others[:, None].repeat(1, lesson.task.width)
        answers[range(len(labels)), labels] = right
        return replace(probe, held=answers)

    fits = {
        "probe": held(torch.full((len(labels),), 0.6)),
        "probe:all": held(sure + noise * (sure < 0.7)),
    }
    assert best_of(lesson, PROBES, fits) == taken


def test_a_budget_leaves_out_what_would_take_longer_and_says_so(lesson, tiny) -> None:
    told: list[str] = []
    settings = Settings(budget="0.000001s")
    plans = _tried(lesson, tiny, depth(0.1), settings, lambda event: told.append(event.what))
    assert plans == PROBES and "--budget TIME allows more" in told[0]


def test_a_plan_outlives_a_kill(tmp_path: Path) -> None:
    place = tmp_path / "plans.json"
    assert kept_plans(tmp_path, lambda: [*PROBES, Unfreeze(2)]) == [*PROBES, Unfreeze(2)]
    assert durable.unsealed(place) == ["probe", "probe:all", "unfreeze:2"]
    assert kept_plans(tmp_path, lambda: PROBES) == [*PROBES, Unfreeze(2)]


def test_a_budget_buys_a_recurrent_network_all_of_it_before_its_language() -> None:
    assert [list(map(str, of_language(10.0, budget))) for budget in (9.0, 10.0, 40.0)] == [
        [],
        ["full"],
        ["full", "ulmfit"],
    ]


def told(lesson: Lesson, probe: Fitted, losses: torch.Tensor, rows=None) -> Fitted:
    """As the probe, with such losses on rows it was not fitted to; wrong ones share the rest."""
    known, right = lesson.pool if rows is None else rows, torch.exp(-losses.double())
    answers = ((1 - right) / 2)[:, None].repeat(1, 3)
    answers[range(len(known)), lesson.labels_of(known)] = right
    return replace(probe, held=answers, held_rows=tuple(known))


@pytest.fixture
def probe(lesson, tiny, tmp_path) -> Fitted:
    return fit(lesson, tiny, Probe(), work=tmp_path)


@pytest.mark.parametrize(
    ("plan", "gain", "taken"),
    [
        (PROBES[1], 0.11, False),
        (PROBES[1], 0.15, True),
        (Unfreeze(1), 0.01, True),
        (Unfreeze(1), -0.01, False),
    ],
)
def test_more_columns_have_to_gain_more_than_a_standard_error(
    lesson, probe, plan, gain, taken
) -> None:
    """Of 60 rows whose losses change by one nat more or less: .13 of a nat."""
    changes = gain + torch.tensor([1.0, -1.0]).repeat(30)
    fits = {"probe": probe, str(plan): told(lesson, probe, 2.0 - changes)}
    fits["probe"] = told(lesson, probe, torch.full((60,), 2.0))
    assert best_of(lesson, [Probe(), plan], fits) == (plan if taken else Probe())


@pytest.mark.parametrize(("wrong", "taken"), [(0, True), (1, False)])
def test_what_loses_less_is_not_taken_where_it_is_right_less_often(
    lesson, probe, wrong, taken
) -> None:
    losses = torch.full((60,), 0.1)
    losses[:wrong] = 1.2  # .30 beside two of .35
    fits = {"probe": told(lesson, probe, torch.full((60,), 0.6))}
    fits["full"] = told(lesson, probe, losses)
    assert best_of(lesson, [Probe(), Full()], fits) == (Full() if taken else Probe())


def test_plans_are_held_against_each_other_on_the_rows_of_the_later_one(lesson, probe) -> None:
    losses, val = torch.full((60,), 0.1), lesson.partition.val
    held = [lesson.pool.index(row) for row in val]
    losses[held] = 0.6
    fits = {"probe": told(lesson, probe, losses)}
    fits["full"] = told(lesson, probe, torch.full((12,), 0.4), val)
    assert best_of(lesson, [Probe(), Full()], fits) == Full()


def arm(name: str) -> Candidate:
    pretrained = name != "scratch"
    return Candidate(name, name, "", None, pretrained, lambda rows: np.zeros((0, 3)), 0.5)


@pytest.mark.parametrize(
    ("chosen", "transfer"), [("scratch", "probe"), ("full", "full"), ("probe", "probe")]
)
def test_what_has_nothing_pretrained_in_it_never_stands_for_transfer(
    probe, chosen, transfer
) -> None:
    names = ("probe", "full", "scratch")
    found = decided([*map(arm, names)], dict.fromkeys(names, probe), chosen, None)
    assert (found.model.name, found.transfer.name) == (chosen, transfer)


@pytest.mark.parametrize(("most", "judged"), [(60, 60), (59, 30), (20, 20), (19, 15)])
def test_stages_are_judged_by_so_many_rows_at_most(lesson, tiny, monkeypatch, most, judged) -> None:
    seen: list[int] = []
    monkeypatch.setattr(contest, "JUDGED", most)
    monkeypatch.setattr(contest, "depth_of", lambda sample, *_: seen.append(len(sample.labels)))
    contest._depth(lesson, tiny, quiet)
    assert seen == [judged]


def test_a_recurrent_network_learns_a_language_where_2_8_trainings_fit() -> None:
    assert [len(of_language(10.0, budget)) for budget in (9.9, 10.0, 27.9, 28.1)] == [0, 1, 1, 2]
