"""Intervals hold what they promise: against tables, other libraries, and repetition."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import binomtest

from headstart import stats
from headstart.stats import (
    Interval,
    bootstrap,
    effective,
    lead,
    lead_of_folds,
    level,
    mean_of,
    obstacle,
    paired_difference,
    share,
    standard_error,
    widened,
)


@pytest.mark.parametrize(("right", "n"), [(0, 5), (1, 1), (8, 10), (50, 100), (299, 300)])
def test_wilsons_interval_is_scipys(right: int, n: int) -> None:
    found = share(np.arange(n) < right)
    theirs = binomtest(right, n).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))
    assert found.value == pytest.approx(right / n)


def test_the_paired_interval_is_that_of_the_paper() -> None:
    """Cells 53, 16, 8, 9 of Bonett and Price (2012), by their formula worked out by hand."""
    first = np.array([True] * 53 + [True] * 16 + [False] * 8 + [False] * 9)
    second = np.array([True] * 53 + [False] * 16 + [True] * 8 + [False] * 9)
    found = paired_difference(first, second)
    p, q = (16 + 1) / 88, (8 + 1) / 88
    half = 1.959964 * np.sqrt((p + q - (p - q) ** 2) / 88)
    assert found.value == pytest.approx(8 / 86)
    assert (found.low, found.high) == pytest.approx((p - q - half, p - q + half), abs=1e-6)


def test_equal_arms_differ_by_nothing_and_the_interval_says_so() -> None:
    right = np.arange(40) % 3 > 0
    found = paired_difference(right, right)
    assert found.value == 0 and found.low < 0 < found.high


def test_intervals_hold_the_truth_about_95_times_in_100() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(1000):
        common = rng.random(80)
        one, other = common < 0.8, np.where(rng.random(80) < 0.3, rng.random(80), common) < 0.7
        found = paired_difference(one, other)
        held += found.low <= 0.1 <= found.high
    assert 930 <= held <= 985


def test_rows_of_one_patient_say_less_than_as_many_patients() -> None:
    rng = np.random.default_rng(0)
    patient = np.repeat(rng.random(20) < 0.7, 10)
    groups = [f"patient {i // 10}" for i in range(200)]
    alone, together = share(patient), share(patient, groups)
    assert together.high - together.low > 2 * (alone.high - alone.low)
    assert effective(patient.astype(float), groups) == pytest.approx(20, rel=0.15)


def test_groups_that_tell_nothing_cost_little() -> None:
    right = np.random.default_rng(0).random(600) < 0.7
    groups = [f"{i % 100}" for i in range(600)]
    assert effective(right.astype(float), groups) > 400


def test_where_nothing_varies_each_group_counts_once() -> None:
    assert effective(np.ones(100), [f"{i // 10}" for i in range(100)]) == 10


def test_bootstrap_agrees_with_wilson_and_draws_the_same_twice() -> None:
    right = np.arange(200) % 4 > 0
    first, second = (bootstrap(lambda rows: right[rows].mean(), 200) for _ in range(2))
    exact = share(right)
    assert first == second
    assert (first.low, first.high) == pytest.approx((exact.low, exact.high), abs=0.015)
    assert bootstrap(lambda rows: right[rows].mean(), 200, seed=1) != first


def test_bootstrap_draws_whole_groups() -> None:
    groups = [f"{i // 10}" for i in range(100)]
    seen = []
    bootstrap(lambda rows: float(seen.append(rows) or 0), 100, groups, draws=5)
    for rows in seen:
        counts = np.bincount(rows, minlength=100).reshape(10, 10)
        assert (counts == counts[:, :1]).all()


def answers(
    sizes: Sequence[int], draws: int, *, tied: float, ahead: float = 0.0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Two arms on the same rows: normal scores whose groups go up and down by a share `tied`.

    (draws, rows) each, and the groups of the rows; the first is `ahead` by so many deviations.
    """
    rng, group = np.random.default_rng(seed), np.repeat(np.arange(len(sizes)), sizes)
    easy = rng.normal(size=(draws, len(group)))
    one, other = (
        tied**0.5 * rng.normal(size=(draws, len(sizes)))[:, group]
        + (1 - tied) ** 0.5 * (0.4**0.5 * easy + 0.6**0.5 * rng.normal(size=easy.shape))
        for _ in range(2)
    )
    return one + ahead, other, [str(name) for name in group]


