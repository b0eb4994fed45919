from pathlib import Path

import pytest
from annotated import draw_pictures

from headstart.data.annotations import (
    LARGEST,
    Annotated,
    Collector,
    PictureIndex,
    files_below,
    number_in,
    numbers_in,
    part_in,
)
from headstart.data.boxes import boxes_of


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


def test_a_folder_that_links_to_itself_is_read_once(tmp_path: Path) -> None:
    draw_pictures(tmp_path / "a", ["1.png"])
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / ".hidden.png").touch()
    assert files_below(tmp_path) == [tmp_path / "a" / "1.png"]


def test_a_picture_is_found_by_the_end_of_a_path_of_another_machine(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        draw_pictures(tmp_path / folder, ["1.png", f"{folder}.PNG"])
    index = PictureIndex.of(tmp_path, files_below(tmp_path))
    assert index.find("C:\\data\\y\\1.png", tmp_path) == tmp_path / "y" / "1.png"
    assert index.find("x.png", tmp_path) == tmp_path / "x" / "x.PNG"
    assert index.find("1.png", tmp_path / "x") == tmp_path / "x" / "1.png"


def test_a_name_that_two_pictures_have_is_not_guessed(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        draw_pictures(tmp_path / folder, ["1.png"])
    index = PictureIndex.of(tmp_path, files_below(tmp_path))
    assert index.find("1.png", tmp_path) == "and 2 pictures are called so"
    assert index.with_stem("1", tmp_path / "y") == tmp_path / "y" / "1.png"


def test_nothing_outside_is_found(tmp_path: Path) -> None:
    draw_pictures(tmp_path, ["outside.png"])
    draw_pictures(tmp_path / "in", ["a.png"])
    index = PictureIndex.of(tmp_path / "in", files_below(tmp_path / "in"))
    assert index.find("../outside.png", tmp_path / "in") == ""


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
