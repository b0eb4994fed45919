import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from annotated import FORMATS, MARKS, SIZE, coco, draw_pictures, voc

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


@pytest.mark.parametrize("form", ["coco", "table", "cvat"])
def test_the_file_itself_can_be_named(form: str, tmp_path: Path) -> None:
    assert told(find_boxes(FORMATS[form](tmp_path))) == MARKS


def test_folders_of_classes_hold_no_boxes(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        draw_pictures(tmp_path / name, ["1.png", "2.png"])
    assert find_boxes(tmp_path) is None
    with pytest.raises(DataError, match="D227"):
        need_boxes(tmp_path)


def test_the_format_of_via_is_refused_by_name(tmp_path: Path) -> None:
    shape = {"shape_attributes": {"name": "rect"}, "region_attributes": {}}
    held = {"a.png1": {"filename": "a.png", "size": 1, "regions": [shape]}}
    (tmp_path / "via.json").write_text(json.dumps(held))
    with pytest.raises(DataError, match=r"VGG Image Annotator \(VIA\)"):
        find_boxes(tmp_path)


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
