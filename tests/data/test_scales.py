"""Which class is above which."""

import pytest

from headstart.data import from_memory, with_task
from headstart.errors import DataError


def posed(*labels: object, order: tuple[str, ...] = ()) -> tuple[str, ...]:
    return with_task(from_memory(range(len(labels)), labels), "ordinal", order).examples.truth.names


def test_numbers_are_ordered_by_value() -> None:
    assert posed("10", "2", "-1", "2.5") == ("-1", "2", "2.5", "10")


def test_words_are_ordered_as_somebody_says() -> None:
    assert posed("mid", "low", "high", order=("low", "mid", "high")) == ("low", "mid", "high")
    assert posed("1", "2", "3", order=("3", "2", "1")) == ("3", "2", "1")


@pytest.mark.parametrize(
    "words", [("low", "mid", "high"), ("1", "2", "nan"), ("1", "2", "inf"), ("1", "2", "3+")]
)
def test_words_without_an_order_are_refused_with_the_flag_that_says_it(words) -> None:
    with pytest.raises(DataError, match="D170") as raised:
        posed(*words)
    assert raised.value.fix.startswith("--classes ") and words[-1] in raised.value.fix


def test_two_names_of_one_value_are_refused() -> None:
    with pytest.raises(DataError, match="D176"):
        posed("1", "1.0", "2")


def test_two_classes_have_no_order_and_three_have() -> None:
    with pytest.raises(DataError, match="D175") as raised:
        posed("1", "2", order=("2", "1"))
    assert raised.value.fix == "--task classification"
    assert posed("1", "2", "3") == ("1", "2", "3")


def test_the_order_is_told_before_anything_is_trained() -> None:
    found = with_task(from_memory(range(3), ["2", "10", "1"]), "ordinal")
    assert found.notes[0] == "classes in rising order: 1 < 2 < 10"
    many = with_task(from_memory(range(9), range(9)), "ordinal")
    assert many.notes[0].endswith("0 < 1 < 2 < 3 < 4 < 5 < 6 < … < 8")
