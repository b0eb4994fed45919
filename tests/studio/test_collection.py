"""The folder: what lies in it, and every change."""

import pytest
from boards import fill

from headstart.data.corrections import Correction, correct
from headstart.serve import Refusal
from headstart.studio.collection import Collection


def test_classes_are_folders_and_examples_their_files_wherever_they_came_from(tmp_path) -> None:
    fill(tmp_path, 2)
    (tmp_path / "a" / "deep").mkdir()
    (tmp_path / "a" / "deep" / "x.png").write_bytes(b"x")
    (tmp_path / "a" / ".DS_Store").write_bytes(b"")
    (tmp_path / ".removed" / "c").mkdir(parents=True)
    listing = Collection(tmp_path).listing()
    assert [item.key for item in listing.classes["a"]] == ["0.jpg", "1.jpg", "deep/x.png"]
    assert list(listing.classes) == ["a", "b"] and listing.kind == "image"


def test_the_digest_changes_with_what_training_could_see_and_with_nothing_else(tmp_path) -> None:
    one = Collection(fill(tmp_path))
    first = one.listing().digest
    one.paint("a", 3)
    one.note(stopped="x")
    assert one.listing().digest == first
    correct(tmp_path, [Correction("a/0.jpg")])
    second = one.listing().digest
    (tmp_path / "a" / "9.jpg").write_bytes(b"9")
    assert len({first, second, one.listing().digest}) == 3


def test_what_is_left_out_counts_not_and_a_recording_once(tmp_path) -> None:
    fill(tmp_path, 3)
    for number in range(4):
        (tmp_path / "a" / f"burst-00000001-{number}.jpg").write_bytes(b"x%d" % number)
    correct(tmp_path, [Correction("b/0.jpg")])
    assert Collection(tmp_path).listing().units == {"a": 4, "b": 2}


def test_a_class_is_made_renamed_and_moved_away_with_all_in_it(tmp_path) -> None:
    one = Collection(fill(tmp_path, 1))
    assert one.add_class(" new ") == "new" and (tmp_path / "new").is_dir()
    assert one.rename_class("a", "other") == "other"
    assert (tmp_path / "other" / "0.jpg").read_bytes() == b"a0"
    one.remove_class("other")
    assert (tmp_path / ".removed" / "other" / "0.jpg").read_bytes() == b"a0"
    assert list(one.listing().classes) == ["b", "new"]


@pytest.mark.parametrize("name", ["b", "B", "texts.csv"])
def test_a_name_that_is_taken_is_refused_and_nothing_is_renamed(tmp_path, name) -> None:
    one = Collection(fill(tmp_path, 1))
    (tmp_path / "texts.csv").write_text("")
    with pytest.raises(Refusal, match="H606"):
        one.rename_class("a", name)
    assert list(one.listing().classes) == ["a", "b"]


def test_the_case_of_a_name_can_be_changed_and_its_color_goes_with_it(tmp_path) -> None:
    one = Collection(fill(tmp_path, 1))
    one.paint("a", 5)
    one.rename_class("a", "A")
    assert one.notes.colors == {"A": 5}


def test_removed_examples_move_and_none_is_lost_where_names_come_twice(tmp_path) -> None:
    one = Collection(fill(tmp_path, 1))
    for content in (b"1", b"2"):
        (tmp_path / "a" / "0.jpg").write_bytes(content)
        assert one.remove("a", ["0.jpg"]) == 1
    kept = (tmp_path / ".removed" / "a").iterdir()
    assert sorted(path.read_bytes() for path in kept) == [b"1", b"2"]


@pytest.mark.parametrize("key", ["../b/0.jpg", "/etc/passwd", "nix.jpg", "", ".", "..\\x"])
def test_no_path_that_is_not_listed_is_touched(tmp_path, key) -> None:
    one = Collection(fill(tmp_path, 1))
    for do in (one.path_of, lambda label, key: one.remove(label, [key])):
        with pytest.raises(Refusal, match="H604"):
            do("a", key)
    with pytest.raises(Refusal, match="H605"):
        one.remove_class("../a")


def test_texts_are_classes_too_once_they_are_chosen(tmp_path) -> None:
    one = Collection(tmp_path)
    one.choose("text")
    before = one.listing().digest
    one.add_class("good")
    assert one.listing().digest != before, "or the page would not show it"
    one.add_class("bad")
    assert one.type_in("good", ["fine", "great"]) == 2
    assert {k: len(v) for k, v in one.listing().classes.items()} == {"good": 2, "bad": 0}
    one.rename_class("good", "best")
    one.remove("best", [one.listing().classes["best"][0].key])
    assert [item.text for item in one.listing().classes["best"]] == ["great"]
    one.remove_class("best")
    assert list(one.listing().classes) == ["bad"]
    assert "fine,best" in (tmp_path / ".removed" / "texts.csv").read_text()


def test_what_the_folder_holds_is_not_changed_once_it_holds_something(tmp_path) -> None:
    one = Collection(fill(tmp_path, 1))
    with pytest.raises(Refusal, match="H617"):
        one.choose("text")
    with pytest.raises(Refusal, match="H618"):
        one.type_in("a", ["x"])
