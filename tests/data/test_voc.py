from collections import Counter
from pathlib import Path

import pytest
from annotated import draw_pictures, voc

from headstart.data.annotations import Annotations
from headstart.data.picture_index import PictureIndex, files_below
from headstart.data.voc import image_sets, read_voc


def read(root: Path) -> Annotations:
    files = files_below(root)
    xml = [path for path in files if path.suffix == ".xml"]
    return read_voc(xml, image_sets(files), PictureIndex.of(root, files))


def test_lists_of_image_sets_say_the_parts(tmp_path: Path) -> None:
    voc(tmp_path)
    lists = tmp_path / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    for name, stems in {"train": "a", "test": "b\n", "trainval": "a\nc 1\n"}.items():
        (lists / f"{name}.txt").write_text(stems)
    (lists / "cat_train.txt").write_text("a 1\nb -1")
    found = read(tmp_path)
    assert Counter(p.part for p in found.pictures) == {"train": 1, "test": 1, "": 1}
    assert found.assigned_by == "ImageSets"


def test_what_stands_in_no_list_is_left_out_and_listed(tmp_path: Path) -> None:
    voc(tmp_path)
    (tmp_path / "ImageSets" / "Main").mkdir(parents=True)
    (tmp_path / "ImageSets" / "Main" / "train.txt").write_text("a\nb")
    found = read(tmp_path)
    assert [p.code for p in found.problems] == ["D235"]
    assert len(found.pictures) == 2


def test_difficult_objects_are_ignored(tmp_path: Path) -> None:
    file = voc(tmp_path)
    file.write_text(file.read_text().replace("<difficult>0", "<difficult>1", 1))
    boxes = read(tmp_path).pictures[0].boxes
    assert boxes is not None and boxes.ignored.tolist() == [True, False]


def test_parts_of_objects_are_no_boxes_of_their_own(tmp_path: Path) -> None:
    file = voc(tmp_path)
    part = "<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>"
    file.write_text(file.read_text().replace("</object>", part))
    found = read(tmp_path)
    assert found.names == ("cat", "dog") and not found.problems


def test_the_names_of_files_count_and_not_the_name_inside(tmp_path: Path) -> None:
    file = voc(tmp_path)
    file.write_text(file.read_text().replace("a.png", "b.png"))
    assert [Path(str(p.source)).name for p in read(tmp_path).pictures] == [
        "a.png",
        "b.png",
        "c.png",
    ]


def test_the_name_inside_counts_where_no_picture_is_called_as_the_file(tmp_path: Path) -> None:
    file = voc(tmp_path)
    file.rename(file.with_name("0001.xml"))
    assert len([p for p in read(tmp_path).pictures if p.boxes is not None]) == 3


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("<xmin>4<", "<xmin>nan<", "object[0].bndbox"),
        ("<xmin>4</xmin>", "", "object[0].bndbox"),
        ("<name>cat<", "<name> <", "object[0].name"),
    ],
)
def test_an_object_that_cannot_be_read_is_named(
    old: str, new: str, field: str, tmp_path: Path
) -> None:
    file = voc(tmp_path)
    file.write_text(file.read_text().replace(old, new))
    found = read(tmp_path)
    assert [(p.code, p.name) for p in found.problems] == [("D230", "Annotations/a.xml")]
    assert field in found.problems[0].reason


def test_a_broken_file_leaves_its_picture_out_and_not_unlabeled(tmp_path: Path) -> None:
    voc(tmp_path).write_text("<annotation>")
    found = read(tmp_path)
    assert [p.code for p in found.problems] == ["D230"] and len(found.pictures) == 2


def test_annotations_of_missing_pictures_are_listed(tmp_path: Path) -> None:
    voc(tmp_path)
    (tmp_path / "JPEGImages" / "b.png").unlink()
    draw_pictures(tmp_path / "JPEGImages", ["x.png"])
    found = read(tmp_path)
    assert [(p.code, p.name) for p in found.problems] == [("D231", "b.png")]
    assert [p.boxes is None for p in found.pictures] == [False, False, True]
