from pathlib import Path

import pytest

from headstart.data.annotations import (
    LARGEST,
    Annotated,
    Collector,
    lines_in,
    number_in,
    numbers_in,
    part_in,
    part_of_file,
)
from headstart.data.boxes import boxes_of
from headstart.errors import DataError


@pytest.mark.parametrize("cell", ["nan", "inf", "", None, True, "a", LARGEST * 1.01, "-1e400", []])
def test_what_no_corner_can_be_is_no_number(cell: object) -> None:
    assert number_in(cell) is None


@pytest.mark.parametrize("cell", ["1.5", 1.5, -3, LARGEST, " 2 "])
def test_numbers_are_taken_from_text_as_well(cell: object) -> None:
    assert number_in(cell) == float(cell)  # type: ignore[arg-type]


def test_what_is_no_number_is_named() -> None:
    assert "\x1b" not in numbers_in(["1", "x\x1b"])
    assert numbers_in(["1", "x"]) == "'x' is no number that a box can have"


@pytest.mark.parametrize(
    ("name", "part"),
    [("test", "test"), ("train_and_test", ""), ("contest", ""), ("val2017", "val")],
)
def test_a_part_is_a_word_of_a_name(name: str, part: str) -> None:
    assert part_in(name) == part


def test_classes_without_boxes_are_left_out_and_named() -> None:
    collector = Collector("x", None)
    for name in ("zebra", "idle", "ant"):
        collector.number(name)
    for label in (0, 2):
        boxes = boxes_of([(0, 0, 1, 1)], [label])
        collector.add(Annotated(Path(f"{label}.png"), boxes), 1, 1)
    by_name, as_numbered = collector.done(), collector.done(numbered=True)
    assert (by_name.names, as_numbered.names) == (("ant", "zebra"), ("zebra", "ant"))
    assert [p.boxes.labels[0] for p in by_name.pictures if p.boxes] == [1, 0]
    assert by_name.notes == ("classes without any box, left out: idle",)


def test_a_picture_none_of_whose_boxes_can_be_read_is_no_negative() -> None:
    collector = Collector("x", None)
    collector.add(Annotated(Path("a.png"), boxes_of([], [])), 0, 2)
    collector.add(Annotated(Path("b.png"), boxes_of([], [])), 0, 0)
    assert [str(p.source) for p in collector.pictures] == ["b.png"]
    assert [p.code for p in collector.problems] == ["D232"]


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("train/annotations/a.json", "train"),
        ("set/valid/a.xml", "val"),
        ("train/test/a.xml", "test"),
        ("photos/a.xml", ""),
        ("a.xml", ""),
    ],
)
def test_the_innermost_folder_that_means_a_part_counts(file: str, part: str) -> None:
    root = Path("test")  # what is above the place says nothing
    assert part_of_file(root / file, root) == part


def test_a_list_is_read_or_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfcat \r\n\r\ndog")
    assert lines_in(tmp_path / "a.txt") == ["cat", "", "dog"]
    (tmp_path / "a.txt").write_bytes(b"cat\0\0\0\0\0dog\x01")
    with pytest.raises(DataError, match="D259"):
        lines_in(tmp_path / "a.txt")
