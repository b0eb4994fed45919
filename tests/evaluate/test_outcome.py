"""Which rows both sides of a verdict learned from, and how many are tested."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from stand_ins import InMemory, classes

from headstart.data import Partition
from headstart.evaluate import Candidate, FittedArms, Outcome, equal_rows, outcome_of, rival_of
from headstart.train import Fitted, TaskData

TRAIN, VAL, TEST = tuple(range(60)), tuple(range(60, 80)), tuple(range(80, 120))


def task_data(alike: tuple[tuple[int, ...], ...] = ()) -> TaskData:
    parts = Partition(TRAIN, VAL, TEST, "by hand")
    labels = torch.arange(120) % 2
    return TaskData(InMemory(()), labels, (), parts, classes(2), Path(), alike=alike)


def arm(name: str, rows: tuple[int, ...], *, again: bool, transfer: bool = False) -> Candidate:
    """Right on as many test rows as a quarter of those it learned from."""

    def fitted(known: Sequence[int]):
        def answer(asked: Sequence[int]) -> np.ndarray:
            truths, right = np.asarray(asked) % 2, np.arange(len(asked)) < len(known) / 4
            return np.eye(2)[np.where(right, truths, 1 - truths)]

        return answer

    return Candidate(
        name,
        name,
        "",
        None,
        transfer,
        fitted(rows),
        0.5,
        refit=fitted if again else None,
        rows=rows,
    )


PROBE = arm("probe", TRAIN + VAL, again=True, transfer=True)
TUNED = arm("full", TRAIN, again=False, transfer=True)
LINEAR = arm("linear", (), again=True)  # () stands for all that may be looked at
SCRATCH = arm("scratch", TRAIN, again=False)
NEAREST = arm("nearest", TRAIN + VAL, again=False)


def learned(one: Candidate, other: Candidate) -> tuple[int, int]:
    first, second = (
        len(side.learned_from(task_data())) for side in equal_rows(task_data(), one, other)
    )
    return first, second


def test_a_linear_rival_of_what_was_trained_is_fitted_without_validation_rows() -> None:
    assert learned(TUNED, LINEAR) == (60, 60)


def test_a_probe_against_scratch_is_fitted_without_them_too() -> None:
    assert learned(PROBE, SCRATCH) == (60, 60)


def test_two_that_learned_from_the_same_rows_stay_as_they_are() -> None:
    assert equal_rows(task_data(), PROBE, LINEAR) == (PROBE, LINEAR)
    assert equal_rows(task_data(), TUNED, SCRATCH) == (TUNED, SCRATCH)


def test_what_can_not_be_fitted_again_keeps_its_rows() -> None:
    assert learned(TUNED, NEAREST) == (60, 80)


def opened(model: Candidate, rival: Candidate, **options) -> Outcome:
    fitted = object.__new__(Fitted)  # the network behind the model, which nothing here asks
    return outcome_of(
        task_data(**options), FittedArms((rival, model), model, fitted, model), [0, 1] * 60
    )


def test_the_verdict_compares_what_learned_from_the_same_rows() -> None:
    found = opened(PROBE, SCRATCH)
    assert found.pair and found.pair.one.merit.value == found.pair.other.merit.value == 15 / 40
    assert found.model.merit.value == 20 / 40 and found.model.learned == 80
    assert found.rows_text == (
        " on the same 40 test examples, both fitted to the same 60 others; "
        "fitted to 80, the probe has 50.0%"
    )


def test_where_nothing_was_fitted_again_nothing_is_said_of_it() -> None:
    assert opened(TUNED, SCRATCH).rows_text == " on the same 40 test examples"
    assert opened(TUNED, NEAREST).rows_text == " on the same 40 test examples"


def test_the_rival_loses_least_whatever_it_would_score() -> None:
    worse = Candidate("worse", "", "", None, False, PROBE.answer, 0.6)
    assert rival_of([worse, LINEAR, PROBE], PROBE) is LINEAR
    assert rival_of([PROBE], PROBE) is None


def test_near_duplicates_in_the_test_count_once() -> None:
    alike = tuple((80 + 2 * i, 81 + 2 * i) for i in range(10))
    found, plain = opened(PROBE, LINEAR, alike=alike), opened(PROBE, LINEAR)
    assert (found.different, plain.different) == (30, 40)
    assert found.rows_text.startswith(" on the same 30 test examples (10 near duplicates")
    assert len(set(found.clusters)) == 30 and plain.clusters == ()


@pytest.mark.parametrize(
    ("twins", "said"),
    [
        (1, " (1 near duplicate of another counts no further)"),
        (2, " (2 near duplicates of others count no further)"),
    ],
)
def test_what_counts_no_further_is_told_in_grammar(twins: int, said: str) -> None:
    alike = tuple((80 + 2 * i, 81 + 2 * i) for i in range(twins))
    assert said in opened(PROBE, LINEAR, alike=alike).rows_text


def test_near_duplicates_widen_the_interval() -> None:
    pairs = tuple((80 + i, 100 + i) for i in range(20))  # twins that are right and wrong together
    rows = np.arange(40) % 20 < 12

    def answer(asked: Sequence[int]) -> np.ndarray:
        return np.eye(2)[
            np.where(rows[: len(asked)], np.asarray(asked) % 2, 1 - np.asarray(asked) % 2)
        ]

    same = Candidate("same", "same", "", None, True, answer, 0.5)
    wide, narrow = (opened(same, LINEAR, alike=some).model.merit for some in (pairs, ()))
    ratio = (wide.high - wide.low) / (narrow.high - narrow.low)
    assert wide.value == narrow.value and 1.25 < ratio < 1.6
