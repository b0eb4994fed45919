"""Rows of a report say what they are made of."""

import pytest

from headstart.evaluate.report import Spread, StageRow


@pytest.mark.parametrize(("learned", "frozen"), [(0, True), (1, False)])
def test_a_stage_is_frozen_where_not_one_number_learned(learned: int, frozen: bool) -> None:
    assert StageRow("layer1", 10, learned, 0.0, 0.5).frozen == frozen


def test_a_spread_is_told_from_the_least_to_the_greatest_or_as_one_figure() -> None:
    assert Spread("five draws", (0.9, 0.85, 0.875)).percent_range == "85.0 to 90.0%"
    assert Spread("one draw", (0.9,)).percent_range == "90.0%"
    assert Spread("one draw", (0.9,)).record() == {"what": "one draw", "figures": [0.9]}
