import json

import pytest
from places import labels, put

from headstart.data import Columns, find
from headstart.errors import DataError


@pytest.fixture
def place(tmp_path):
    return put(tmp_path, "a.png", "b.png", "c.png", "d.png")


def table(place, text):
    path = place / "table.csv"
    path.write_text(text)
    return path


ROWS = ("a.png,cat", "b.png,cat", "c.png,dog", "d.png,dog")
TOLD = {"a.png": "cat", "b.png": "cat", "c.png": "dog", "d.png": "dog"}


def rows(head, *further):
    lines = [",".join(pair) for pair in zip(ROWS, *further, strict=True)]
    return "\n".join([head, *lines])


@pytest.mark.parametrize("head", ["path,label", "Image Path,Diagnosis", "filename,class", "id,y"])
def test_usual_names_are_guessed_and_the_guess_is_told(place, head):
    found = find(table(place, rows(head)))
    assert labels(found) == TOLD
    first, second = head.split(",")
    assert f"guessed path = {first}, label = {second}" in found.notes[0]


def test_what_the_cells_say_helps_where_the_names_do_not(place):
    assert labels(find(table(place, rows("foo,bar")))) == TOLD


def test_a_column_of_ids_loses_against_one_that_names_files(place):
    path = table(place, "id,file,label\n7,a.png,cat\n8,b.png,cat\n9,c.png,dog\n")
    assert labels(find(path)) == {"a.png": "cat", "b.png": "cat", "c.png": "dog"}


def test_a_column_that_is_named_wins_over_a_likelier_one(place):
    path = table(place, rows("path,label,mood", ("calm", "wild", "calm", "wild")))
    found = find(path, Columns(label="MOOD"))
    assert found.examples.truth.names == ("calm", "wild")
    assert labels(found)["b.png"] == "wild"


def test_split_and_group_are_guessed_by_name_and_cells(place):
    text = rows("path,label,patient,set", ("p", "p", "q", "q"), ("train", "dev", "train", "test"))
    found = find(table(place, text))
    assert found.examples.groups == ("p", "p", "q", "q")
    assert found.examples.parts == ("train", "val", "train", "test")
    assert found.examples.assigned_by == "column set"


def test_a_dash_switches_a_guess_off(place):
    text = rows("path,label,patient,set", ("p", "p", "q", "q"), ("train", "dev", "train", "test"))
    found = find(table(place, text), Columns(path="path", split="-", group="-"))
    assert found.examples.groups == () and found.examples.parts == ()


@pytest.mark.parametrize(("second", "told"), [("p", True), ("q", False)])
def test_a_group_column_that_holds_one_group_is_told(place, second: str, told: bool) -> None:
    text = rows("path,label,patient", ("p", "p", second, second))
    found = find(table(place, text))
    assert any("patient says the same of every row" in note for note in found.notes) == told
    assert (found.examples.groups == ()) == told


def test_columns_that_only_sound_like_split_or_group_are_not_taken(place):
    text = rows("path,label,patient,set", tuple("wxyz"), ("1", "2", "1", "2"))
    found = find(table(place, text))
    assert found.examples.groups == () and found.examples.parts == ()


def test_a_split_that_was_named_must_hold_parts(place):
    path = table(place, rows("path,label,set", ("train", "holdout", "train", "test")))
    with pytest.raises(DataError) as caught:
        find(path, Columns(split="set"))
    assert caught.value.code == "D116" and "'holdout'" in caught.value.what


def test_a_column_that_is_not_there_lists_those_that_are(place):
    with pytest.raises(DataError) as caught:
        find(table(place, rows("path,label")), Columns(label="breed"))
    assert caught.value.code == "D108" and "path, label" in caught.value.fix


def test_two_columns_of_one_name_are_refused(place):
    path = table(place, rows("path,label,label", ("x", "y", "x", "y")))
    with pytest.raises(DataError) as caught:
        find(path)
    assert caught.value.code == "D109"


