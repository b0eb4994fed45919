"""The table of what people set right: minded by every command, written whole."""

from pathlib import Path

import pytest

from headstart.data import find
from headstart.data.corrections import CORRECTIONS, Correction, correct, corrections_in
from headstart.errors import DataError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("cat/1.jpg", "cat/2.jpg", "dog/1.jpg", "dog/2.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def table(place: Path) -> None:
    (place / "texts.csv").write_text("text,label\ngood,yes\nbad,no\nworse,no\nfine,yes\n")


def names(place: Path) -> dict[str, str]:
    found = find(place).examples
    return {found.name(row): found.truth.written(row) for row in range(len(found))}


def test_what_the_table_leaves_out_is_no_example_and_is_listed(place) -> None:
    correct(place, [Correction("cat/1.jpg", why="blurred")])
    assert list(names(place)) == ["cat/2.jpg", "dog/1.jpg", "dog/2.jpg"]
    found = find(place)
    assert [(p.code, p.name) for p in found.problems] == [("D254", "cat/1.jpg")]
    assert "blurred" in found.problems[0].reason and "1 left out" in found.notes[0]
    assert (place / "cat" / "1.jpg").exists()


def test_another_class_counts_and_an_unknown_one_is_refused(place) -> None:
    correct(place, [Correction("cat/1.jpg", "dog")])
    assert names(place)["cat/1.jpg"] == "dog" and find(place).problems[0].code == "D256"
    correct(place, [Correction("cat/1.jpg", "bird")])
    with pytest.raises(DataError, match="D300"):
        find(place)


def test_a_line_can_be_taken_back_and_the_last_one_of_a_name_counts(place) -> None:
    correct(place, [Correction("cat/1.jpg"), Correction("dog/1.jpg")])
    correct(place, [Correction("cat/1.jpg", why="again")], drop=["dog/1.jpg"])
    assert corrections_in(place) == (Correction("cat/1.jpg", why="again"),)
    correct(place, [], drop=["cat/1.jpg"])
    assert len(names(place)) == 4 and find(place).notes == ()


def test_texts_are_named_by_themselves_and_the_table_is_no_table_of_examples(tmp_path) -> None:
    table(tmp_path)
    correct(tmp_path, [Correction("worse"), Correction("=1+1\n,\"'")])
    for place in (tmp_path, tmp_path / "texts.csv"):
        found = find(place)
        assert [found.examples.truth.written(row) for row in range(3)] == ["yes", "no", "yes"]
    assert [p.code for p in find(tmp_path).problems] == ["D254", "D255"]


@pytest.mark.parametrize(("text", "code"), [("a,b\n1,2\n", "D299"), ('name,label\n"x', "D299")])
def test_what_is_no_such_table_is_refused_not_passed_over(place, text, code) -> None:
    (place / CORRECTIONS).write_text(text if code == "D299" and "a,b" in text else "nix")
    with pytest.raises(DataError, match=code):
        find(place)


def test_bytes_that_are_no_text_are_refused(place) -> None:
    (place / CORRECTIONS).write_bytes(b"name,label\n\xff\xfe\n")
    with pytest.raises(DataError, match="D295"):
        find(place)


def test_pictures_of_one_recording_are_one_group_unless_nobody_wants_groups(place) -> None:
    for name in ("cat/burst-0a1b2c3d-000001.jpg", "cat/burst-0a1b2c3d-000002.jpg"):
        (place / name).write_bytes(name.encode())
    found = find(place).examples
    assert set(found.groups) == {"", "burst-0a1b2c3d"} and found.groups.count("") == 4
    from headstart.data import Columns

    assert find(place, Columns(group="-")).examples.groups == ()
