"""Counts in words, just under and over one."""

import pytest

from headstart.counting import counted


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 boxes"), (1, "1 box"), (2, "2 boxes"), (1000, "1,000 boxes")]
)
def test_only_one_is_told_as_one(count: int, told: str) -> None:
    assert counted(count, "box", "boxes") == told


def test_most_plurals_need_not_be_told() -> None:
    assert (counted(1, "file"), counted(2, "file")) == ("1 file", "2 files")
