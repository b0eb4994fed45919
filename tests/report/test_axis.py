"""Scales hold both ends and have few round ticks."""

from hypothesis import given
from hypothesis import strategies as st

from headstart.report.axis import axis as axis_of


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_an_axis_holds_both_ends_and_has_few_round_ticks(low, span):
    axis = axis_of(low, low + span)
    slack = 1e-6 * max(1.0, abs(low) + span)
    assert axis.low <= low + slack and low + span <= axis.high + slack
    assert 2 <= len(axis.ticks) <= 7 + 1
    assert list(axis.ticks) == sorted(axis.ticks)


def test_an_axis_ends_at_round_numbers():
    assert axis_of(0.37, 0.91).ticks == (0.2, 0.4, 0.6, 0.8, 1.0)
    assert axis_of(0.0, 0.0).high > 0


def test_values_outside_an_axis_stand_at_its_ends():
    axis = axis_of(0.0, 1.0)
    assert [axis.at(x) for x in (-3.0, 0.0, 0.5, 1.0, 9.0)] == [0, 0, 50, 100, 100]
