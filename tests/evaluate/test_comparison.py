"""Runs against each other on the rows that they share."""

import numpy as np
import pytest

from headstart.evaluate.comparison import Contender, RowMerits, compared, paired, yardstick_of
from headstart.stats import Interval, lead, widened

WIDE = Interval(0.1, -0.1, 0.3)
SURE = Interval(0.2, 0.1, 0.3)


def rows(right, start=0, **more):
    keys = tuple(f"row {start + i}" for i in range(len(right)))
    return RowMerits(keys, np.asarray(right, dtype=float), **more)


def contender(name, *draws, simple=None):
    named = {str(i): draw for i, draw in enumerate(draws)}
    figures = tuple(Interval(float(draw.merit.mean()), 0.0, 1.0) for draw in draws)
    return Contender(name, "resnet", "probe", named, simple or {}, figures)


def answers(share, n=200, seed=0):
    return np.random.default_rng(seed).random(n) < share


def test_the_interval_is_that_of_pairs_on_the_same_rows() -> None:
    one, other = answers(0.9, seed=1), answers(0.7, seed=2)
    found = paired(contender("a", rows(one)), contender("b", rows(other)))
    assert found.difference == lead(one, other)
    assert found.word == "better" and found.rows == 200 and found.of == (200, 200)


def test_the_other_way_round_it_is_worse_and_against_itself_nothing() -> None:
    one, other = contender("a", rows(answers(0.9))), contender("b", rows(answers(0.7, seed=2)))
    assert paired(other, one).word == "worse"
    assert paired(one, one).word == "no evidence" and paired(one, one).difference.value == 0


def test_rows_are_matched_by_what_they_are_not_by_their_place() -> None:
    one = answers(0.8)
    turned = RowMerits(rows(one).keys[::-1], one[::-1].astype(float))
    found = paired(contender("a", rows(one)), contender("b", turned))
    assert found.difference == lead(one, one)


def test_of_rows_that_overlap_in_part_only_common_ones_count_and_that_is_told() -> None:
    one, other = answers(0.9, 100), answers(0.6, 100, seed=3)
    a, b = contender("a", rows(one)), contender("b", rows(other, start=40))
    found = compared("classification", "accuracy", [a, b])
    assert found.pairs[0].difference == lead(other[:60], one[40:])
    assert found.pairs[0].rows == 60
    assert found.notes == (
        "b and a share 60 test rows (of 100 and 100): their difference is of these alone",
    )


def test_all_rows_in_common_need_no_note() -> None:
    one = contender("a", rows(answers(0.9)))
    assert compared("classification", "accuracy", [one, one]).notes == ()


def test_no_row_in_common_is_no_comparison() -> None:
    one = contender("a", rows(answers(0.9)))
    with pytest.raises(ValueError, match="no row in common"):
        paired(one, contender("b", rows(answers(0.9), start=1000)))


def test_groups_widen_the_interval() -> None:
    one, other = answers(0.9), answers(0.7, seed=2)
    groups = tuple(f"g{i // 20}" for i in range(200))
    found = paired(contender("a", rows(one, groups=groups)), contender("b", rows(other)))
    expected = lead(one, other, groups)
    assert found.difference.low == pytest.approx(expected.low)
    assert found.difference.high == pytest.approx(expected.high)


def test_folds_of_either_side_stretch_the_interval() -> None:
    one, other = answers(0.9), answers(0.7, seed=2)
    plain = paired(contender("a", rows(one)), contender("b", rows(other))).difference
    folds = tuple(1 + i % 5 for i in range(200))
    for left, right in (({"folds": folds}, {}), ({}, {"folds": folds})):
        found = paired(contender("a", rows(one, **left)), contender("b", rows(other, **right)))
        assert found.difference == widened(plain, 1.25)


def test_several_draws_are_pooled_and_an_example_of_two_counts_as_one() -> None:
    one, other = answers(0.9), answers(0.7, seed=2)
    twice = paired(contender("a", rows(one), rows(one)), contender("b", rows(other), rows(other)))
    once = paired(contender("a", rows(one)), contender("b", rows(other)))
    assert twice.rows == 400
    assert twice.difference.value == pytest.approx(once.difference.value)
    assert twice.difference.low < once.difference.low  # not narrower for being asked twice


def test_draws_that_one_side_lacks_are_left_out() -> None:
    one = contender("a", rows(answers(0.9)), rows(answers(0.9)))
    found = paired(one, contender("b", rows(answers(0.5))))
    assert found.rows == 200 and found.of == (400, 200)


def test_explained_variance_is_of_the_common_rows() -> None:
    rng = np.random.default_rng(0)
    true = np.r_[rng.normal(size=50), rng.normal(size=50) * 100]
    near, far = true + rng.normal(size=100) * 0.1, true + rng.normal(size=100)

    def valued(said, many):
        keys = tuple(f"row {i}" for i in range(many))
        return RowMerits(keys, np.zeros(many), values=(true[:many], said[:many]))

    found = paired(contender("a", valued(near, 100)), contender("b", valued(far, 50)))
    variance = true[:50].var()
    expected = (((far - true) ** 2 - (near - true) ** 2)[:50] / variance).mean()
    assert found.difference.value == pytest.approx(expected) and found.word == "better"


def test_the_yardstick_is_the_best_on_unseen_rows_that_all_have() -> None:
    a = contender("a", rows([1, 0]), simple={"always": (1.6, SURE), "pixels": (1.2, WIDE)})
    b = contender("b", rows([1, 0]), simple={"always": (1.6, WIDE), "pixels": (1.3, SURE)})
    c = contender("c", rows([1, 0]), simple={"always": (1.6, SURE)})
    assert yardstick_of([a, b]) == "pixels" and yardstick_of([a, b, c]) == "always"
    assert yardstick_of([a, contender("d", rows([1]))]) == ""


def test_every_run_gets_its_word_against_the_yardstick() -> None:
    a = contender("a", rows([1, 0]), simple={"always": (1.6, SURE)})
    b = contender("b", rows([1, 0]), simple={"always": (1.6, WIDE)})
    found = compared("classification", "accuracy", [a, b])
    assert [entry.word for entry in found.entries] == ["helps", "no evidence"]
    assert found.record()["runs"][0]["ahead"] == SURE.record()


def test_several_intervals_come_with_a_word_of_warning() -> None:
    one = contender("a", rows(answers(0.9)))
    assert "best of several" in compared("c", "accuracy", [one, one, one]).notes[-1]
