"""What auto tries, and what it leaves out."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from headstart import durable
from headstart.advise import Depth, StageScore
from headstart.backbone import Backbone
from headstart.events import quiet
from headstart.run import Settings
from headstart.run.contest import _tried, best_of, kept_plans, of_language, unfrozen
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