def words(one: np.ndarray, other: np.ndarray, groups: Sequence[str]) -> tuple[float, float]:
    """The shares of draws in which the second, and the first, is said to be better."""
    found = [lead(a, b, groups) for a, b in zip(one, other, strict=True)]
    return float(np.mean([f.high < 0 for f in found])), float(np.mean([f.low > 0 for f in found]))


EVEN, GIANT, SPREAD = (20,) * 6, (60,) + (5,) * 20, (90, 40, 20, 10, 5, 5, 2, 2, 1, 1)


@pytest.mark.parametrize(
    ("sizes", "tied"), [((15,) * 3, 0.5), (EVEN, 0.2), (SPREAD, 0.2), (GIANT, 0.5)]
)
def test_equal_arms_get_a_word_in_few_draws_of_groups(sizes: tuple[int, ...], tied: float) -> None:
    one, other, groups = answers(sizes, 400, tied=tied)
    for first, second in ((one, other), (one < 0.5, other < 0.5)):
        assert sum(words(first, second, groups)) <= 0.055


@pytest.mark.parametrize("rows", [5, 10, 50])
def test_equal_arms_get_a_word_in_few_draws_of_rows(rows: int) -> None:
    one, other, _ = answers([rows], 400, tied=0.0)
    for first, second in ((one, other), (one.clip(0, 1), other.clip(0, 1)), (one < 0, other < 0)):
        assert sum(words(first, second, ())) <= 0.055


def test_six_groups_of_twenty_show_a_lead_of_fifteen_points() -> None:
    one, other, groups = answers(EVEN, 300, tied=0.0, ahead=1.0364 - 0.5244)  # .85 against .70
    assert words(one > -0.5244, other > -0.5244, groups)[1] >= 0.6


def test_without_groups_a_lead_is_seen_about_as_often_as_before() -> None:
    one, other, _ = answers([200], 300, tied=0.0, ahead=0.2)
    gap = (one - other).mean(axis=1) / ((one - other).std(axis=1, ddof=1) / 200**0.5)
    assert words(one, other, ())[1] >= np.mean(gap > 1.96) - 0.05


@pytest.mark.parametrize(
    ("sizes", "why"),
    [
        ((40,), "all of them are of one group, and nothing says how another would differ"),
        ((20, 20), "they are of two groups, and it takes at least three"),
        ((80, 4, 4), "one of their 3 groups holds 91% of them, and the others say too little"),
        ((1, 1), "there are 2 of them, and it takes at least three"),
        ((20, 20, 20), ""),
        ((20, 10, 10), ""),
        ((1, 1, 1), ""),
    ],
)
def test_too_few_or_too_uneven_groups_support_no_word(sizes: tuple[int, ...], why: str) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes).astype(str).tolist()
    assert obstacle(len(groups), groups) == why
    found = lead(np.full(len(groups), 0.9), np.full(len(groups), 0.1), groups)
    assert found.value == pytest.approx(0.8)
    assert (found.low > 0) == (not why)


def test_groups_of_one_row_are_no_groups() -> None:
    one, other, _ = answers([30], 1, tied=0.0)
    names = [str(i) for i in range(30)]
    assert lead(one[0], other[0], names) == lead(one[0], other[0])
    assert standard_error(one[0], names) == pytest.approx(one[0].std(ddof=1) / 30**0.5)


def test_one_group_says_nothing_of_another() -> None:
    right = np.arange(50) < 40
    for found in (
        share(right, ["a"] * 50),
        level(right.astype(float), ["a"] * 50),
        bootstrap(lambda rows: float(right[rows].mean()), 50, ["a"] * 50, bounds=(0.0, 1.0)),
    ):
        assert (found.value, found.low, found.high) == (pytest.approx(0.8), 0, 1)
    found = lead(right, ~right, ["a"] * 50)
    assert (found.value, found.low, found.high) == (pytest.approx(0.6), -1, 1)
    assert standard_error(right.astype(float), ["a"] * 50) == np.inf


