from pathlib import Path

import pytest
from annotated import MARKS, draw_pictures, yolo

from headstart.data.annotations import Annotations
from headstart.data.box_formats import need_boxes
from headstart.data.picture_index import PictureIndex, files_below
from headstart.data.yolo import read_yolo
from headstart.data.yolo_settings import YoloSettings, yolo_settings
from headstart.errors import DataError


def read(root: Path) -> Annotations:
    files = files_below(root)
    settings = yolo_settings(root / "data.yaml", root)
    return read_yolo(settings or YoloSettings(), files, PictureIndex.of(root, files))


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


def test_names_are_what_is_written(tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "data.yaml").write_text("train: images\nval: null\nnames: [no, 007]\n")
    found = need_boxes(tmp_path)
    assert (found.names, found.problems) == (("no", "007"), ())


@pytest.mark.parametrize(
    "train",
    [
        "/content/drive/animals/images/train",
        "C:\\\\Users\\\\me\\\\images\\\\train",
        "animals-3/images/train",
        "images\\train",
    ],
)
def test_places_of_other_machines_are_found_by_their_ends(train: str, tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "data.yaml").write_text(f"train: {train}\nnames: [cat, dog]\n")
    assert len(need_boxes(tmp_path).pictures) == len(MARKS)


def test_the_name_of_a_part_is_never_cut_off(tmp_path: Path) -> None:
    yolo(tmp_path)
    told = "train: images/train\nval: ../valid/images\nnames: [cat, dog]\n"
    (tmp_path / "data.yaml").write_text(told)
    found = need_boxes(tmp_path)
    assert {p.part for p in found.pictures} == {"train"}
    assert [p.code for p in found.problems] == ["D236"]


@pytest.mark.parametrize("name", ["data.yaml", "set/animals.yaml"])
def test_a_file_without_parts_names_classes_all_the_same(name: str, tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "data.yaml").unlink()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("nc: 2\nnames: [lynx, owl]\n")
    assert need_boxes(tmp_path).names == ("lynx", "owl")


def test_yaml_of_others_below_is_passed_over(tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "data.yaml").rename(tmp_path / "labels" / "data.yml")
    (tmp_path / "labels" / "a.yaml").write_text("x: [")
    assert need_boxes(tmp_path).names == ("cat", "dog")


def test_lists_name_pictures_as_other_machines_do(tmp_path: Path) -> None:
    yolo(tmp_path)
    (tmp_path / "train.txt").write_text("data/images/train/a.png\nD:\\x\\b.png\n")
    draw_pictures(tmp_path / "images" / "train", ["d.png"])
    (tmp_path / "data.yaml").write_text("train: train.txt\nnames: [cat, dog]\n")
    found = need_boxes(tmp_path)
    assert [Path(str(p.source)).name for p in found.pictures] == ["a.png", "b.png"]


@pytest.mark.parametrize("place", ["9" * 5000, "a\\0b", "../" * 300, "../.."])
def test_a_place_that_can_be_none_is_listed(place: str, tmp_path: Path) -> None:
    yolo(tmp_path)
    told = f'train: images/train\nval: "{place}"\nnames: [cat, dog]\n'
    (tmp_path / "data.yaml").write_text(told)
    assert [p.code for p in need_boxes(tmp_path).problems] == ["D236"]
