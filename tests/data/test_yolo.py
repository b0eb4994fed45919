from collections import Counter
from pathlib import Path

import pytest
from annotated import draw_pictures, yolo

from headstart.data.annotations import Annotations, PictureIndex, files_below
from headstart.data.yolo import YoloSettings, looks_like_yolo, read_yolo, yolo_settings
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
        ("0 .5 .5 .2", "4 numbers"),
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
    ("text", "code"), [("names: [a", "D221"), ("train: x\nnames: 3", "D222"), ("\x00", "D221")]
)
def test_a_yaml_that_says_nothing_is_refused(text: str, code: str, tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(DataError, match=code):
        read(tmp_path)


def test_yaml_runs_no_code_and_other_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("!!python/object/apply:os.system ['false']")
    with pytest.raises(DataError, match="D221"):
        yolo_settings(tmp_path / "x.yaml", tmp_path)
    (tmp_path / "y.yaml").write_text("version: 3\nservices: {}\n")
    assert yolo_settings(tmp_path / "y.yaml", tmp_path) is None
