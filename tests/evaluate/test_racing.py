"""What can't be the rival is dropped on a sample, and what may still be is computed in full."""

import math
from dataclasses import replace

import numpy as np
import pytest

from headstart.evaluate import Candidate, constant, probes, racing, raw, rival_of, untrained
from headstart.evaluate.candidates import by_choice
from headstart.evaluate.racing import Race, best_rival, race, sampled
from headstart.stats import Interval
from headstart.train import TaskData

ABOVE, EVEN = Interval(0.2, 0.0001, 0.4), Interval(0.2, -0.0001, 0.4)


@pytest.mark.parametrize(
    ("now", "then", "lost"),
    [(ABOVE, ABOVE, True), (ABOVE, EVEN, False), (EVEN, ABOVE, False)],
)
def test_an_arm_lost_where_it_is_surely_behind_now_and_after_all_doublings(now, then, lost):
    assert Race("linear on TF-IDF", 1000, 2.0, now, then).lost == lost


@pytest.mark.parametrize(("least", "raced"), [(15, True), (16, False)])
def test_a_race_has_to_be_worth_its_cost(task_data: TaskData, monkeypatch, least, raced) -> None:
    monkeypatch.setattr(racing, "SAMPLE", least)  # of 60 rows that may be looked at
    found = sampled(task_data)
    assert (found is not None) == raced
    if found is not None:
        assert len(found.pool) == least and set(found.pool) <= set(task_data.pool)
        assert not found.partition.test
        counts = np.bincount(task_data.labels_of(found.pool).numpy())
        assert counts.max() - counts.min() <= 1


def losing(task_data: TaskData, each: float):
    """Answers that lose so many nats on each row, whatever they were fitted to."""
    return lambda rows: told(task_data, [each] * len(rows), rows)


def told(task_data: TaskData, losses, rows):
    right = np.exp(-np.asarray(losses, dtype=float))
    answers = np.repeat((1 - right)[:, None] / 2, 3, axis=1)
    answers[range(len(rows)), task_data.labels_of(rows).numpy()] = right
    return answers


def arm(task_data: TaskData, each: float, name: str = "linear") -> Candidate:
    answer = losing(task_data, each)
    return Candidate(name, "", "", None, False, answer, each, refit=lambda _: answer)


@pytest.fixture
def sample(task_data: TaskData, monkeypatch) -> TaskData:
    monkeypatch.setattr(racing, "SAMPLE", 15)
    found = sampled(task_data)
    assert found is not None
    return found


@pytest.mark.parametrize(("gain", "lost"), [(0.14, True), (0.16, False)])
def test_what_the_last_doubling_gained_may_repeat_itself_up_to_the_pool(
    task_data: TaskData, sample: TaskData, gain: float, lost: bool
) -> None:
    """From 15 rows to 60 are two doublings; the arm is .3 behind on all that it is fitted to."""

    def refit(rows):
        return losing(task_data, 0.8 if len(rows) > 8 else 0.8 + gain)

    found = race(task_data, sample, refit, arm(task_data, 0.5))
    assert found.doublings == 2.0 and found.now.value == pytest.approx(0.3)
    assert found.then.value == pytest.approx(0.3 - 2 * gain) and found.lost == lost


@pytest.mark.parametrize(("ahead", "lost"), [(0.30, True), (0.02, False)])
def test_a_lead_inside_the_noise_drops_nobody(task_data, sample, ahead: float, lost: bool) -> None:
    noise = dict(zip(sample.pool, np.tile([0.2, -0.2, 0.0], 5), strict=True))

    def answer(rows):
        return told(task_data, [0.6 + ahead + noise[row] for row in rows], rows)

    assert race(task_data, sample, lambda _: answer, arm(task_data, 0.6)).lost == lost


def test_the_rival_never_learned_from_the_rows_that_it_is_judged_by(task_data, sample) -> None:
    known: list[int] = []

    def refit(rows):
        known.extend(rows)
        return losing(task_data, 0.5)

    race(
        task_data,
        sample,
        lambda _: losing(task_data, 1.0),
        replace(arm(task_data, 0.5), refit=refit),
    )
    assert sorted(known) == sorted(set(task_data.pool) - set(sample.pool))


def test_a_race_never_asks_for_labels_of_test_rows(task_data, sample) -> None:
    labels = task_data.labels.clone()
    labels[list(task_data.partition.test)] = 99
    spoiled = [replace(one, labels=labels) for one in (task_data, sample)]
    one, other = (
        race(*given, lambda _: losing(task_data, 1.0), arm(task_data, 0.5))
        for given in (spoiled, (task_data, sample))
    )
    assert (one.now, one.then) == (other.now, other.then)


def test_who_is_raced_against_loses_least_of_those_that_can_be_fitted_again(task_data) -> None:
    some = [constant(task_data), arm(task_data, 0.5, "a"), arm(task_data, 0.4, "b")]
    better = replace(arm(task_data, 0.1, "probe"), transfer=True)
    assert best_rival([*some, better]) is some[2] and best_rival(some[:1]) is None


@pytest.mark.journey
@pytest.mark.parametrize("lost", [True, False])
def test_what_lost_is_left_at_the_sample_and_says_so(
    task_data: TaskData, tiny, monkeypatch, lost: bool
) -> None:
    monkeypatch.setattr(racing, "SAMPLE", 15)
    ahead = ABOVE if lost else EVEN
    monkeypatch.setattr(probes, "race", lambda *_: Race("linear", 15, 2.0, ahead, ahead))
    held, rival = np.full((60, 3), 1 / 3), raw(task_data, tiny.modality)
    found = untrained(task_data, tiny, 0, held, rivals=(rival,))
    record = found.tested(task_data).record()
    assert found.contender != lost and record["learned_from"] == (15 if lost else 60)
    assert ("in_part" in record) == lost == ("not computed in full" in found.note)
    assert record["unseen_loss"] is not None and math.isfinite(found.selection_loss)


def test_what_was_not_computed_in_full_is_never_the_rival(task_data) -> None:
    best, other = replace(arm(task_data, 0.1), contender=False), arm(task_data, 0.3)
    model = replace(arm(task_data, 0.05), transfer=True)
    assert rival_of([best, other, model], model) is other
    assert min([best, other], key=by_choice) is other
