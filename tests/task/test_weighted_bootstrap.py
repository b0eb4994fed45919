import numpy as np
import pytest

from headstart.stats import mean_of
from headstart.task.weighted_bootstrap import bca, drawn_weights, left_out_weights


def test_every_sample_has_as_many_groups_as_there_are() -> None:
    weights = drawn_weights(6, tuple("aabbcc"), draws=50)
    assert (weights.sum(axis=1) == 6).all() and (weights[:, 0] == weights[:, 1]).all()
    assert np.array_equal(weights, drawn_weights(6, tuple("aabbcc"), draws=50))
    assert (drawn_weights(6, draws=50).sum(axis=1) == 6).all()


def test_each_group_is_left_out_once() -> None:
    assert left_out_weights(3, tuple("aab")).tolist() == [[0, 0, 1], [1, 1, 0]]


def test_the_interval_of_a_mean_is_about_students() -> None:
    values = np.random.default_rng(0).normal(0.5, 0.1, 60)
    found = bca(lambda w: (w @ values) / w.sum(axis=1), 60, draws=4000)
    expected = mean_of(values)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.004)


def test_a_skewed_figure_has_a_skewed_interval() -> None:
    values = np.random.default_rng(1).exponential(0.1, 40)
    found = bca(lambda w: (w @ values) / w.sum(axis=1), 40, draws=4000)
    assert found.high - found.value > 1.1 * (found.value - found.low)


def test_one_group_says_nothing() -> None:
    found = bca(lambda w: w.mean(axis=1), 4, tuple("aaaa"))
    assert (found.low, found.high) == (0.0, 1.0)


def test_samples_without_a_value_are_passed_over() -> None:
    def figure(w: np.ndarray) -> np.ndarray:
        return np.where(w[:, 0] > 0, (w @ np.arange(5.0)) / w.sum(axis=1) / 5, np.nan)

    found = bca(figure, 5)
    assert found.low < found.value < found.high
