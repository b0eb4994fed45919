"""Records become examples: classes in the order in which people count, odd names told."""

import os
import unicodedata

import pytest
from places import kinds, labels, put

from headstart.data import find
from headstart.errors import DataError


def test_classes_and_files_come_in_the_order_in_which_people_count(tmp_path):
    found = find(put(tmp_path, "10/1.png", "2/10.png", "2/9.png", "B/1.png", "a/1.png"))
    assert found.examples.truth.names == ("2", "10", "a", "B")
    assert list(labels(found)) == ["2/9.png", "2/10.png", "10/1.png", "a/1.png", "B/1.png"]


def test_one_class_is_too_few(tmp_path):
    with pytest.raises(DataError, match=r"found 1 class, 'cat', need at least 2"):
        find(put(tmp_path, "cat/1.png"))


def test_nothing_at_all_is_no_examples(tmp_path):
    with pytest.raises(DataError) as caught:
        find(tmp_path)
    assert caught.value.code == "D103" and caught.value.exit_code == 3


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