def test_figures_of_few_groups_hold_the_truth() -> None:
    one, _, groups = answers(EVEN, 400, tied=0.3, seed=2)
    right = one < 0.5244  # 70% of them

    def resampled(row: np.ndarray) -> Interval:
        return bootstrap(lambda rows: float(row[rows].mean()), 120, groups, draws=100)

    for found, truth, least in (
        ([share(row, groups) for row in right], 0.7, 0.93),
        ([mean_of(row, groups) for row in one], 0.0, 0.93),
        ([resampled(row) for row in right[:200]], 0.7, 0.9),
    ):
        assert np.mean([f.low <= truth <= f.high for f in found]) >= least


def test_groups_that_balance_each_other_are_worth_no_more_than_their_rows() -> None:
    """Each group has one row of either kind, so that groups do not vary at all."""
    groups = [f"g{i // 2}" for i in range(40)]
    assert stats.effective(np.array([0.0, 1.0] * 20), groups) == 40


def test_a_lead_over_groups_is_no_surer_than_one_over_as_many_rows() -> None:
    """Right on one row more: imaginary rows tell that more could be lost than was seen."""
    one, other = np.arange(40) < 1, np.zeros(40, dtype=bool)
    found, rows = stats.lead(one, other, [f"g{i // 2}" for i in range(40)]), stats.lead(one, other)
    assert found.low == rows.low < 0 < found.value < rows.high <= found.high


def test_where_all_rows_differ_alike_each_group_counts_once() -> None:
    right, wrong = np.ones(40, dtype=bool), np.zeros(40, dtype=bool)
    found = stats.paired_difference(right, wrong, [f"g{i // 10}" for i in range(40)])
    assert found == stats.paired_difference(right[:4], wrong[:4])
    assert found.low < stats.paired_difference(right, wrong).low


def test_an_interval_is_stretched_about_its_own_middle() -> None:
    found = widened(Interval(0.5, 0.3, 0.5), 1.5)
    assert (found.value, found.low, found.high) == (0.5, pytest.approx(0.25), pytest.approx(0.55))
    assert widened(Interval(0.9, 0.8, 1.0), 2.0, 0.0, 1.0).high == 1.0


def test_a_lead_over_folds_is_a_lead_that_is_stretched() -> None:
    one, other = np.arange(40) % 3 > 0, np.arange(40) % 4 > 0
    folds, plain = [row % 5 for row in range(40)], lead(one, other)
    assert lead_of_folds(one, other, (), folds, 1.25) == widened(plain, 1.25)


def test_numbers_in_groups_are_as_uncertain_as_folds_differ() -> None:
    folds = [row // 8 for row in range(40)]
    one = np.array([float(fold) for fold in folds])  # each fold says something else
    groups = [str(row // 2) for row in range(40)]
    found = lead_of_folds(one, one * 0, groups, folds, 1.4)
    half = 2.776 * np.sqrt((1 / 5 + 1 / 4) * 2.5)  # Student's with 4 degrees of freedom
    assert found.value - found.low == pytest.approx(half, rel=0.001)
    alone = lead_of_folds(one, one * 0, [str(row) for row in range(40)], folds, 1.4)
    assert alone == widened(lead(one, one * 0, [str(row) for row in range(40)]), 1.4)


def test_numbers_that_are_all_0_or_1_are_a_share() -> None:
    ones = np.ones(20)
    assert level(ones) == level(ones.astype(bool)) and level(ones).low < 0.9
    assert level(np.r_[ones, 0.5]) != level(np.r_[ones, 1.0])


def test_numbers_that_never_differ_prove_no_more_than_answers_that_never_do() -> None:
    alike = np.linspace(0.2, 0.9, 25)
    assert lead(alike, alike) == lead(alike > 0.5, alike > 0.5)
    assert lead(alike, alike).high > 0.1  # of 25 rows that agree
    one = alike.copy()
    one[0] += 0.01
    assert lead(one, alike).value == pytest.approx(0.0004) and lead(one, alike).high < 0.002
