import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from annotated import FORMATS, MARKS, SIZE, coco, draw_pictures, table, voc

from headstart.data.annotations import Annotations
from headstart.data.box_formats import find_boxes, need_boxes
from headstart.data.boxes import BoxTruth
from headstart.data.discovery import find
from headstart.errors import DataError, SecurityError

every_format = pytest.mark.parametrize("form", FORMATS)


def told(found: Annotations | None) -> dict[str, list[tuple[str, tuple[float, ...]]]]:
    """Labels and corners by picture, in pixels."""
    assert found is not None
    scale = np.array([*SIZE, *SIZE])
    return {
        Path(str(picture.source)).name: [
            (found.names[label], tuple(np.round(corners * (scale if picture.shares else 1), 2)))
            for label, corners in zip(picture.boxes.labels, picture.boxes.corners, strict=True)
        ]
        for picture in found.pictures
        if picture.boxes is not None
    }


@every_format
def test_every_format_says_the_same(form: str, tmp_path: Path) -> None:
    FORMATS[form](tmp_path)
    found = need_boxes(tmp_path)
    assert told(found) == MARKS
    assert (found.names, found.problems) == (("cat", "dog"), ())


@every_format
def test_every_format_is_found_in_an_archive(form: str, tmp_path: Path) -> None:
    FORMATS[form](tmp_path / "set")
    archive = shutil.make_archive(str(tmp_path / "set"), "zip", tmp_path, "set")
    found = find(Path(archive), cache=tmp_path / "cache")
    assert isinstance(found.examples.truth, BoxTruth) and len(found.examples) == len(MARKS)


def test_a_tar_is_an_archive_as_well(tmp_path: Path) -> None:
    voc(tmp_path / "set")
    archive = shutil.make_archive(str(tmp_path / "set"), "gztar", tmp_path / "set")
    found = find(Path(archive), cache=tmp_path / "cache")
    assert isinstance(found.examples.truth, BoxTruth) and len(found.examples) == len(MARKS)


@every_format
def test_a_picture_that_nobody_annotated_is_not_a_negative(form: str, tmp_path: Path) -> None:
    picture = Path(str(FORMATS[form](tmp_path)))
    folder = next(path.parent for path in tmp_path.rglob("a.png"))
    draw_pictures(folder, ["new.png"])
    found = need_boxes(tmp_path)
    bare = [p for p in found.pictures if p.boxes is None]
    expected = ["new.png"]
    assert [Path(str(p.source)).name for p in bare] == expected, picture


@pytest.mark.parametrize("form", ["coco", "table", "cvat", "hub", "createml"])
def test_the_file_itself_can_be_named(form: str, tmp_path: Path) -> None:
    assert told(find_boxes(FORMATS[form](tmp_path))) == MARKS


def test_folders_of_classes_hold_no_boxes(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        draw_pictures(tmp_path / name, ["1.png", "2.png"])
    assert find_boxes(tmp_path) is None
    with pytest.raises(DataError, match="D227"):
        need_boxes(tmp_path)


def test_entities_in_xml_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x "y">]><annotation><filename>&x;</filename></annotation>'
    voc(tmp_path).write_text(bomb)
    with pytest.raises(SecurityError, match="S620"):
        find_boxes(tmp_path)


def test_what_a_captions_file_says_is_no_box(tmp_path: Path) -> None:
    coco(tmp_path).unlink()
    held = {"images": [], "annotations": [{"image_id": 1, "caption": "a cat"}]}
    (tmp_path / "captions.json").write_text(json.dumps(held))
    assert find_boxes(tmp_path) is None


def test_all_tables_of_equal_columns_are_read_each_with_its_part(tmp_path: Path) -> None:
    for part in ("train", "valid"):
        table(tmp_path / part)
    found = need_boxes(tmp_path)
    assert [p.part for p in found.pictures] == ["train"] * 3 + ["val"] * 3
    assert (found.assigned_by, found.problems) == ("files", ())


def test_a_table_says_its_part_by_its_own_name_too(tmp_path: Path) -> None:
    file = table(tmp_path)
    lines = file.read_text().splitlines()
    file.unlink()
    (tmp_path / "train_labels.csv").write_text("\n".join(lines[:3]))
    (tmp_path / "test_labels.csv").write_text("\n".join([lines[0], *lines[3:]]))
    assert sorted(p.part for p in need_boxes(tmp_path).pictures) == ["test", "test", "train"]


def test_pictures_in_folders_of_parts_have_these_where_nothing_else_says_any(
    tmp_path: Path,
) -> None:
    file = coco(tmp_path)
    held = json.loads(file.read_text())
    for image, part in zip(held["images"], ("train", "train", "val"), strict=True):
        (tmp_path / part).mkdir(exist_ok=True)
        (tmp_path / image["file_name"]).rename(tmp_path / part / image["file_name"])
    file.write_text(json.dumps(held))
    found = need_boxes(tmp_path)
    assert [p.part for p in found.pictures] == ["train", "train", "val"]
    assert found.assigned_by == "folders"


def test_a_folder_of_training_alone_is_no_division(tmp_path: Path) -> None:
    coco(tmp_path / "train")
    (tmp_path / "train" / "_annotations.coco.json").rename(tmp_path / "x.json")
    assert {p.part for p in need_boxes(tmp_path).pictures} == {""}


def test_a_file_of_two_bytes_a_letter_is_read_or_refused_as_what_it_is(tmp_path: Path) -> None:
    file = voc(tmp_path / "v")
    for path in file.parent.iterdir():
        path.write_bytes(path.read_text().encode("utf-16"))
    assert told(need_boxes(tmp_path / "v")) == MARKS
    file = coco(tmp_path / "c")
    file.write_bytes(file.read_text().encode("utf-16"))
    with pytest.raises(DataError, match=r"(?s)D220.*not UTF-8"):
        need_boxes(tmp_path / "c")