def test_no_clear_label_asks_for_one(place):
    path = table(place, rows("path,foo,bar", ("x", "y", "x", "y")))
    with pytest.raises(DataError) as caught:
        find(path)
    assert caught.value.code == "D107" and "--label COLUMN" in caught.value.fix


def test_a_table_without_names_on_top_loses_no_row(place):
    found = find(table(place, "\n".join(ROWS)))
    assert len(found.examples) == len(ROWS)
    assert any("the first line is an example" in note for note in found.notes)


def test_a_column_of_addresses_is_named_and_not_opened(place):
    text = "url,label\n" + "".join(f"https://example.org/{i}.jpg,{'xy'[i % 2]}\n" for i in range(4))
    with pytest.raises(DataError, match="holds addresses") as caught:
        find(table(place, text))
    assert caught.value.code == "D320"


def test_a_column_that_there_is_not_names_the_nearest(place):
    with pytest.raises(DataError, match="D108") as caught:
        find(table(place, rows("path,label,bar", ("x", "y", "x", "y"))), Columns(label="labl"))
    assert caught.value.fix.startswith("did you mean label?")


@pytest.mark.parametrize(("task", "source"), [("text-to-text", "src"), ("", "sentence1")])
def test_a_text_to_write_from_is_one_whatever_pairs_there_are(tmp_path, task, source):
    head = "sentence1,sentence2,src,target"
    lines = [f"one cat sat {i},two dogs ran {i},old red house {i},new text {i}" for i in range(4)]
    (tmp_path / "t.csv").write_text("\n".join([head, *lines]))
    found = find(tmp_path / "t.csv", Columns(task=task))
    assert any(f"text = {source}" in note for note in found.notes)


def test_words_to_be_tagged_are_of_one_text_whatever_pairs_there_are(tmp_path):
    rows = [
        {"text1": "a b", "text2": "c d", "tokens": ["x", str(i)], "tags": ["O", "BI"[i % 2]]}
        for i in range(4)
    ]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = find(tmp_path / "t.jsonl", Columns(task="entities"))
    assert any("text = tokens" in note for note in found.notes)


def test_what_is_said_is_in_the_column_that_is_called_so(tmp_path):
    put(tmp_path, "1.wav", "2.wav")
    (tmp_path / "t.csv").write_text("path,transcript,tags\n1.wav,one two,a\n2.wav,two,b\n")
    found = find(tmp_path / "t.csv", Columns(task="transcribe"))
    assert any("label = transcript" in note for note in found.notes)


def test_a_text_that_is_continued_is_its_own_label(tmp_path):
    lines = [f"once upon a time {i},{i}" for i in range(4)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *lines]))
    found = find(tmp_path / "t.csv", Columns(task="generation"))
    assert any("label = text, text = text" in note for note in found.notes)


@pytest.mark.parametrize(
    "name", ["etiqueta", "Klasse", "catégorie", "标签", "is_duplicate", "Score", "stars"]
)
def test_a_label_is_known_by_many_words(tmp_path, name) -> None:
    head, row = f"id,text,when,{name}", "{0},words of text {0},{1},{2}"
    lines = [head, *(row.format(i, i + 3, "ab"[i % 2]) for i in range(6))]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    assert any(f"label = {name}" in note for note in find(tmp_path / "t.csv").notes)


def test_a_score_is_no_label_where_another_column_may_be(tmp_path) -> None:
    lines = [f"words of text {i},{i % 3},{'yes' if i % 2 else 'no'}" for i in range(6)]
    (tmp_path / "t.csv").write_text("\n".join(["review,score,helpful", *lines]))
    with pytest.raises(DataError, match="D107") as refused:
        find(tmp_path / "t.csv")
    assert "helpful" in refused.value.why


def test_a_score_beside_files_is_no_label(place):
    head = rows("path,score,other", ("1", "2", "1", "2"))
    with pytest.raises(DataError, match="D107"):
        find(table(place, head))
