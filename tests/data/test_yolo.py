from collections import Counter
from pathlib import Path

import pytest
from annotated import draw_pictures, yolo

from headstart.data.annotations import Annotations
from headstart.data.picture_index import PictureIndex, files_below
from headstart.data.yolo import looks_like_yolo, read_yolo
from headstart.data.yolo_settings import YoloSettings, yolo_settings
from headstart.errors import DataError


def read(root: Path) -> Annotations:
    files = files_below(root)
    settings = yolo_settings(root / "data.yaml", root) if (root / "data.yaml").exists() else None
    return read_yolo(settings or YoloSettings(), files, PictureIndex.of(root, files))


def test_names_may_be_a_mapping(tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "data.yaml").write_text("train: images/train\nnames:\n  0: lynx\n  1: owl\n")
    assert read(tmp_path).names == ("lynx", "owl")


@pytest.mark.parametrize(
    "train", ["../images/train", "[images/train]", "list.txt", "/images/train"]
)
def test_parts_are_folders_or_lists_however_they_are_written(train: str, tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "list.txt").write_text("".join(f"./images/train/{n}.png\n" for n in "abc"))
    (tmp_path / "data.yaml").write_text(f"train: {train}\nnc: 2\nnames: [cat, dog]\n")
    found = read(tmp_path)
    assert Counter(p.part for p in found.pictures) == {"train": 3}
    assert found.assigned_by == "data.yaml"


def test_parts_of_an_export_by_folder(tmp_path: Path) -> None:
    for part in ("train", "valid"):
        draw_pictures(tmp_path / part / "images", [f"{part}.jpg"])
        (tmp_path / part / "labels").mkdir()
        (tmp_path / part / "labels" / f"{part}.txt").write_text("0 .5 .5 .2 .2")
    told = "train: ../train/images\nval: ../valid/images\nnames: ['cat']\n"
    (tmp_path / "data.yaml").write_text(told)
    assert [p.part for p in read(tmp_path).pictures] == ["train", "val"]


def test_names_stand_in_a_file_where_there_is_no_yaml(tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "data.yaml").unlink()
    assert read(tmp_path).notes and read(tmp_path).names == ("0", "1")
    (tmp_path / "classes.txt").write_text("lynx\nowl\n")
    assert read(tmp_path).names == ("lynx", "owl")
    assert looks_like_yolo(files_below(tmp_path))


def test_texts_with_words_are_no_boxes(tmp_path: Path) -> None:
    draw_pictures(tmp_path, ["a.png"])
    (tmp_path / "a.txt").write_text("a cat on a mat and a dog")
    assert not looks_like_yolo(files_below(tmp_path))


def test_a_polygon_counts_as_the_box_around_it(tmp_path: Path) -> None:
    yolo(tmp_path).write_text("0 .1 .2 .5 .2 .3 .6")
    boxes = read(tmp_path).pictures[0].boxes
    assert boxes is not None and boxes.corners.tolist() == [[0.1, 0.2, 0.5, 0.6]]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("0 .5 .5 .2", "3 numbers behind the class"),
        ("0 .5 .5 .2 x", "'x' is no number"),
        ("7 .5 .5 .2 .2", "class 7 of 2 names"),
        ("-1 .5 .5 .2 .2", "class -1"),
        ("0.5 .5 .5 .2 .2", "class 0.5"),
        ("0 40 30 20 20", "40 is no share of a side"),
    ],
)
def test_a_line_that_is_no_box_is_named(line: str, why: str, tmp_path: Path) -> None:
    yolo(tmp_path).write_text(f"0 .5 .5 .2 .2\n{line}\n")
    (problem,) = read(tmp_path).problems
    assert (problem.code, problem.row) == ("D230", 2) and why in problem.reason


@pytest.mark.parametrize(("share", "problems"), [(1.5, 0), (1.51, 1)])
def test_a_share_may_leave_the_picture_a_little(
    share: float, problems: int, tmp_path: Path
) -> None:
    yolo(tmp_path).write_text(f"0 {share} .5 .2 .2\n0 .5 .5 .2 .2")
    assert len(read(tmp_path).problems) == problems


def test_labels_without_a_picture_and_parts_that_are_not_there_are_listed(tmp_path: Path) -> None:
    file = yolo(tmp_path)
    file.with_name("lost.txt").write_text("0 .5 .5 .2 .2")
    with (tmp_path / "data.yaml").open("a") as out:
        out.write("val: images/nothing\n")
    assert [p.code for p in read(tmp_path).problems] == ["D236", "D231"]


