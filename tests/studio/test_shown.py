"""What is shown of classes, examples and what is odd about them."""

import pytest
from boards import apart, fill  # noqa: F401

from headstart.data import find
from headstart.data.corrections import Correction, correct
from headstart.studio import shown
from headstart.studio.collection import Collection

LINES = "name,label,looks like,belief in the label\n"


@pytest.fixture
def root(tmp_path):
    return fill(tmp_path / "data", 3)


@pytest.fixture
def run(tmp_path):
    def make(lines: str):
        (tmp_path / "suspects.csv").write_text(LINES + lines)
        return tmp_path

    return make


def doubted(root, run):
    return shown.findings(Collection(root).listing(), (), run)


def test_a_class_says_what_it_holds_and_changes_when_that_is_moved(root) -> None:
    before = shown.class_record(Collection(root).listing(), "a", {"a": 3})
    assert (before["color"], before["count"], before["units"]) == (3, 3, 3)
    correct(root, [Correction("a/0.jpg", "b")])
    after = shown.class_record(Collection(root).listing(), "a", {})
    assert (after["color"], after["count"], after["units"]) == (0, 3, 2)
    assert after["revision"] != before["revision"]
    assert shown.class_record(Collection(root).listing(), "b", {})["units"] == 4


def test_an_example_says_where_it_counts(root) -> None:
    lines = [Correction("a/0.jpg", "b"), Correction("a/1.jpg"), Correction("a/2.jpg", "a")]
    correct(root, lines)
    items = shown.examples(Collection(root).listing(), "a")["items"]
    assert [(one["as"], one["out"]) for one in items] == [("b", False), ("", True), ("", False)]


def test_what_the_audit_says_is_told_with_the_example(root) -> None:
    told = [{"code": "D1", "kind": "near", "name": "b/1.jpg", "reason": "like another"}]
    (found,) = shown.findings(Collection(root).listing(), told, None)
    assert (found["class"], found["key"], found["name"]) == ("b", "1.jpg", "b/1.jpg")


def test_a_label_that_the_run_doubted_is_told_until_somebody_said_what_it_is(root, run) -> None:
    place = run("a/0.jpg,a,b,0.01\n")
    (found,) = doubted(root, place)
    assert (found["kind"], found["name"], found["to"]) == ("suspect", "a/0.jpg", "b")
    for answer in (Correction("a/0.jpg", "b"), Correction("a/0.jpg", "a"), Correction("a/0.jpg")):
        correct(root, [answer])
        assert doubted(root, place) == []
    correct(root, [], ["a/0.jpg"])
    assert len(doubted(root, place)) == 1


def test_doubts_about_what_is_no_longer_so_are_not_told(root, run) -> None:
    for line in ("a/9.jpg,a,b,0.01", "a/0.jpg,c,b,0.01", "a/0.jpg,a,c,0.01", "broken"):
        assert doubted(root, run(f"{line}\n")) == []
    assert doubted(root, root) == []


def test_a_text_is_found_by_its_row_and_corrected_by_itself(tmp_path, run) -> None:
    one = Collection(tmp_path / "texts")
    one.root.mkdir()
    one.choose("text")
    for label, texts in (("good", ["fine\nday", "lovely"]), ("bad", ["awful"])):
        one.add_class(label)
        one.type_in(label, texts)
    name = find(one.root).examples.name(1)
    (found,) = doubted(one.root, run(f'"{name}",good,bad,0.01\n'))
    assert (found["name"], found["text"], found["class"]) == ("lovely", "lovely", "good")


def test_what_is_odd_about_a_picture_with_boxes_is_told_with_its_key(tmp_path) -> None:
    one = Collection(tmp_path)
    one.note(kind="boxes")
    (tmp_path / "a.jpg").write_bytes(b"x")
    finding = {"code": "D242", "kind": "tiny box", "name": "a.jpg", "reason": "small"}
    (told,) = shown.findings(one.listing(), [finding], None)
    assert (told["class"], told["key"]) == ("", "a.jpg")
    before = shown.drawn_record(one.listing())
    one.draw("a.jpg", [], (9, 9), "")
    after = shown.drawn_record(one.listing())
    assert (before["told"], after["told"]) == (0, 1) and before["revision"] != after["revision"]
    assert shown.pictures(one.listing())[0]["boxes"] == []
