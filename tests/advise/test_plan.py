"""What steps add up to, and how time grows with rows."""

import pytest

from headstart.advise import Plan, Step, grown


def test_a_plan_takes_as_long_as_all_its_steps_together() -> None:
    steps = Step("read", 2.0, "guess"), Step("train", 3.5, "a step")
    plan = Plan("net", ("probe", "full"), "nothing is frozen", steps, 1500.0, 20.0)
    assert plan.seconds == plan.record()["seconds"] == 5.5
    assert "1.5 GB" in plan.text and "tries probe, full" in plan.text


@pytest.mark.parametrize(
    ("twice", "wanted"), [(1.0, 4.0), (2.0, 8.0), (4.0, 64.0), (2**2.5, 2**2.5 * 16)]
)
def test_time_grows_with_rows_by_a_power_from_1_to_2(twice: float, wanted: float) -> None:
    assert grown((50, 1.0), (100, twice), 400) == pytest.approx(max(wanted, twice * 4))
