import pytest

from headstart.data import Columns
from headstart.data.column_settings import names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("  ", ()),
        ("low, mid,high", ("low", "mid", "high")),
        ('"so, so",b', ("so, so", "b")),
    ],
)
def test_names_stand_between_commas_outside_quotes(text: str, names: tuple[str, ...]) -> None:
    assert names_in(text) == names == Columns(classes=text).order


def test_columns_that_somebody_named_are_told_and_a_dash_names_none() -> None:
    assert Columns(label="kind", split="-", group="patient").given_names == ("kind", "patient")
