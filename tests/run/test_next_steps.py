"""Suggestions: each only where a figure of the run says so."""

from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
from parsing import parsed
from stand_ins import classes

from headstart.advise import Depth, Prior, Ranked
from headstart.advise.depth import StageScore
from headstart.evaluate import Arm, Cost, FittedArms, Growth, Outcome, Report
from headstart.evaluate.summary import Doubts, Sureness
from headstart.run import next_steps as ns
from headstart.run.settings import Settings
from headstart.stats import Interval, share

TASK = classes(2)
NONE = Interval(0.0, -0.1, 0.1)


def arm(name: str, right: int, n: int, *, transfer: bool = False) -> Arm:
    good = np.arange(n) < right
    answers = np.where(good[:, None], [0.9, 0.1], [0.1, 0.9])
    return Arm(name, name, "", 0, transfer, answers, 1.0, share(good), Cost(0.0, 0.0, 0.0))


def evidence(n: int = 100, half: float = 0.0, ece: Interval = NONE, **more) -> ns.Evidence:
    """A run that needs nothing, but for what is told."""
    ours = arm("probe", round(0.9 * n), n, transfer=True)
    random = arm("probe on random weights", round(0.2 * n), n)
    outcome = Outcome(tuple(range(n)), (), (ours, random), ours, ours, None, n, None)
    scores = SimpleNamespace(figures={"ece": ece}, main=Interval(0.8, 0.7, 0.9))
    verdict = SimpleNamespace(against="majority class", low=0.3 - half, high=0.3 + half)
    report = Mock(spec=Report, scores=scores, verdict=verdict)
    backbone = SimpleNamespace(name="tiny", modality=SimpleNamespace(kind="image"))
    fitted = SimpleNamespace(backbone=backbone)
    arms = Mock(spec=FittedArms, depth=None, ranking=(), candidates=(ours,), fitted=fitted)
    found = ns.Evidence(
        "photos", Settings(), "runs/a b", TASK, arms, outcome, np.zeros(n, dtype=int), report, 4 * n
    )
    return replace(found, **more)


def told(way, found: ns.Evidence) -> list[ns.Step]:
    """What one way says, with a command that parses."""
    steps = list(way(found))
    for step in steps:
        assert parsed(step.command)
        assert step.what and step.why and step.gain
    return steps


def test_nothing_measured_means_nothing_suggested() -> None:
    assert ns.next_steps(evidence()) == ()


LINES = (("cat/1.png", "cat", "dog", 0.01),)


@pytest.mark.parametrize(("count", "of", "says"), [(3, 300, 1), (2, 10, 0), (3, 301, 0)])
def test_labels_are_doubted_from_three_and_from_one_in_a_hundred_on(count, of, says) -> None:
    doubts = Doubts(count, of, lines=LINES)
    assert len(told(ns.doubted_labels, evidence(doubts=doubts))) == says


@pytest.mark.parametrize(("gain", "says"), [(0.0, 1), (-0.001, 0)])
def test_doubted_labels_that_the_model_is_better_with_are_let_be(gain, says) -> None:
    doubts = Doubts(9, 100, lines=LINES, gain=Interval(gain, gain - 0.1, gain + 0.1))
    steps = told(ns.doubted_labels, evidence(doubts=doubts))
    assert len(steps) == says
    if steps:
        assert "cat/1.png is labeled cat and looks like dog" in steps[0].why
        assert "without them" in steps[0].gain and "'runs/a b' --open" in steps[0].command


def grown(gained: int, n: int = 100, label: int = 0) -> ns.Evidence:
    """Of the second half of the rows, class 1, so many more are right after a doubling."""
    labels = np.arange(n) // (n // 2)
    after = np.ones(n, dtype=bool)
    before = after.copy()
    of = np.flatnonzero(labels == label)
    before[of[:gained]] = False
    found = evidence(n)
    growth = Growth((50, 100), {"probe": [before, after]})
    return replace(found, outcome=replace(found.outcome, growth=growth), labels=labels)


def test_more_of_a_class_is_asked_for_where_its_last_doubling_surely_helped() -> None:
    least = next(k for k in range(50) if told(ns.more_of_a_class, grown(k)))
    assert 3 < least < 12  # of 50: below that the interval holds 0
    assert told(ns.more_of_a_class, grown(least - 1)) == []
    (step,) = told(ns.more_of_a_class, grown(20, label=1))
    assert step.what == f"Add examples of {TASK.classes[1]}" and step.points == pytest.approx(20)
    assert "about +20.0 points in all" in step.gain
    assert told(ns.more_of_a_class, evidence()) == []  # nothing was fitted again


@pytest.mark.parametrize(("half", "says"), [(0.0501, 1), (0.05, 0)])
def test_folds_are_suggested_where_the_test_leaves_too_much_open(half, says) -> None:
    steps = told(ns.folds_instead, evidence(half=half))
    assert len(steps) == says
    assert all(parsed(step.command)["folds"] == 5 for step in steps)


@pytest.mark.parametrize(("pool", "says"), [(150, 1), (140, 0)])
def test_folds_have_to_narrow_the_interval(pool, says) -> None:
    """1.25 times sqrt(100 / 250) is 0.79, sqrt(100 / 240) makes 0.81."""
    assert len(told(ns.folds_instead, evidence(half=0.1, pool=pool))) == says


