"""Intervals hold what they promise: against tables, other libraries, and repetition."""

import numpy as np
import pytest
from scipy.stats import binomtest

from headstart.stats import bootstrap, effective, paired_difference, share


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
