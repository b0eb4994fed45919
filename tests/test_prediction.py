import pytest

from headstart.errors import DataError
from headstart.prediction import Prediction, joined, unanswered


def test_a_thing_without_an_answer_says_why():
    found = unanswered(DataError("D122", "it stops", "copy it", why="8 of 9 bytes"))
    assert found.error == "D122 it stops: 8 of 9 bytes"
    assert (found.label, found.sure, found.probability) == ("", False, 0.0)


def test_parts_of_a_recording_are_one_text_that_is_sure_where_all_are():
    parts = [Prediction("a", {}, True, 0.9), Prediction("", {}, True, 0.7)]
    whole = joined([*parts, Prediction("b", {}, False, 0.2)])
    assert whole.label == "a b" and not whole.sure
    assert whole.probability == pytest.approx(0.6)
    assert joined(parts).sure and joined(parts[:1]) is parts[0]
