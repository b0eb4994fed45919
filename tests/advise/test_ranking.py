"""Order, noise, and what is remembered."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from stand_ins import classes

from headstart.advise import (
    Entry,
    Past,
    Prior,
    Target,
    Trained,
    compared,
    prior_of,
    ranked,
    remember,
    remember_run,
    remembered,
    target_of,
)
from headstart.advise.ranking import mean_ranks
from headstart.head import HEADS, Sample
from headstart.stats import Interval


def sample(apart: float, n: int = 300, seed: int = 0) -> Sample:
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    rows = rng.normal(size=(n, 6)) + np.eye(3, 6)[labels] * apart
    return Sample(torch.from_numpy(rows).float(), torch.from_numpy(labels), classes(3))


def entry(name: str, apart: float, params: int = 100, prior: float | None = None) -> Entry:
    known = None if prior is None else Prior(prior, 8, "published")
    return Entry(name, target_of(sample(apart)), known, 1.0, params)


def names(entries: list[Entry]) -> list[str]:
    return [one.backbone for one in ranked(entries)]


def test_the_prediction_is_the_accuracy_on_unseen_rows_with_its_interval() -> None:
    (one,) = ranked([entry("one", 2.0)])
    assert one.low < one.predicted < one.high
    fresh = sample(2.0, 3000, seed=1)
    known = target_of(fresh).figure
    assert one.low < known.value < one.high
    assert one.why == "the only candidate"


def test_features_that_know_more_come_first() -> None:
    assert names([entry("little", 1.0), entry("much", 4.0), entry("some", 2.0)]) == [
        "much", "some", "little"
    ]  # fmt: skip


def test_a_prior_corrects_a_score_and_nothing_known_takes_no_side() -> None:
    weak, strong = entry("weak", 2.0, prior=-9.0), entry("strong", 2.1, prior=-20.0)
    other, unknown = entry("other", 1.0, prior=-30.0), entry("unknown", 0.0)
    found = ranked([unknown, strong, weak, other])
    assert [one.backbone for one in found][-1] == "unknown"
    assert {one.backbone: one.prior for one in found}["unknown"] is None
    assert names([replace(weak, prior=None), replace(strong, prior=None)])[0] == "strong"


def test_inside_the_noise_the_smaller_one_is_taken_and_says_so() -> None:
    large, small = entry("large", 3.005, params=1000), entry("small", 3.0, params=10)
    first, second = ranked([large, small])
    assert first.backbone == "small" and "within noise of large" in first.why
    assert second.backbone == "large" and "leads by" in second.why


def test_a_clear_lead_is_kept_whatever_it_costs() -> None:
    assert names([entry("large", 5.0, params=10**9), entry("small", 1.0)])[0] == "large"


def test_priors_are_published_for_known_models_and_for_no_others() -> None:
    known = prior_of("mobilenetv2_100.ra_in1k", "mobilenetv2_100")
    assert known is not None and known.source == "published" and known.points < 0
    assert prior_of("no_such_network", "no_such_network") is None


def test_own_runs_count_on_other_data_only(tmp_path: Path) -> None:
    remember(tmp_path, (Past("a", "mine", 3.0), Past("b", "mine", 5.0)))
    remember(tmp_path, (Past("b", "mine", 7.0), Past("b", "other", 0.0)))
    found = prior_of("mine", "mine", remembered(tmp_path, "c"))
    assert found == Prior(5.0, 2, "own runs")
    assert prior_of("mine", "mine", remembered(tmp_path, "b")) == Prior(3.0, 1, "own runs")


def test_trained_models_count_by_way_of_one_with_a_published_mean(tmp_path: Path) -> None:
    anchor = prior_of("resnet50", "resnet50")
    assert anchor is not None
    remember_run(tmp_path, Trained("a", "resnet50", "resnet50", 80.0))
    remember_run(tmp_path, Trained("a", "mine", "headstart_resnet10", 70.0))
    remember_run(tmp_path, Trained("a", "mine", "headstart_resnet10", 77.0))
    remember_run(tmp_path, Trained("b", "mine", "headstart_resnet10", 99.0))  # alone: says nothing
    remember(tmp_path, (Past("a", "mine", 50.0),))  # a ranking knows less than a run
    found = prior_of("headstart_resnet10", "mine", remembered(tmp_path, "c"))
    assert found == Prior(pytest.approx(anchor.points - 3.0), 1, "own runs")
    assert prior_of("headstart_resnet10", "mine", remembered(tmp_path, "a")) is None


@pytest.mark.parametrize("line", ["{", "[]", '{"data": 1}', "null"])
def test_a_damaged_memory_is_passed_over(tmp_path: Path, line: str) -> None:
    remember(tmp_path, (Past("a", "mine", 3.0),))
    with (tmp_path / "past.jsonl").open("a") as file:
        file.write(line)
    (tmp_path / "trained.jsonl").write_text(line + "\n")
    assert remembered(tmp_path, "") == (Past("a", "mine", 3.0),)
    remember_run(tmp_path, Trained("a", "mine", "mine", 1.0))
    assert (tmp_path / "trained.jsonl").read_text().count("\n") == 1


def test_runs_are_compared_by_way_of_a_model_with_a_published_mean() -> None:
    known, mine = entry("known", 2.0, prior=-4.0), entry("mine", 3.0)
    chance = replace(entry("chance", 1.0), pretrained=False)
    found = {past.model: past.points for past in compared("a", [known, mine, chance])}
    assert set(found) == {"known", "mine"} and found["known"] == pytest.approx(-4)
    lead = mine.target.figure.value - known.target.figure.value
    assert found["mine"] == pytest.approx(100 * lead - 4, abs=0.01)
    assert compared("a", [mine]) == ()


def test_many_columns_on_few_rows_are_not_flattered() -> None:
    """Sixty rows, of which a wide table of noise looks well separated to whoever fitted it."""
    rng, labels = np.random.default_rng(0), np.arange(60) % 5
    wide = rng.normal(size=(60, 1280))
    narrow = rng.normal(size=(60, 40)) + np.eye(5, 40)[labels] * 2
    noise, signal = (
        Entry(name, target_of(Sample(torch.from_numpy(rows), torch.from_numpy(labels), classes(5))),
              None, 1.0, 100)
        for name, rows in (("noise", wide), ("signal", narrow))
    )  # fmt: skip
    assert np.isnan(noise.target.logme) and np.isnan(noise.target.h_score)
    assert names([noise, signal]) == ["signal", "noise"]


def test_networks_for_texts_have_published_means_by_both_of_their_names() -> None:
    known = {name: prior_of(name, name) for name in ("roberta-base", "FacebookAI/roberta-base")}
    assert len(set(known.values())) == 1 and None not in known.values()
    means = [prior_of(name, name) for name in ("distilbert-base-uncased", "roberta-large")]
    assert means[0] and means[1] and means[0].points < 0 < means[1].points
    assert prior_of("somebody/roberta-base", "somebody/roberta-base") is None


def judged(name: str, params: int, loss: float, gained: int, lost: int) -> Entry:
    """Of 1,000 rows right on 500, but for so many more of the others and fewer of these."""
    right = np.arange(1000) < 500
    right[500 : 500 + gained], right[:lost] = True, False
    figure = Interval(float(right.mean()), 0.0, 1.0)
    target = Target(loss, "lda", figure, float("nan"), float("nan"), right)
    return Entry(name, target, None, 1.0, params)


@pytest.mark.parametrize(
    ("gained", "lost", "first"),
    [(60, 51, "small"), (60, 49, "large"), (9, 0, "large")],
    ids=["noise, .9 points", "noise, 1.1 points", "no noise, .9 points"],
)
def test_a_lead_gives_way_only_where_it_is_both_small_and_inside_the_noise(
    gained: int, lost: int, first: str
) -> None:
    large = judged("large", 1000, 0.1, gained, lost)
    assert names([large, judged("small", 10, 0.2, 0, 0)])[0] == first


def test_of_those_that_are_even_the_smallest_is_first() -> None:
    sizes = {"a": 1000, "b": 50, "c": 10, "d": 30}
    even = [judged(name, size, 0.1 * i, 0, 0) for i, (name, size) in enumerate(sizes.items())]
    assert names(even) == ["c", "a", "b", "d"]


def test_a_target_is_judged_by_the_head_that_loses_least() -> None:
    drawn = sample(2.0)
    losses = {name: HEADS[name](drawn).loss for name in drawn.task.heads}
    found = target_of(drawn)
    assert len(set(losses.values())) > 1 and found.loss == min(losses.values())
    assert found.head == min(losses, key=losses.__getitem__)


@pytest.mark.parametrize(("rows", "told"), [(255, False), (256, True)])
def test_evidence_is_told_from_four_rows_a_component_on(rows: int, told: bool) -> None:
    found = target_of(sample(1.0, rows))
    assert np.isfinite([found.logme, found.h_score]).tolist() == [told, told]


@pytest.mark.parametrize(("columns", "told"), [(257, True), (258, False)])
def test_an_h_score_needs_more_rows_than_columns(columns: int, told: bool) -> None:
    rng = np.random.default_rng(0)
    rows, labels = torch.from_numpy(rng.normal(size=(258, columns))).float(), np.arange(258) % 2
    found = target_of(Sample(rows, torch.from_numpy(labels), classes(2)))
    assert np.isfinite(found.h_score) == told and np.isfinite(found.logme)


def test_scores_and_priors_weigh_the_same_and_nothing_known_is_ranked_as_scored() -> None:
    scores, priors = np.array([3.0, 2.0, 1.0]), [Prior(points, 1, "") for points in (-3, -2, -1)]
    assert mean_ranks(scores, [None] * 3).tolist() == [1, 2, 3]
    assert mean_ranks(scores, priors).tolist() == [2, 2, 2]
    assert mean_ranks(scores, [None, *priors[1:]]).tolist() == [1, 2.5, 2.5]
