"""The first candidates of a ranking are told apart by fine-tuning them, as far as time allows."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest

import headstart
from headstart.advise import Ranked
from headstart.data import ClassTruth, Examples
from headstart.events import quiet
from headstart.run import successive_halving
from headstart.run.successive_halving import settled

NAMES = "abcde"


def ranking(params: dict[str, int] | None = None) -> list[Ranked]:
    plain = Ranked("", 0.8, 0.7, 0.9, 0.0, None, 1.0, 1000, "MIT", "by rank")
    return [replace(plain, backbone=n, params=(params or {}).get(n, 1000)) for n in NAMES]


@pytest.fixture
def tuned(monkeypatch, tiny, tmp_path):
    """Losses by (name, epochs) instead of training; right answers of 200 by the last of them."""
    asked: list[tuple[str, int]] = []

    def settle(losses, right=None, params=None, end=math.inf, told=None):
        nets = {name: replace(tiny) for name in NAMES}

        def tried(sample, backbone, epochs, cache):
            name = next(n for n in NAMES if nets[n] is backbone)
            asked.append((name, epochs))
            merit = np.arange(200) < 200 * (right or {}).get(name, 0.5)
            return successive_halving.Trial(losses[name, epochs], merit)

        monkeypatch.setattr(successive_halving, "for_epochs", tried)
        monkeypatch.setattr(successive_halving, "_seconds", lambda *_: 10.0)
        tell = (lambda event: told.append(event.what)) if told is not None else quiet
        sample = Examples((), ClassTruth((), ()))
        return settled(ranking(params), nets, sample, end=end, cache=tmp_path, tell=tell), asked

    return settle


LOSSES = {("a", 2): 3.0, ("b", 2): 1.0, ("c", 2): 2.0, ("b", 6): 1.5, ("c", 6): 0.5}


def test_the_better_half_of_three_goes_on_and_its_best_is_first(tuned) -> None:
    found, asked = tuned(LOSSES, right={"c": 0.9})
    assert [one.backbone for one in found] == list("cbade")
    assert asked == [("a", 2), ("b", 2), ("c", 2), ("b", 6), ("c", 6)]
    assert found[0].why.startswith("fine-tuned for a few epochs: 90.0%, +40.0 points")
    assert found[3].why == "by rank"


def test_inside_the_noise_the_smaller_of_those_that_got_furthest_is_first(tuned) -> None:
    found, _ = tuned(LOSSES, params={"b": 10, "a": 1})
    assert [one.backbone for one in found] == list("bcade")


def test_what_there_is_no_time_for_is_not_begun_and_said(tuned) -> None:
    told: list[str] = []
    found, asked = tuned(LOSSES, end=time.monotonic() + 25, told=told)
    assert found == ranking() and asked == []
    assert "no time for it in the budget" in told[0]


def test_a_second_round_without_time_leaves_the_order_of_the_first(tuned, monkeypatch) -> None:
    times = iter([0.0, 20.0])
    monkeypatch.setattr(successive_halving.time, "monotonic", lambda: next(times))
    found, asked = tuned(LOSSES, right={"b": 0.9}, end=35.0)
    assert len(asked) == 3 and [one.backbone for one in found] == list("bcade")


@pytest.mark.slow
def test_a_ranking_with_a_budget_is_settled_by_real_training(photos, tiny_folder) -> None:
    pool = f"{tiny_folder},{tiny_folder}=random"
    found = headstart.rank(photos, backbones=pool, budget="2m")
    assert all(one.why.startswith("fine-tuned for a few epochs") for one in found)


def placed(gained: int, lost: int) -> list[str]:
    """Of a large leader and a small one, by which of 1,000 rows either is right on."""
    other = np.arange(1000) < 500
    right = other.copy()
    right[500 : 500 + gained], right[:lost] = True, False
    tried = {0: successive_halving.Trial(0.1, right), 1: successive_halving.Trial(0.2, other)}
    ranked = [replace(one, params=size) for one, size in zip(ranking(), (9, 1), strict=False)]
    return [one.backbone for one in successive_halving._placed(ranked, [0, 1], tried)]


@pytest.mark.parametrize(
    ("gained", "lost", "order"),
    [(60, 51, "ba"), (60, 49, "ab"), (9, 0, "ab")],
    ids=["noise, .9 points", "noise, 1.1 points", "no noise, .9 points"],
)
def test_a_lead_gives_way_only_where_it_is_both_small_and_inside_the_noise(
    gained: int, lost: int, order: str
) -> None:
    assert placed(gained, lost) == list(order)
