import json

import pytest

from headstart.data import Columns, find, with_task
from headstart.errors import DataError


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
    "form",
    [
        lambda tags: str(tags).replace('"', "'"),
        lambda tags: json.dumps(tags).replace('"', '""'),
        lambda tags: "[" + " ".join(f"'{tag}'" for tag in tags) + "]",
        lambda tags: "{" + ",".join(tags) + "}",
        lambda tags: "[" + ", ".join(tags) + "]",
        lambda tags: "(" + "".join(f"'{tag}', " for tag in tags) + ")",
        lambda tags: "['" + "; ".join(tags) + "']" if tags else "[]",
    ],
)
def test_printed_lists_are_lists(tmp_path, form):
    tags = [["price", "food"], [], ["food"], ["staff", "price"]]
    kind, written, notes = read(table(tmp_path, map(form, tags)))
    assert kind == "multilabel" and written == [";".join(some) for some in tags]
    assert any("lists" in note for note in notes)


@pytest.mark.parametrize("labels", [["[sic] good", "bad"] * 2, ["<pos>", "<neg>"] * 2])
def test_a_label_that_only_looks_like_a_list_is_a_class(tmp_path, labels):
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


@pytest.mark.parametrize("task", ["classification", "balanced"])
def test_classes_that_are_asked_for_are_whole_lists(tmp_path, task) -> None:
    kind, written, notes = read(lines(tmp_path, ["['red', 'round']", "['red']"]), task)
    assert (kind, written) == (task, ["red;round", "red"])
    assert any("lists as a program prints them" in note for note in notes)


@pytest.mark.parametrize(
    "written",
    [
        *("{'a', 'b'}", "frozenset({'b', 'a'})", "array(['a', 'b'], dtype=object)"),
        *("Index(['a', 'b'], dtype='object')", "[‘a’, ‘b’]", "(a, b)"),
    ],
)
@pytest.mark.parametrize("none", ["set()", "[]", "None", "nan"])
def test_lists_are_read_as_programs_print_them(tmp_path, written, none):
    kind, tags, _ = read(table(tmp_path, [written, none, "['a']", written]))
    assert kind == "multilabel" and [{*one.split(";")} for one in tags[::3]] == [{"a", "b"}] * 2
    assert tags[1:3] == ["", "a"]


@pytest.mark.parametrize(
    "written", ["0 1 1", "0,1,1", "0;1;1", "0|1|1", "[0. 1. 1.]", "tensor([0, 1, 1])"]
)
def test_zeros_and_ones_that_are_written_are_tags_by_place(tmp_path, written):
    kind, tags, notes = read(table(tmp_path, [written, written.replace("1", "0"), written]))
    assert kind == "multilabel" and tags == ["1;2", "", "1;2"]
    assert any("rows of 3 zeros and ones" in note for note in notes)


def test_digits_in_a_row_are_tags_only_where_these_are_asked_for(tmp_path):
    place = table(tmp_path, ["011", "000", "110", "100"])
    assert read(place, "multilabel")[1] == ["1;2", "", "0;1", "0"]
    kind, _, notes = read(place)
    assert kind == "classification" and any("look like rows of tags" in n for n in notes)


def test_examples_without_tags_are_kept_where_the_others_have_lists(tmp_path):
    kind, tags, _ = read(table(tmp_path, ["a;b", "", "b;a", "a"]))
    assert kind == "multilabel" and tags == ["a;b", "", "b;a", "a"]


def test_lists_as_r_prints_them_are_lists(tmp_path):
    written = ['c(""a"", ""b"")', "character(0)", 'c(""a"")', 'c(""b"", ""a"")']
    kind, tags, _ = read(table(tmp_path, written))
    assert kind == "multilabel" and tags == ["a;b", "", "a", "b;a"]


def test_lists_of_one_each_are_classes(tmp_path):
    kind, classes, notes = read(table(tmp_path, ["[good]", "[bad]", "[good]", "[bad]"]))
    assert kind == "classification" and classes == ["good", "bad"] * 2
    assert any("lists of one each" in note for note in notes)


def test_a_mark_within_the_only_string_of_lists_is_told(tmp_path):
    _, tags, notes = read(table(tmp_path, ["['a; b']", "['b']", "['a; b; c']"]))
    assert tags == ["a;b", "b", "a;b;c"]
    assert any("with ';' and '|' between tags" in note for note in notes)


@pytest.mark.parametrize("written", [lambda cell: cell, str])
def test_a_list_in_a_list_is_read_and_several_are_refused_by_their_column(tmp_path, written):
    labels = [[["good"]], [["bad"]], [["good"]], [["bad"]]]
    kind, found, _ = read(lines(tmp_path, list(map(written, labels))))
    assert kind == "classification" and found == ["good", "bad", "good", "bad"]
    for several in ([["good"], ["bad"]], [["good"], "bad"], ["bad", ["good"]]):
        with pytest.raises(DataError, match="lists of lists") as refused:
            read(lines(tmp_path, list(map(written, [*labels, several]))))
        assert refused.value.code == "D409" and refused.value.where == "t.jsonl, column labels"


def test_tags_in_lists_of_one_list_are_tags(tmp_path):
    kind, found, notes = read(lines(tmp_path, [[["a", "b"]], [["b"]], [], [["a"]], [["b", "a"]]]))
    assert kind == "multilabel" and found == ["a;b", "b", "", "a", "b;a"]
    assert any("holds lists in lists: the inner ones are taken" in note for note in notes)
