import json
from pathlib import Path
from typing import Any

import pytest
from annotated import labelme

from headstart.data.annotations import Annotations
from headstart.data.labelme import is_labelme, read_labelme
from headstart.data.picture_index import PictureIndex, files_below


def read(root: Path) -> Annotations:
    files = files_below(root)
    own = [path for path in files if path.suffix == ".json"]
    return read_labelme(own, PictureIndex.of(root, files))


def with_shape(root: Path, **shape: Any) -> Annotations:
    file = labelme(root)
    held = json.loads(file.read_text())
    held["shapes"] = [{"label": "cat", **shape}, held["shapes"][1]]
    file.write_text(json.dumps(held))
    return read(root)


@pytest.mark.parametrize(
    ("kind", "points", "corners"),
    [
        ("rectangle", [[9, 8], [1, 2]], [1, 2, 9, 8]),
        ("polygon", [[1, 2], [9, 3], [4, 8]], [1, 2, 9, 8]),
        ("circle", [[10, 10], [13, 14]], [5, 5, 15, 15]),
    ],
)
def test_every_shape_with_an_area_counts_as_the_box_around_it(
    kind: str, points: list[list[int]], corners: list[int], tmp_path: Path
) -> None:
    boxes = with_shape(tmp_path, shape_type=kind, points=points).pictures[0].boxes
    assert boxes is not None and boxes.corners[0].tolist() == corners


@pytest.mark.parametrize(
    ("kind", "points", "why"),
    [
        ("point", [[1, 2]], "point is no box"),
        ("rectangle", [[1, 2]], "a rectangle of 1 points"),
        ("polygon", [[1, 2], [3]], "no list of points"),
        ("polygon", [[1, 2], [3, "x"], [4, 5]], "'x' is no number"),
        ("polygon", None, "no list of points"),
    ],
)
def test_a_shape_that_is_no_box_is_named(
    kind: str, points: object, why: str, tmp_path: Path
) -> None:
    (problem,) = with_shape(tmp_path, shape_type=kind, points=points).problems
    assert problem.code == "D230" and "shapes[0].points" in problem.reason and why in problem.reason


def test_a_shape_without_a_label_is_named(tmp_path: Path) -> None:
    (problem,) = with_shape(tmp_path, label="").problems
    assert "shapes[0].label" in problem.reason


def test_a_broken_file_leaves_its_picture_out_and_not_unlabeled(tmp_path: Path) -> None:
    labelme(tmp_path).write_text("{")
    found = read(tmp_path)
    assert [p.code for p in found.problems] == ["D230"] and len(found.pictures) == 2


def test_folders_are_parts(tmp_path: Path) -> None:
    for part in ("train", "test"):
        labelme(tmp_path / part)
    assert [p.part for p in read(tmp_path).pictures] == ["test"] * 3 + ["train"] * 3


def test_only_files_with_shapes_and_a_picture_are_labelme(tmp_path: Path) -> None:
    assert is_labelme(labelme(tmp_path))
    (tmp_path / "x.json").write_text('{"shapes": []}')
    assert not is_labelme(tmp_path / "x.json")