def test_numbers_with_gaps_and_names_that_come_twice_are_listed(tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "data.yaml").write_text("train: images\nnames: {0: cat, 1: dog, 5: cat}\n")
    assert {p.code for p in read(tmp_path).problems} == {"D233", "D234"}


@pytest.mark.parametrize(
    "line",
    [
        "0, .5, .5, .2, .2",
        "0\t.5\t.5\t.2\t.2",
        "0 0,5 0,5 0,2 0,2",
        "cat .5 .5 .2 .2",
        "0.0 .5 .5 .2 .2 .9",
    ],
)
def test_a_line_may_be_written_otherwise(line: str, tmp_path: Path) -> None:
    yolo(tmp_path).write_text(f"\ufeff{line}\r\n", encoding="utf-8")
    boxes = read(tmp_path).pictures[0].boxes
    assert boxes is not None and boxes.corners.round(6).tolist() == [[0.4, 0.4, 0.6, 0.6]]


@pytest.mark.parametrize(("shape", "read_boxes"), [("kpt_shape: [2, 3]\n", 1), ("", 0)])
def test_keypoints_are_told_from_polygons_by_their_shape(
    shape: str, read_boxes: int, tmp_path: Path
) -> None:
    yolo(tmp_path).write_text("0 .5 .5 .2 .2 .1 .1 2 .9 .9 1")
    with (tmp_path / "data.yaml").open("a") as out:
        out.write(shape)
    found = next(iter(read(tmp_path).pictures)).boxes
    boxes = [] if found is None or not len(found) else found.corners.round(6).tolist()
    assert [[0.4, 0.4, 0.6, 0.6]] * read_boxes == [b for b in boxes if b[0] == 0.4]


@pytest.mark.parametrize(("lines", "refused"), [("1 .5 .5 .2 .2\n2 .5 .5 .2 .2", True),
    ("0 .5 .5 .2 .2\n2 .5 .5 .2 .2", False), ("1 .5 .5 .2 .2", False)])  # fmt: skip
def test_classes_that_are_counted_from_one_are_refused(
    lines: str, refused: bool, tmp_path: Path
) -> None:
    for name in "abc":
        yolo(tmp_path).with_name(f"{name}.txt").write_text("")
    (tmp_path / "labels" / "train" / "a.txt").write_text(lines)
    if not refused:
        assert read(tmp_path).names
        return
    with pytest.raises(DataError, match=r"names: {1: cat, 2: dog}") as caught:
        read(tmp_path)
    assert caught.value.code == "D258"


@pytest.mark.parametrize(
    ("pictures", "labels"),
    [("Images", "Labels"), ("images", "annotations"), ("photos", "photos_boxes"), (".", ".")],
)
def test_text_files_are_found_wherever_they_are_called_as_pictures(
    pictures: str, labels: str, tmp_path: Path
) -> None:
    draw_pictures(tmp_path / pictures, ["x.JPG"])
    (tmp_path / labels).mkdir(exist_ok=True)
    (tmp_path / labels / "x.txt").write_text("0 .5 .5 .2 .2")
    (tmp_path / labels / "classes.txt").write_text("lynx\n")
    found = read(tmp_path)
    assert (found.names, found.problems) == (("lynx",), ())
    assert looks_like_yolo(files_below(tmp_path))


def test_a_text_file_of_two_pictures_of_one_name_is_given_to_none(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        draw_pictures(tmp_path / folder, ["1.png"])
    (tmp_path / "boxes").mkdir()
    (tmp_path / "boxes" / "1.txt").write_text("0 .5 .5 .2 .2")
    assert not looks_like_yolo(files_below(tmp_path))
    assert [p.boxes for p in read(tmp_path).pictures] == [None, None]


def test_negatives_that_come_first_hide_no_boxes(tmp_path: Path) -> None:
    names = [f"{i:02}.png" for i in range(30)]
    draw_pictures(tmp_path, names)
    for name in names:
        (tmp_path / name).with_suffix(".txt").write_text("")
    assert not looks_like_yolo(files_below(tmp_path))
    (tmp_path / "29.txt").write_text("0 .5 .5 .2 .2")
    assert looks_like_yolo(files_below(tmp_path))
