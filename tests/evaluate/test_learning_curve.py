"""What curves say about more examples, and when they say nothing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from stand_ins import InMemory

from headstart.data import Partition
from headstart.evaluate import Candidate, Learning, growth_of, learning
from headstart.task import Classification
from headstart.train import TaskData

TEST = 400


def task_data(rows: int = 320) -> TaskData:
    labels = torch.arange(rows + TEST) % 2
    every = tuple(range(rows + TEST))
    parts = Partition(every[: rows - 40], every[rows - 40 : rows], every[rows:], "by hand")
    return TaskData(InMemory(()), labels, (), parts, Classification(("a", "b")), Path())


def arm(name: str, grows: dict[int, float], *, again: bool = True) -> Candidate:
    """Right on this share of the test rows when it was fitted to so many."""

    def fitted(size: int):
        def answer(rows: Sequence[int]) -> np.ndarray:
            labels, right = np.asarray(rows) % 2, np.arange(len(rows)) < grows[size] * len(rows)
            return np.eye(2)[np.where(right, labels, 1 - labels)]

        return answer

    full, refit = fitted(320), (lambda rows: fitted(len(rows))) if again else None
    return Candidate(name, "probe", "", None, True, full, 0.5, refit=refit)


def told(*arms: Candidate, rows: int = 320) -> Learning | None:
    return learning(growth_of(task_data(rows), arms, [row % 2 for row in range(320 + TEST)]))


STEEP = {40: 0.5, 80: 0.6, 160: 0.7, 320: 0.8}
FLAT = {40: 0.9, 80: 0.9, 160: 0.9, 320: 0.9}


def test_curves_hold_every_size_and_its_accuracy() -> None:
    found = told(arm("probe", FLAT), arm("rival", STEEP))
    assert found is not None
    first, second = found.curves
    assert first.sizes == second.sizes == (40, 80, 160, 320)
    assert [round(one.value, 3) for one in second.merit] == [0.5, 0.6, 0.7, 0.8]
    assert found.record()["curves"][0]["arm"] == "probe"


def test_a_clear_doubling_is_told_with_its_interval() -> None:
    found = told(arm("probe", STEEP))
    assert found is not None and "add about 10 points" in found.sentences[0]


def test_a_flat_end_says_that_nothing_can_be_told() -> None:
    found = told(arm("probe", FLAT))
    assert found is not None and "can't be told" in found.sentences[0]


def test_a_rival_that_closes_in_is_given_the_size_at_which_it_is_there() -> None:
    found = told(arm("probe", FLAT), arm("rival", STEEP))
    assert found is not None
    assert found.sentences[1].startswith('"rival" would catch up near 640 examples')


def test_a_rival_that_is_not_closing_in_is_not_extrapolated() -> None:
    found = told(arm("probe", STEEP), arm("rival", dict.fromkeys(STEEP, 0.4)))
    assert found is not None and "can't be told" in found.sentences[1]


def test_what_took_training_has_no_curve() -> None:
    assert told(arm("full", FLAT, again=False), arm("rival", STEEP)) is None
    found = told(arm("probe", FLAT), arm("scratch", STEEP, again=False))
    assert found is not None and len(found.curves) == 1


@pytest.mark.parametrize(("last", "told_more"), [(0.81, False), (0.86, True)])
def test_a_doubling_counts_only_where_its_whole_interval_is_above_0(last, told_more) -> None:
    """One more point of 400 rows is inside the noise, six are not."""
    found = told(arm("probe", {**STEEP, 160: 0.80, 320: last}))
    assert found is not None and ("would add about" in found.sentences[0]) == told_more


@pytest.mark.parametrize(("last", "told_when"), [(0.505, False), (0.56, True)])
def test_a_rival_closes_in_only_where_the_whole_interval_says_so(last, told_when) -> None:
    found = told(arm("probe", FLAT), arm("rival", {**STEEP, 160: 0.5, 320: last}))
    assert found is not None and ("would catch up near" in found.sentences[1]) == told_when


def test_when_a_rival_is_there_at_the_earliest_follows_from_the_upper_bound() -> None:
    found = told(arm("probe", FLAT), arm("rival", STEEP))
    assert found is not None
    earliest = int(found.sentences[1].partition("not before ")[2].rstrip(")."))
    assert 320 < earliest < 640


def test_a_rival_that_is_as_good_is_not_behind() -> None:
    found = told(arm("probe", FLAT), arm("rival", {**STEEP, 320: 0.9}))
    assert found is not None and found.sentences[1] == '"rival" is not behind at this size.'


@pytest.mark.parametrize(("rows", "sizes"), [(48, (6, 12, 24, 48)), (47, (11, 23, 47))])
def test_parts_have_three_rows_a_class_at_least(rows: int, sizes: tuple[int, ...]) -> None:
    found = told(arm("probe", dict.fromkeys((*sizes, 320), 0.7)), rows=rows)
    assert found is not None and found.curves[0].sizes == sizes
