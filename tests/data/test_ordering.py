"""Classes in the order that somebody says."""

import pytest

from headstart.data import Columns, from_memory
from headstart.data.column_settings import names_in
from headstart.data.ordering import in_order
from headstart.errors import DataError

FOUND = from_memory(range(4), ["low", "so, so", "high", "low"])


def test_labels_follow_their_classes() -> None:
    examples = in_order(FOUND, ("low", "so, so", "high")).examples
    assert examples.truth.names == ("low", "so, so", "high")
    assert tuple(examples.truth.indexes) == (0, 1, 2, 0)


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (("low", "high"), 'not named: "so, so"'),
        (("low", "so, so", "high", "top"), "of no example: top"),
        (("low", "so, so", "high", "low"), "named twice: low"),
    ],
)
def test_an_order_names_each_class_once(order: tuple[str, ...], why: str) -> None:
    with pytest.raises(DataError, match="D169") as raised:
        in_order(FOUND, order)
    assert raised.value.why == why and '--classes high,low,"so, so"' in raised.value.fix


def test_names_stand_between_commas() -> None:
    assert names_in('low, "so, so" ,high') == ("low", "so, so", "high")
    assert names_in("") == ()
    assert Columns(classes=("b", "a")).order == Columns(classes="b,a").order == ("b", "a")
