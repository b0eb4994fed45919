"""Parts of recordings that rows of a table name."""

import pytest

from headstart.data.spans import span_of


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        ("0", "0.5", (0.0, 0.5)),
        (1, 1.25, (1.0, 1.25)),
        ("1", "1", None),
        ("-0.1", "1", None),
        ("nan", "1", None),
        ("0", "inf", None),
        ("", "1", None),
        (None, "1", None),
    ],
)
def test_a_part_begins_at_or_after_0_and_ends_later(start, end, span) -> None:
    assert span_of(start, end) == span
