"""Order, noise, and what is remembered."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from stand_ins import classes

from headstart.advise import (
    Entry,
    Prior,
    Target,
    compared,
    ranked,
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
