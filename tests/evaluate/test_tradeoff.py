"""Which smaller network is named."""

from dataclasses import replace

import pytest

from headstart.evaluate import SMALL, Tradeoff, smallest
from headstart.stats import Interval

SCORE = Interval(0.9, 0.85, 0.95)
WHOLE = Tradeoff("the model itself", 8e6, 16.0, SCORE, Interval(0.0, 0.0, 0.0), 1.0)


def way(name: str, size: float, high: float, ms: float = 9.0) -> Tradeoff:
    return Tradeoff(name, size, ms, SCORE, Interval(0.0, -high, high), 0.95)


@pytest.mark.parametrize(("high", "named"), [(SMALL - 1e-9, True), (SMALL, False)])
def test_a_way_is_only_named_where_its_interval_stays_below_two_points(high, named) -> None:
    one = way("8 bits", 2e6, high)
    assert one.little is named and (smallest(WHOLE, [one]) is one) is named


def test_the_fewest_bytes_win_and_among_equals_the_least_time() -> None:
    large, slow, quick = way("a", 4e6, 0.01), way("b", 2e6, 0.01), way("c", 2e6, 0.01, ms=5.0)
    assert smallest(WHOLE, [large, slow, quick]) is quick
    assert smallest(WHOLE, [large, way("d", 1e6, 0.03)]) is large


@pytest.mark.parametrize(
    ("size", "ms", "named"),
    [(8e6, 16.0, False), (8e6 - 1, 16.0, True), (8e6, 15.9, True), (9e6, 17.0, False)],
)
def test_what_saves_neither_bytes_nor_time_is_not_smaller(size, ms, named) -> None:
    assert (smallest(WHOLE, [way("a", size, 0.01, ms)]) is not None) is named


def test_none_is_named_where_all_may_lose_much() -> None:
    assert smallest(WHOLE, []) is None
    assert smallest(WHOLE, [replace(WHOLE, bytes=1.0, lost=Interval(-0.1, -0.3, 0.1))]) is None
