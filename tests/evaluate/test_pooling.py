"""Folds as one test: who stands for what, and how wide intervals get."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from stand_ins import InMemory, classes

from headstart.data import Partition
from headstart.evaluate import Arm, Cost, Growth, Outcome, Pair, pooled
from headstart.evaluate.pooling import BEST, CHOSEN, OVERLAP
from headstart.stats import level, share
from headstart.task import Regression, Task
from headstart.train import TaskData

N = 60
RIGHT = np.arange(N) % 3 > 0
"""Two of three rows are right, in whichever fold they are."""


def task_data(task: Task | None = None, alike: tuple[tuple[int, ...], ...] = ()) -> TaskData:
    parts = Partition(tuple(range(N)), (), (), "by hand")
    labels = torch.zeros(N, dtype=torch.long) if task is None else torch.arange(N)[:, None] / N
    return TaskData(InMemory(()), labels, (), parts, task or classes(2), Path(), alike=alike)


def arm(name: str, rows: tuple[int, ...], *, transfer: bool = False, learned: int = 48) -> Arm:
    right = RIGHT[list(rows)]
    answers = np.where(right[:, None], [0.9, 0.1], [0.1, 0.9])
    cost = Cost(1.0, 2.0, 100.0 + rows[0])
    return Arm(name, name, "", 0, transfer, answers, 0.4, share(right), cost, learned=learned)


def fold(first: int, chosen: str = "probe", rival: str = "linear", growth: bool = True) -> Outcome:
    """Rows from `first` on, a third of all."""
    rows = tuple(range(first, first + N // 3))
    arms = [arm("probe", rows, transfer=True), arm("probe:all", rows, transfer=True)]
    arms += [arm("linear", rows), arm("random", rows)]
    named = {one.name: one for one in arms}
    pair = Pair(named[chosen], named[rival])
    merit = RIGHT[list(rows)]
    grown = Growth((12, 48), {chosen: [merit, merit], rival: [~merit, merit]}) if growth else None
    model = named[chosen]
    return Outcome(rows, (), tuple(arms), model, model, pair, len(rows), grown)


def three(**second) -> list[Outcome]:
    return [fold(0), fold(20, **second), fold(40)]


def test_one_part_is_left_as_it_is() -> None:
    (one,) = some = [fold(0)]
    assert pooled(some, task_data()) is one and one.folds == 1 and one.overlap == 1.0


def test_every_row_is_tested_once_and_knows_its_fold() -> None:
    found = pooled(three(), task_data())
    assert found.rows == tuple(range(N)) and found.folds == 3
    assert found.fold_of == (1,) * 20 + (2,) * 20 + (3,) * 20
    assert found.rows_text == ", each of 60 examples tested once, in 3 folds"


def test_answers_of_folds_stand_in_their_order() -> None:
    found = pooled(three(), task_data())
    assert found.model.name == "probe" and found.pair and found.pair.other.name == "linear"
    assert ((found.model.answers.argmax(axis=1) == 0) == RIGHT).all()
    assert found.model.cost == Cost(3.0, 6.0, 140.0) and found.model.learned == 48


def test_where_folds_choose_differently_the_model_is_what_each_chose() -> None:
    found = pooled(three(chosen="probe:all"), task_data())
    assert found.model.name == CHOSEN and found.model is found.transfer
    assert found.model in found.arms and len(found.arms) == 5
    assert found.pair and found.pair.one.transfer and found.pair.other.name == "linear"
    assert found.pair.one.name == CHOSEN
    assert found.rows_text == ", each of 60 examples tested once, in 3 folds"


@pytest.mark.parametrize("chosen", ["probe", "probe:all"])
@pytest.mark.parametrize("rival", ["linear", "random"])
def test_both_sides_of_the_verdict_are_arms(chosen, rival) -> None:
    parts = three(chosen=chosen, rival=rival)
    apart = [replace(one, transfer=one.arms[0]) for one in parts]  # as where scratch is the model
    for found in (pooled(parts, task_data()), pooled(apart, task_data())):
        named = {one.name for one in found.arms}
        assert found.pair and {found.pair.one.name, found.pair.other.name} <= named
        assert found.pair.one.name == found.transfer.name and found.rows_text


def test_where_folds_have_other_rivals_each_is_compared_with_its_own() -> None:
    found = pooled(three(rival="random"), task_data())
    assert found.pair and found.pair.other.name == BEST and found.pair.other in found.arms


def test_an_arm_that_a_fold_lacks_is_no_arm_of_all() -> None:
    parts = three()
    parts[1] = replace(parts[1], arms=parts[1].arms[:-1])
    assert [one.name for one in pooled(parts, task_data()).arms] == ["probe", "probe:all", "linear"]


def test_intervals_of_shares_are_stretched_by_a_quarter() -> None:
    found, plain = pooled(three(), task_data()), level(RIGHT)
    assert found.overlap == OVERLAP["right"] == 1.25
    assert found.model.merit.high - found.model.merit.low == pytest.approx(
        1.25 * (plain.high - plain.low)
    )


def test_merits_that_are_numbers_are_stretched_by_more() -> None:
    values = task_data(Regression(0.5, 0.3))
    parts = [replace(one, model=replace(one.model, answers=one.model.answers[:, :1]),
             arms=(), transfer=one.model, pair=None) for one in three()]  # fmt: skip
    parts = [replace(one, arms=(one.model,), transfer=one.model) for one in parts]
    assert pooled(parts, values).overlap == OVERLAP["number"] == 1.4


def test_curves_go_over_all_folds_or_are_none() -> None:
    growth = pooled(three(rival="random"), task_data()).growth
    assert growth and growth.sizes == (12, 48) and list(growth.merits) == ["probe", BEST]
    assert [len(some) for some in growth.merits[BEST]] == [N, N]
    assert pooled(three(growth=False), task_data()).growth is None


def test_near_duplicates_count_once_over_all_folds() -> None:
    found = pooled(three(), task_data(alike=((0, 1), (21, 22))))
    assert found.different == 58 and len(set(found.clusters)) == 58
