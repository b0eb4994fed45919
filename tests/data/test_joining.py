import pytest
from places import kinds, put

from headstart.data import Columns, find
from headstart.errors import DataError


def test_a_table_beside_class_folders_gives_groups_when_asked(tmp_path):
    put(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")
    text = "file,patient,set\ncat/1.png,p,train\ncat/2.png,q,test\ndog/1.png,p,train\n"
    (tmp_path / "about.csv").write_text(text)
    unasked = find(tmp_path)
    assert unasked.examples.groups == () and "about.csv" in unasked.notes[0]
    found = find(tmp_path, Columns(group="patient"))
    assert found.examples.groups == ("p", "q", "p", "")
    assert "1 file is not in about.csv" in found.notes
    both = find(tmp_path, Columns(group="patient", split="set"))
    assert both.examples.parts == ("train", "test", "train")
    assert kinds(both) == {"dog/2.png": "ignored"}


def test_no_table_beside_the_folders_with_that_column_is_an_error(tmp_path):
    put(tmp_path, "cat/1.png", "dog/1.png")
    with pytest.raises(DataError) as caught:
        find(tmp_path, Columns(group="patient"))
    assert caught.value.code == "D161" and "patient" in caught.value.what


def test_a_table_that_names_the_label_replaces_the_folders(tmp_path):
    put(tmp_path, "cat/1.png", "dog/1.png")
    (tmp_path / "t.csv").write_text("path,mood\ncat/1.png,calm\ndog/1.png,wild\n")
    found = find(tmp_path, Columns(label="mood"))
    assert found.layout == "table" and found.examples.truth.names == ("calm", "wild")


def test_split_folders_keep_their_parts_beside_a_group(tmp_path):
    names = ["train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png"]
    put(tmp_path, *names)
    (tmp_path / "t.csv").write_text("path,who\n" + "".join(f"{n},p{n[1]}\n" for n in names))
    found = find(tmp_path, Columns(group="who"))
    assert found.examples.assigned_by == "folders"
    assert sorted(found.examples.parts) == ["test", "test", "train", "train"]
    pairs = set(zip(found.examples.parts, found.examples.groups, strict=True))
    assert pairs == {("train", "pr"), ("test", "pe")}


def test_the_columns_may_be_written_in_any_case_and_spelling(tmp_path):
    put(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png")
    (tmp_path / "t.csv").write_text("path,Patient ID\ncat/1.png,p\ncat/2.png,p\ndog/1.png,q\n")
    for name in ("Patient ID", "patient id", "patient_id"):
        assert find(tmp_path, Columns(group=name)).examples.groups == ("p", "p", "q")
