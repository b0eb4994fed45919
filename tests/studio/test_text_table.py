"""The table of texts."""

import pytest

from headstart.data import find
from headstart.serve import Refusal
from headstart.studio.text_table import TextTable, key_of


def test_texts_are_added_once_and_read_by_the_reader_of_all_commands(tmp_path) -> None:
    table = TextTable(tmp_path / "texts.csv")
    assert table.add(["good", " good ", 'so, "so"\nthen', ""], "yes") == 2
    assert table.add(["bad", "good"], "no") == 2 and table.add(["bad"], "no") == 0
    found = find(tmp_path).examples
    assert [found.truth.written(row) for row in range(4)] == ["yes", "yes", "no", "no"]
    assert found.sources[1].content == 'so, "so"\nthen'


def test_rows_are_taken_out_and_classes_renamed(tmp_path) -> None:
    table = TextTable(tmp_path / "texts.csv")
    table.add(["one", "two"], "a")
    assert table.take_out("b", [key_of("one")]) == []
    assert table.take_out("a", [key_of("one")]) == [("one", "a")]
    table.rename("a", "c")
    assert table.rows() == [("two", "c")]


@pytest.mark.parametrize("text", ["text,label,s\na,b,3\n", "label,text\n", "x", "text,label\na\n"])
def test_a_table_that_somebody_else_made_is_not_touched(tmp_path, text) -> None:
    (tmp_path / "texts.csv").write_text(text)
    with pytest.raises(Refusal, match="H603"):
        TextTable(tmp_path / "texts.csv").add(["new"], "a")
    assert (tmp_path / "texts.csv").read_text() == text
