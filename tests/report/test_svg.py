import pytest

from headstart.report.svg import anchor_of, dot, number, svg, text_at


@pytest.mark.parametrize(
    ("place", "anchor"), [(3.9, "start"), (4.0, "middle"), (96.0, "middle"), (96.1, "end")]
)
def test_text_at_an_end_leans_inward(place: float, anchor: str) -> None:
    assert anchor_of(place) == anchor


def test_words_are_escaped() -> None:
    drawn = svg(text_at(1.0, "2", "<script>", "start"), dot(1.0, 2.0, 3.0, "x", "a & b"), kind="k")
    assert "<script>" not in drawn and "&lt;script&gt;" in drawn and "a &amp; b" in drawn


def test_a_drawing_without_a_label_is_hidden_from_readers_of_the_screen() -> None:
    assert 'aria-hidden="true"' in svg(kind="k")
    assert 'aria-label="one &lt; two"' in svg(kind="k", label="one < two")


def test_numbers_have_two_digits_at_most() -> None:
    assert (number(1.0), number(1.005), number(12.3456)) == ("1", "1", "12.35")
