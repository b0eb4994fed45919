"""Figures that Prometheus reads."""

import pytest

from headstart.serve.counters import Counters, gauge


@pytest.mark.parametrize(("seconds", "bound"), [(0.005, "0.005"), (0.0051, "0.01"), (31.0, "+Inf")])
def test_a_time_is_counted_in_its_bucket_and_all_above(seconds: float, bound: str) -> None:
    counters = Counters()
    counters.request("GET", "/x", 200, seconds)
    lines = [line for line in counters.lines() if "_bucket" in line]
    reached = [line.split('le="')[1].split('"')[0] for line in lines if line.endswith(" 1")]
    assert reached[0] == bound and reached[-1] == "+Inf" and len(lines) == 13


def test_names_of_models_cannot_end_their_label() -> None:
    line = gauge("x", "Text.", [('a"} 1\nb', 2.0)])[-1]
    assert "\n" not in line and line.endswith("} 2") and '\\"' in line
