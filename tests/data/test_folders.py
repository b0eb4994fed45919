import os
import unicodedata

import pytest
from places import kinds, labels, put

from headstart.data import find
from headstart.errors import DataError

CLASSES = ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")


def test_each_folder_is_a_class_however_deep_its_files_lie(tmp_path):
    found = find(put(tmp_path, "cat/1.png", "cat/old/more/2.png", "dog/1.png"))
    assert found.layout == "class folders"
    assert labels(found) == {"cat/1.png": "cat", "cat/old/more/2.png": "cat", "dog/1.png": "dog"}
    assert found.examples.parts == ()


def test_classes_and_files_come_in_the_order_in_which_people_count(tmp_path):
    found = find(put(tmp_path, "10/1.png", "2/10.png", "2/9.png", "B/1.png", "a/1.png"))
    assert found.examples.truth.names == ("2", "10", "a", "B")
    assert list(labels(found)) == ["2/9.png", "2/10.png", "10/1.png", "a/1.png", "B/1.png"]


@pytest.mark.parametrize("name", ["val", "valid", "validation", "dev", "Val"])
def test_split_folders_keep_their_parts_whatever_val_is_called(tmp_path, name):
    names = [f"{part}/{file}" for part in ("train", name, "test") for file in CLASSES]
    found = find(put(tmp_path, *names))
    assert found.layout == "split folders" and found.examples.assigned_by == "folders"
    assert found.examples.truth.names == ("cat", "dog")
    parts = dict(zip(labels(found), found.examples.parts, strict=True))
    assert parts["train/cat/1.png"] == "train"
    assert parts[f"{name}/cat/1.png"] == "val"
    assert parts["test/dog/2.png"] == "test"


def test_a_class_called_train_is_a_class(tmp_path):
    found = find(put(tmp_path, "train/1.png", "bus/1.png", "tram/1.png"))
    assert found.examples.truth.names == ("bus", "train", "tram")
    deeper = find(put(tmp_path, "train/steam/2.png"))
    assert deeper.examples.truth.names == ("bus", "train", "tram") and not deeper.examples.parts


def test_hidden_and_junk_files_are_passed_over_and_told(tmp_path):
    put(tmp_path, *CLASSES, "cat/.DS_Store", "cat/Thumbs.db", "cat/.git/x.png", "cat/notes.txt")
    put(tmp_path, "__MACOSX/cat/1.png", ".cache/1.png", "stray.png")
    found = find(tmp_path)
    assert tuple(labels(found)) == CLASSES
    told = kinds(found)
    passed = ("cat/.DS_Store", "cat/Thumbs.db", "cat/.git", "cat/notes.txt", "__MACOSX", ".cache")
    assert {told.pop(name) for name in (*passed, "stray.png")} == {"ignored"}
    assert not told


def test_an_empty_class_is_told_and_left_out(tmp_path):
    put(tmp_path, *CLASSES)
    (tmp_path / "emu").mkdir()
    found = find(tmp_path)
    assert found.examples.truth.names == ("cat", "dog")
    assert kinds(found) == {"emu": "class"}


def test_one_class_is_too_few(tmp_path):
    with pytest.raises(DataError, match=r"found 1 class, 'cat', need at least 2"):
        find(put(tmp_path, "cat/1.png"))


def test_one_folder_too_high_names_the_folder_that_is_meant(tmp_path):
    with pytest.raises(DataError) as caught:
        find(put(tmp_path, *(f"photos/{name}" for name in CLASSES)))
    assert "headstart check" in caught.value.fix and "photos" in caught.value.fix


def test_nothing_at_all_is_no_examples(tmp_path):
    with pytest.raises(DataError) as caught:
        find(tmp_path)
    assert caught.value.code == "D103" and caught.value.exit_code == 3


def test_a_misspelled_path_gets_a_proposal(tmp_path):
    put(tmp_path / "photos", *CLASSES)
    with pytest.raises(DataError) as caught:
        find(tmp_path / "fotos")
    assert caught.value.code == "D102" and str(tmp_path / "photos") in caught.value.fix


def test_any_name_that_a_file_system_takes_is_read_and_shown_safely(tmp_path):
    stray = os.fsdecode(b"caf\xe9")
    put(tmp_path, "big cat/a b.png", "🐶/🎉.png", "two\nlines/x\ny.png", f"{stray}/{stray}.png")
    found = find(tmp_path)
    assert set(found.examples.truth.names) == {"big cat", "🐶", "two\nlines", r"caf\udce9"}
    assert len(found.examples) == 4 and all(path.is_file() for path in found.examples.sources)
    assert r"two\nlines/x\ny.png" in labels(found)
    assert kinds(found) == {r"caf\udce9": "label", r"caf\udce9/caf\udce9.png": "name"}


def test_classes_that_read_alike_are_told_and_kept_apart(tmp_path):
    one, other = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    found = find(put(tmp_path, f"{one}/1.png", f"{other}/1.png", "dog/1.png", "dog /1.png"))
    assert len(found.examples.truth.names) == 4
    alike = [problem for problem in found.problems if problem.code == "D141"]
    assert [problem.kind for problem in alike] == ["label", "label"]
    assert {problem.name for problem in alike} <= {one, other, "dog", "dog "}


def test_a_folder_that_holds_only_an_archive_says_to_give_that(tmp_path):
    (tmp_path / "photos.zip").write_bytes(b"PK")
    with pytest.raises(DataError) as caught:
        find(tmp_path)
    assert caught.value.fix == f"headstart check {tmp_path}/photos.zip"
    (tmp_path / "more.tar").write_bytes(b"")
    with pytest.raises(DataError, match="D103") as caught:
        find(tmp_path)
    assert "unpack these archives" in caught.value.fix