@pytest.mark.parametrize(("pool", "says"), [(4900, 1), (4901, 0)])
def test_folds_have_to_be_cheap(pool, says) -> None:
    assert len(told(ns.folds_instead, evidence(half=0.1, pool=pool))) == says


def test_a_given_test_or_folds_already_stay_as_they_are() -> None:
    assert told(ns.folds_instead, evidence(half=0.1, split=True)) == []
    found = evidence(half=0.1)
    folded = replace(found.outcome, fold_of=tuple(1 + i % 5 for i in range(100)))
    assert told(ns.folds_instead, replace(found, outcome=folded)) == []


def depth(low: float, best: int = 1) -> Depth:
    losses = [1.0] * 4
    losses[best] = 0.5
    stages = tuple(StageScore(f"s{i}", 8, NONE, loss) for i, loss in enumerate(losses))
    return Depth(stages, stages[0], Interval(0.05, low, 0.1))


@pytest.mark.parametrize(("low", "says"), [(0.001, 1), (0.0, 0)])
def test_deeper_is_suggested_where_earlier_stages_surely_know_more(low, says) -> None:
    found = evidence()
    found.arms.depth = depth(low)
    steps = told(ns.deeper_cut, found)
    assert len(steps) == says
    assert all(parsed(step.command)["strategy"] == "unfreeze:2" for step in steps)


@pytest.mark.parametrize("tried", ["unfreeze:1", "full", "lora:8"])
def test_deeper_is_not_suggested_where_it_was_tried(tried) -> None:
    found = evidence()
    found.arms.depth, found.arms.candidates = depth(0.01), (arm(tried, 1, 2),)
    assert told(ns.deeper_cut, found) == []
    found.arms.candidates = (arm("probe:all", 1, 2), arm("scratch", 1, 2))
    assert len(told(ns.deeper_cut, found)) == 1


def ranked(name: str, predicted: float) -> Ranked:
    return Ranked(name, predicted, 0.0, 1.0, 0.0, None, 1.0, 10**6, "mit", "")


@pytest.mark.parametrize(("ahead", "says"), [(0.0051, 1), (0.0049, 0)])
def test_a_candidate_that_ranked_higher_is_named(ahead, says) -> None:
    found = evidence()
    found.arms.ranking = (ranked("small", 0.8), ranked("large", 0.8 + ahead))
    steps = told(ns.better_start, found)
    assert len(steps) == says
    assert all(parsed(step.command)["backbone"] == "large" for step in steps)


@pytest.mark.parametrize(("ahead", "says"), [(2.0, 1), (1.9, 0)])
def test_a_backbone_that_is_better_elsewhere_is_named(ahead, says, monkeypatch) -> None:
    points = {"tiny": 1.0, "convnext_nano": 1.0 + ahead}

    def prior(name, _):
        return Prior(points[name], 12, "published") if name in points else None

    monkeypatch.setattr(ns, "prior_of", prior)
    steps = told(ns.better_start, evidence())
    assert len(steps) == says
    for step in steps:
        assert parsed(step.command)["backbones"] == "tiny,convnext_nano"
        assert "+2.0 points" in step.gain
    assert told(ns.better_start, evidence(settings=Settings.of(offline=True))) == []


def test_other_starts_are_worth_a_look_where_this_one_is_like_random_weights() -> None:
    found, n = evidence(), 100
    assert told(ns.better_start, found) == []
    least = next(k for k in range(90, 0, -1) if not told(ns.better_start, _random(found, k, n)))
    assert len(told(ns.better_start, _random(found, least + 1, n))) == 1 and least > 70


def _random(found: ns.Evidence, right: int, n: int) -> ns.Evidence:
    arms = (found.outcome.model, arm("probe on random weights", right, n))
    return replace(found, outcome=replace(found.outcome, arms=arms))


@pytest.mark.parametrize(("low", "says"), [(0.051, 1), (0.05, 0)])
def test_sure_answers_are_recommended_where_percentages_are_off(low, says) -> None:
    sure = Sureness(40, 100, Interval(0.95, 0.85, 0.99))
    found = evidence(ece=Interval(0.1, low, 0.2), sure=sure)
    assert len(told(ns.rely_on_sure, found)) == says


@pytest.mark.parametrize(("low", "says"), [(0.81, 1), (0.8, 0)])
def test_and_only_where_they_are_surely_better_than_the_rest(low, says) -> None:
    sure = Sureness(40, 100, Interval(0.95, low, 0.99))
    found = evidence(ece=Interval(0.1, 0.06, 0.2), sure=sure)
    assert len(told(ns.rely_on_sure, found)) == says


def test_at_most_three_are_told_the_largest_gain_first() -> None:
    found = replace(grown(20), sure=Sureness(40, 100, Interval(0.95, 0.85, 0.99)))
    found.report.scores.figures["ece"] = Interval(0.1, 0.06, 0.2)
    found.report.verdict.low, found.report.verdict.high = 0.0, 0.4
    found.arms.depth = depth(0.01)
    steps = ns.next_steps(found)
    assert len(steps) == 3
    assert [step.points for step in steps] == sorted((s.points for s in steps), reverse=True)
    assert steps[0].what.startswith("Add examples")
