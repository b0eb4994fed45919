"""What can't be the rival is dropped on a sample, and what may still be is computed in full."""

import math
from dataclasses import replace

import numpy as np
import pytest

from headstart.evaluate import Candidate, constant, probes, racing, raw, rival_of, untrained
from headstart.evaluate.candidates import by_choice
from headstart.evaluate.racing import Race, best_rival, race, sampled
from headstart.stats import Interval
from headstart.train import Lesson

ABOVE, EVEN = Interval(0.2, 0.0001, 0.4), Interval(0.2, -0.0001, 0.4)


@pytest.mark.parametrize(
    ("now", "then", "lost"),
    [(ABOVE, ABOVE, True), (ABOVE, EVEN, False), (EVEN, ABOVE, False)],
)
def test_an_arm_lost_where_it_is_surely_behind_now_and_after_all_doublings(now, then, lost):
    assert Race("linear on TF-IDF", 1000, 2.0, now, then).lost == lost


@pytest.mark.parametrize(("least", "raced"), [(15, True), (16, False)])
def test_a_race_has_to_be_worth_its_cost(lesson: Lesson, monkeypatch, least, raced) -> None:
    monkeypatch.setattr(racing, "SAMPLE", least)  # of 60 rows that may be looked at
    found = sampled(lesson)
    assert (found is not None) == raced
    if found is not None:
        assert len(found.pool) == least and set(found.pool) <= set(lesson.pool)
        assert not found.partition.test
        counts = np.bincount(lesson.labels_of(found.pool).numpy())
        assert counts.max() - counts.min() <= 1


def losing(lesson: Lesson, each: float):
    """Answers that lose so many nats on each row, whatever they were fitted to."""
    return lambda rows: told(lesson, [each] * len(rows), rows)


def told(lesson: Lesson, losses, rows):
    right = np.exp(-np.asarray(losses, dtype=float))
    answers = np.repeat((1 - right)[:, None] / 2, 3, axis=1)
    answers[range(len(rows)), lesson.labels_of(rows).numpy()] = right
    return answers


def arm(lesson: Lesson, each: float, name: str = "linear") -> Candidate:
    answer = losing(lesson, each)
    return Candidate(name, "", "", None, False, answer, each, refit=lambda _: answer)


@pytest.fixture
def sample(lesson: Lesson, monkeypatch) -> Lesson:
    monkeypatch.setattr(racing, "SAMPLE", 15)
    found = sampled(lesson)
    assert found is not None
    return found


@pytest.mark.parametrize(("gain", "lost"), [(0.14, True), (0.16, False)])
def test_what_the_last_doubling_gained_may_repeat_itself_up_to_the_pool(
    lesson: Lesson, sample: Lesson, gain: float, lost: bool
) -> None:
    """From 15 rows to 60 are two doublings; the arm is .3 behind on all that it is fitted to."""

    def refit(rows):
        return losing(lesson, 0.8 if len(rows) > 8 else 0.8 + gain)

    found = race(lesson, sample, refit, arm(lesson, 0.5))
    assert found.doublings == 2.0 and found.now.value == pytest.approx(0.3)
    assert found.then.value == pytest.approx(0.3 - 2 * gain) and found.lost == lost


@pytest.mark.parametrize(("ahead", "lost"), [(0.30, True), (0.02, False)])
def test_a_lead_inside_the_noise_drops_nobody(lesson, sample, ahead: float, lost: bool) -> None:
    noise = dict(zip(sample.pool, np.tile([0.2, -0.2, 0.0], 5), strict=True))

    def answer(rows):
        return told(lesson, [0.6 + ahead + noise[row] for row in rows], rows)

    assert race(lesson, sample, lambda _: answer, arm(lesson, 0.6)).lost == lost


def test_the_rival_never_learned_from_the_rows_that_it_is_judged_by(lesson, sample) -> None:
    known: list[int] = []

    def refit(rows):
        known.extend(rows)
        return losing(lesson, 0.5)

    race(lesson, sample, lambda _: losing(lesson, 1.0), replace(arm(lesson, 0.5), refit=refit))
    assert sorted(known) == sorted(set(lesson.pool) - set(sample.pool))


def test_a_race_never_asks_for_labels_of_test_rows(lesson, sample) -> None:
    labels = lesson.labels.clone()
    labels[list(lesson.partition.test)] = 99
    spoiled = [replace(one, labels=labels) for one in (lesson, sample)]
    one, other = (
        race(*given, lambda _: losing(lesson, 1.0), arm(lesson, 0.5))
        for given in (spoiled, (lesson, sample))
    )
    assert (one.now, one.then) == (other.now, other.then)


def test_who_is_raced_against_loses_least_of_those_that_can_be_fitted_again(lesson) -> None:
    some = [constant(lesson), arm(lesson, 0.5, "a"), arm(lesson, 0.4, "b")]
    better = replace(arm(lesson, 0.1, "probe"), transfer=True)
    assert best_rival([*some, better]) is some[2] and best_rival(some[:1]) is None


@pytest.mark.parametrize("lost", [True, False])
def test_what_lost_is_left_at_the_sample_and_says_so(
    lesson: Lesson, tiny, monkeypatch, lost: bool
) -> None:
    monkeypatch.setattr(racing, "SAMPLE", 15)
    ahead = ABOVE if lost else EVEN
    monkeypatch.setattr(probes, "race", lambda *_: Race("linear", 15, 2.0, ahead, ahead))
    held, rival = np.full((60, 3), 1 / 3), raw(lesson, tiny.modality)
    found = untrained(lesson, tiny, 0, held, rivals=(rival,))
    record = found.tested(lesson).record()
    assert found.contender != lost and record["learned_from"] == (15 if lost else 60)
    assert ("in_part" in record) == lost == ("not computed in full" in found.note)
    assert record["unseen_loss"] is not None and math.isfinite(found.choice)


def test_what_was_not_computed_in_full_is_never_the_rival(lesson) -> None:
    best, other = replace(arm(lesson, 0.1), contender=False), arm(lesson, 0.3)
    model = replace(arm(lesson, 0.05), transfer=True)
    assert rival_of([best, other, model], model) is other
    assert min([best, other], key=by_choice) is other
