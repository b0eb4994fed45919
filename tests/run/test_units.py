import pytest

from headstart.errors import UsageError
from headstart.run.units import count, seconds


@pytest.mark.parametrize(
    ("text", "found"),
    [("10m", 600), ("10 min", 600), ("1.5h", 5400), ("90", 90), ("3S", 3), (5, 5), (0.5, 0.5)],
)
def test_durations_are_in_seconds(text: str | float, found: float) -> None:
    assert seconds(text) == found


@pytest.mark.parametrize(("text", "found"), [("5M", 5e6), ("20k", 2e4), ("1B", 1e9), (300, 300)])
def test_counts_have_units_of_a_thousand(text: str | int, found: float) -> None:
    assert count(text) == found


@pytest.mark.parametrize("text", ["0", "-5", "5x", "", "ten", "1e3", "nan", "5 5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="U123"):
        seconds(text)
    with pytest.raises(UsageError, match="U123"):
        count(text)
