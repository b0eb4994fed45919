"""How many stages are kept; what each way makes is in `test_compression.py`."""

import pytest

from headstart.run.smaller import LOST, fewest


@pytest.mark.parametrize(("lost", "kept"), [(LOST, 2), (LOST + 1e-9, 3)])
def test_the_fewest_stages_that_lose_no_more_than_half_of_little_are_kept(lost, kept) -> None:
    assert fewest([0.3, lost, 0.0, 0.0]) == kept


def test_where_all_lose_more_only_the_last_stage_is_left_away() -> None:
    assert fewest([0.3, 0.2, 0.1, 0.0]) == 3


def test_an_exit_that_does_better_counts_too() -> None:
    assert fewest([-0.05, 0.0, 0.0]) == 1
