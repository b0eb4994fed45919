from pathlib import Path

import pytest
from annotated import cvat, draw_pictures

from headstart.data.annotations import Annotations
from headstart.data.cvat import read_cvat
from headstart.data.picture_index import PictureIndex, files_below
from headstart.errors import DataError

VIDEO = """<annotations><track id="0" label="car">
<box frame="0" xtl="1" ytl="2" xbr="9" ybr="8" outside="0"/>
<box frame="1" xtl="2" ytl="2" xbr="9" ybr="8" outside="0"/>
<box frame="2" xtl="3" ytl="2" xbr="9" ybr="8" outside="1"/></track></annotations>"""


def read(file: Path) -> Annotations:
    return read_cvat([file], PictureIndex.of(file.parent, files_below(file.parent)))


def test_polygons_count_as_the_boxes_around_them(tmp_path: Path) -> None:
    file = cvat(tmp_path)
    polygon = '<polygon label="cat" points="1.0,2.0;30,4;5,40"/></image>'
    file.write_text(file.read_text().replace("</image>", polygon, 1))
    boxes = read(file).pictures[0].boxes
    assert boxes is not None and boxes.corners[-1].tolist() == [1, 2, 30, 40]


def test_frames_of_a_video_belong_together(tmp_path: Path) -> None:
    draw_pictures(tmp_path, [f"frame_{i:06d}.png" for i in range(3)])
    (tmp_path / "x.xml").write_text(VIDEO)
    found = read(tmp_path / "x.xml")
    assert [p.group for p in found.pictures] == ["x.xml", "x.xml", ""]
    assert [p.boxes is None for p in found.pictures] == [False, False, True]


def test_subsets_are_parts(tmp_path: Path) -> None:
    file = cvat(tmp_path)
    file.write_text(file.read_text().replace('id="0"', 'id="0" subset="Train"'))
    found = read(file)
    assert (found.pictures[0].part, found.assigned_by) == ("train", "subsets")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('xtl="4"', "", "'None' is no number"),
        ('label="cat"', "", "it has no label"),
        ("<box", "<mask", "mask is no box"),
        ('<box label="cat"', '<polygon points="1,2;3" label="cat"', "its points are torn"),
        ('<box label="cat"', '<polygon label="cat"', "it has no points"),
    ],
)
def test_a_shape_that_cannot_be_read_is_named(old: str, new: str, why: str, tmp_path: Path) -> None:
    file = cvat(tmp_path)
    file.write_text(file.read_text().replace(old, new, 1))
    found = read(file)
    assert found.problems[0].code == "D230" and why in found.problems[0].reason
    assert "image[0]." in found.problems[0].reason


def test_names_of_pictures_that_are_not_there_are_listed(tmp_path: Path) -> None:
    file = cvat(tmp_path)
    (tmp_path / "images" / "a.png").unlink()
    assert [p.name for p in read(file).problems] == ["a.png"]


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    file = cvat(tmp_path)
    file.write_text(file.read_text()[:-9])
    with pytest.raises(DataError, match="D223"):
        read(file)


def test_a_rotated_box_counts_as_the_box_around_it(tmp_path: Path) -> None:
    file = cvat(tmp_path)
    told = file.read_text().replace('occluded="0"', 'rotation="90.0"', 1)
    file.write_text(told)
    boxes = read(file).pictures[0].boxes  # 4, 6, 24, 30 before
    assert boxes is not None and boxes.corners[0].round(6).tolist() == [2, 8, 26, 28]
    file.write_text(told.replace("90.0", "45.0"))
    boxes = read(file).pictures[0].boxes
    assert boxes is not None and boxes.corners[0].round(2).tolist() == [-1.56, 2.44, 29.56, 33.56]
