import json

import pytest

from headstart.data import Columns, find, with_task
from headstart.data.label_cells import many_in, separator_of, split_by, with_tags
from headstart.data.tables import Sheet


def read(path, task=""):
    found = with_task(find(path, Columns(task=task)), task)
    examples = found.examples
    return examples.kind, [examples.truth.written(i) for i in range(len(examples))], found.notes


def table(tmp_path, labels, quote=True):
    rows = [f'words of row {i},"{label}"' for i, label in enumerate(labels)]
    (tmp_path / "t.csv").write_text("\n".join(["text,labels", *rows]) + "\n")
    return tmp_path / "t.csv"


def lines(tmp_path, labels, **more):
    rows = [{"text": f"words of row {i}", "labels": label} for i, label in enumerate(labels)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path / "t.jsonl"


@pytest.mark.parametrize("mark", [", ", ",", ";", " | ", "/", " + ", " & "])
def test_tags_that_are_asked_for_are_parted_by_any_mark(tmp_path, mark):
    labels = [mark.join(tags) for tags in (["a", "b"], ["b"], [], ["c", "a"], ["a", "b", "c"])]
    kind, written, _ = read(table(tmp_path, labels), "multilabel")
    assert kind == "multilabel" and written == ["a;b", "b", "", "c;a", "a;b;c"]


@pytest.mark.parametrize(
    ("labels", "marks"),
    [
        (["a, b", "b; a", "a"], ";|,"),
        (["salt, pepper; oil", "oil", "salt, pepper"], ";|"),
        (["a b", "c"], ";|"),
    ],
)
def test_marks_are_those_that_leave_the_fewest_tags(labels, marks):
    assert separator_of(labels) == marks


def test_tags_come_once_each():
    assert split_by("a, b,a,", ",") == ["a", "b"]


@pytest.mark.parametrize(
    "form",
    [
        lambda tags: str(tags).replace('"', "'"),
        lambda tags: json.dumps(tags).replace('"', '""'),
        lambda tags: "[" + " ".join(f"'{tag}'" for tag in tags) + "]",
        lambda tags: "{" + ",".join(tags) + "}",
        lambda tags: "[" + ", ".join(tags) + "]",
        lambda tags: "(" + "".join(f"'{tag}', " for tag in tags) + ")",
    ],
)
def test_printed_lists_are_lists(tmp_path, form):
    tags = [["price", "food"], [], ["food"], ["staff", "price"]]
    kind, written, notes = read(table(tmp_path, map(form, tags)))
    assert kind == "multilabel" and written == [";".join(some) for some in tags]
    assert any("lists" in note for note in notes)


def test_a_text_that_begins_with_a_bracket_is_no_list(tmp_path):
    labels = ["[sic] good", "bad", "[sic] good", "bad"]
    assert read(table(tmp_path, labels))[:2] == ("classification", labels)


def test_a_tag_may_hold_a_mark(tmp_path):
    kind, written, _ = read(lines(tmp_path, [["a;b", "c"], ["c"], ["a;b"], []]))
    assert kind == "multilabel" and len({*written}) == 4
    truth = with_task(find(tmp_path / "t.jsonl")).examples.truth
    assert truth.names == ("a;b", "c")


@pytest.mark.parametrize("one", [1, 1.0, True])
def test_rows_of_zeros_and_ones_are_tags_by_place(tmp_path, one):
    zero = type(one)(0)
    rows = [[one, zero, zero], [zero, one, one], [zero, zero, zero], [one, one, zero]]
    kind, written, notes = read(lines(tmp_path, rows))
    assert kind == "multilabel" and written == ["0", "1;2", "", "0;1"]
    assert any("zeros and ones" in note for note in notes)


def test_rows_with_one_one_each_are_classes(tmp_path):
    kind, written, _ = read(lines(tmp_path, [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]))
    assert kind == "classification" and written == ["0", "1", "2", "0"]


@pytest.mark.parametrize("start", ["", "is_", "label."])
def test_columns_of_zeros_and_ones_are_tags(tmp_path, start):
    head = f"text,{start}toxic,{start}rude,{start}threat"
    rows = ["a b c,1,0,0", "d e f,1,1,0", "g h i,0,0,0", "j k l,0,0,1"]
    (tmp_path / "t.csv").write_text("\n".join([head, *rows]) + "\n")
    kind, written, notes = read(tmp_path / "t.csv")
    assert kind == "multilabel" and written == ["toxic", "toxic;rude", "", "threat"]
    assert any("taken for tags" in note for note in notes)


def test_one_column_of_zeros_and_ones_is_the_label(tmp_path):
    (tmp_path / "t.csv").write_text("text,good\na b c,1\nd e f,0\ng h i,1\n")
    assert read(tmp_path / "t.csv")[:2] == ("classification", ["1", "0", "1"])


def test_hashtags_with_spaces_between_are_tags_and_words_are_not():
    tagged = {"#red": 5, "#red #old": 3, "#old": 4, "#red #big": 3, "#big #old": 2, "#big": 2}
    tagged["#red #big #old"] = 2
    assert many_in(tagged) == (" ", ("#red", "#old", "#big"))
    assert many_in({label.replace("#", ""): n for label, n in tagged.items()}) == ("", ())


def test_columns_of_yes_and_no_are_tags():
    rows = tuple((i, (f"text {i}", "yes" if i % 2 else "no", "no")) for i in range(6))
    made = with_tags(Sheet("t", ("text", "red", "old"), rows), Columns())
    assert made.columns == ("text", "tags") and made.rows[1][1][1] == ["red"]
    assert "yes and no" in made.notes[0]


@pytest.mark.parametrize("task", ["classification", "balanced"])
def test_classes_that_are_asked_for_are_whole_lists(tmp_path, task) -> None:
    kind, written, notes = read(lines(tmp_path, ["['red', 'round']", "['red']"]), task)
    assert (kind, written) == (task, ["red;round", "red"])
    assert any("lists as a program prints them" in note for note in notes)
