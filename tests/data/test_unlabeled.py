"""Things without labels, and several sets as one."""

from pathlib import Path

import pytest
from stand_ins import draw

from headstart.data import Problem, collect, find, merge, unlike
from headstart.errors import DataError
from headstart.modality import Look


def test_every_picture_below_is_found(photos: Path, tmp_path: Path) -> None:
    found = collect(photos, cache=tmp_path)
    assert len(found.examples) == 48 and found.examples.truth.names == ("",)
    assert found.holds == "files" and set(found.examples.truth.indexes) == {0}


def test_pictures_need_no_folders(photos: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for index, file in enumerate(sorted(photos.rglob("*.*"))[:5]):
        (flat / f"{index}{file.suffix}").write_bytes(file.read_bytes())
    assert len(collect(flat, cache=tmp_path).examples) == 5


def test_each_line_is_a_text_and_empty_ones_are_none(tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("one text\n\n  \nanother\n")
    found = collect(tmp_path / "some.txt", cache=tmp_path)
    assert [source.content for source in found.examples.sources] == ["one text", "another"]
    assert found.holds == "text" and found.examples.name(1) == "some.txt:4"


def test_labels_of_a_table_are_not_looked_at(tmp_path: Path) -> None:
    lines = [f"{i % 3},a text of some words, number {i}".replace(", n", " n") for i in range(9)]
    (tmp_path / "t.csv").write_text("\n".join(["label,text", *lines]))
    found = collect(tmp_path / "t.csv", cache=tmp_path)
    assert (
        len(found.examples) == 9 and found.examples.truth.names == ("",) and found.holds == "text"
    )


@pytest.mark.parametrize(
    "make", [lambda p: p.mkdir(), lambda p: p.write_text("\n"), lambda p: None]
)
def test_nothing_at_all_is_said(make, tmp_path: Path) -> None:
    place = tmp_path / "nothing.txt"
    make(place)
    with pytest.raises(DataError, match="no pictures, recordings or texts"):
        collect(place, cache=tmp_path)


def test_sets_keep_classes_of_their_own(photos: Path, tmp_path: Path) -> None:
    other = draw(tmp_path / "other")
    both = merge([find(photos), find(other)], ["one", "two"])
    assert len(both.examples) == 96 and len(both.examples.truth.names) == 6
    assert both.examples.truth.names[0].startswith("one/") and both.examples.truth.indexes[-1] == 5


def test_sets_of_different_kinds_are_refused(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("one text\nanother\n")
    founds = [collect(place, cache=tmp_path) for place in (photos, tmp_path / "some.txt")]
    with pytest.raises(DataError, match="different kinds"):
        merge(founds, ["photos", "some"])


def test_a_text_in_two_unlabeled_sets_is_a_copy(tmp_path: Path) -> None:
    for name, text in (("one", "alike\nfirst"), ("two", "second\nalike")):
        (tmp_path / f"{name}.txt").write_text(text)
    both = merge(
        [collect(tmp_path / f"{n}.txt", cache=tmp_path) for n in ("one", "two")], ["1", "2"]
    )
    assert both.examples.truth.names == ("",) and both.examples.truth.indexes == (0, 0, 0, 0)


def look(content: str, near: tuple[int, ...] = ()) -> Look:
    return Look(f"digest of {content}", content, near, ())


def test_what_is_like_a_labeled_example_is_not_learned_from() -> None:
    far, bits = (2**64 - 1,) * 4, 2**32 - 1  # 32 bits of 256 still look alike
    looks = [
        look("a", (0, 0, 0, 0)),
        look("b"),
        look("a"),  # the same
        look("c", (bits, 0, 0, 0)),  # alike
        look("d", (2**33 - 1, 0, 0, 0)),  # one bit more
        look("e", far),
        look("f", far),  # alike, but both without labels
        Problem("D101", "unreadable", "g", "why"),
        look("e"),  # there twice
    ]
    assert unlike(looks, 2) == (4, 5, 6)
