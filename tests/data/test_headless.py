"""Tables without names on top."""

from pathlib import Path

import pytest
from places import put

from headstart.data import Columns, find, with_task
from headstart.errors import DataError

WORDS = "a text of words"


def table(folder: Path, lines: list[str], name: str = "t.csv") -> Path:
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        ([f"{'xy'[i % 2]},{WORDS} {i}" for i in range(6)], "label = column 1, text = column 2"),
        ([f"{i % 2},{WORDS} {i}" for i in range(6)], "label = column 1, text = column 2"),
        ([f"{i}.25,{WORDS} {i}" for i in range(6)], "label = column 1, text = column 2"),
        (
            [f"4,{i},user{i},{WORDS} {i}" for i in range(3)]
            + [f"0,{i},user{i},{WORDS} {i}" for i in range(3, 6)],
            "label = column 1, text = column 4",
        ),
    ],
)
def test_the_first_line_is_an_example_and_columns_are_numbered(tmp_path, lines, columns) -> None:
    found = find(table(tmp_path, lines))
    assert len(found.examples) == len(lines)
    assert found.examples.sources[0].name == "t.csv, row 1"
    assert any("the first line is an example" in note for note in found.notes)
    assert any(f"guessed {columns}" in note for note in found.notes)


def test_a_file_on_top_is_an_example_too(tmp_path) -> None:
    put(tmp_path, *(f"{i}.png" for i in range(4)))
    found = find(table(tmp_path, [f"{i}.png,{'xy'[i % 2]}" for i in range(4)]))
    assert [found.examples.truth.written(i) for i in range(4)] == ["x", "y", "x", "y"]


@pytest.mark.parametrize(
    "head",
    [
        "words,kind",
        "what people wrote to us,kind",
        "x,y",
        "2019,2020",
        "text,a",
        "what people wrote to us,label",
        "all of the text written,2024",
    ],
)
def test_names_are_names_where_nothing_says_otherwise(tmp_path, head) -> None:
    lines = [f"{WORDS} {i},{'ab'[i % 2]}" for i in range(6)]
    assert len(find(table(tmp_path, [head, *lines])).examples) == 6


def test_a_text_of_three_words_on_top_is_no_example(tmp_path) -> None:
    lines = [f"{WORDS} {i},{'ab'[i % 2]}" for i in range(6)]
    assert len(find(table(tmp_path, ["three words only,a", *lines])).examples) == 6
    assert len(find(table(tmp_path, ["four words are here,a", *lines])).examples) == 7


def test_numbered_columns_can_be_named(tmp_path) -> None:
    lines = [f"{1 + i % 2},{WORDS} {i},{WORDS} that is longer {i}" for i in range(6)]
    place = table(tmp_path, lines)
    with pytest.raises(DataError, match="D107") as refused:
        find(place)
    assert refused.value.fix.startswith('--text "column 3" --label "column 1"')
    found = find(place, Columns(text="column 3", label="column 1"))
    assert len(found.examples) == 6


def test_lines_of_fasttext_are_labels_and_texts(tmp_path) -> None:
    lines = [f"__label__{'ab'[i % 2]} {WORDS} {i}" for i in range(6)]
    found = find(table(tmp_path, lines, "t.txt"))
    assert [found.examples.truth.written(i) for i in range(2)] == ["a", "b"]
    assert len(found.examples) == 6
    both = [f"__label__a __label__{'bc'[i % 2]} {WORDS} {i}" for i in range(6)]
    many = with_task(find(table(tmp_path, both, "both.txt")), "multilabel")
    assert many.examples.truth.names == ("a", "b", "c")


def test_a_list_of_paths_and_labels_needs_no_separator(tmp_path) -> None:
    put(tmp_path, *(f"my {i}.png" for i in range(4)))
    found = find(table(tmp_path, [f"my {i}.png  {i % 2}" for i in range(4)], "train.txt"))
    assert [found.examples.truth.written(i) for i in range(4)] == ["0", "1", "0", "1"]
    with pytest.raises(DataError, match="D107"):
        find(table(tmp_path, [f"other {i}.png {i % 2}" for i in range(4)], "none.txt"))


def test_a_table_a_part_may_have_no_names_either(tmp_path) -> None:
    for name in ("train.csv", "test.csv"):
        table(tmp_path, [f"{'xy'[i % 2]},{WORDS} {name} {i}" for i in range(6)], name)
    found = find(tmp_path)
    assert found.examples.parts == ("test",) * 6 + ("train",) * 6


def test_a_number_far_from_those_below_is_a_name(tmp_path) -> None:
    for head, count in (("5", 7), ("6", 6), ("-1", 7), ("-2", 6)):
        lines = [f"{WORDS} {i},{1 + i % 3}" for i in range(6)]
        assert len(find(table(tmp_path, [f"the text is here,{head}", *lines])).examples) == count


def test_a_name_that_somebody_gave_is_one(tmp_path) -> None:
    lines = [f"{WORDS} {i},{'spam' if i % 2 else 'ham'}" for i in range(6)]
    place = table(tmp_path, ["what people wrote to us,spam", *lines])
    assert len(find(place, Columns(label="spam")).examples) == 6
