import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from annotated import MARKS, coco

from headstart.data.annotations import Annotations
from headstart.data.coco import is_coco, read_coco
from headstart.data.picture_index import PictureIndex, files_below
from headstart.errors import DataError


def read(*files: Path) -> Annotations:
    root = files[0].parent if len(files) == 1 else files[0].parent.parent
    return read_coco(files, PictureIndex.of(root, files_below(root)))


def changed(file: Path, **more: Any) -> Path:
    held = json.loads(file.read_text())
    for key, change in more.items():
        held[key] = change(held[key])
    file.write_text(json.dumps(held))
    return file


def test_a_class_that_no_box_has_does_not_shift_the_others(tmp_path: Path) -> None:
    unused = {"id": 0, "name": "animals", "supercategory": "none"}
    found = read(changed(coco(tmp_path), categories=lambda c: [unused, *c]))
    assert found.names == ("cat", "dog")
    assert [p.boxes.labels.tolist() for p in found.pictures if p.boxes] == [[0, 1], [1]]


def test_each_folder_with_a_file_is_a_part(tmp_path: Path) -> None:
    files = [coco(tmp_path / part) for part in ("train", "valid", "test")]
    found = read(*files)
    assert [p.part for p in found.pictures] == ["train"] * 3 + ["val"] * 3 + ["test"] * 3
    assert found.assigned_by == "files"


def test_pictures_lie_in_folders_of_their_own_as_coco_has_them(tmp_path: Path) -> None:
    for part in ("train", "val"):
        file = coco(tmp_path / f"{part}2017")
        (tmp_path / "annotations").mkdir(exist_ok=True)
        shutil.move(file, tmp_path / "annotations" / f"instances_{part}2017.json")
        for picture in (tmp_path / f"{part}2017").iterdir():
            picture.rename(picture.with_name(f"{part}_{picture.name}"))
        moved = tmp_path / "annotations" / f"instances_{part}2017.json"
        own = f"{part}_"
        changed(
            moved, images=lambda i, own=own: [{**x, "file_name": own + x["file_name"]} for x in i]
        )
    files = sorted((tmp_path / "annotations").iterdir())
    assert [p.part for p in read(*files).pictures] == ["train"] * 3 + ["val"] * 3


def test_crowds_are_ignored(tmp_path: Path) -> None:
    found = read(changed(coco(tmp_path), annotations=lambda a: [{**x, "iscrowd": 1} for x in a]))
    assert all(p.boxes.ignored.all() for p in found.pictures if p.boxes is not None)


@pytest.mark.parametrize(
    ("box", "why"),
    [
        ([1, 2, 3], "bbox: it is no list of four"),
        ("1 2 3 4", "bbox: it is no list of four"),
        ([1, 2, float("nan"), 4], "'nan' is no number"),
        ([1, 2, 1e12, 4], "is no number that a box can have"),
    ],
)
def test_a_box_that_cannot_be_read_is_named_by_its_place(
    box: object, why: str, tmp_path: Path
) -> None:
    file = changed(coco(tmp_path), annotations=lambda a: [{**a[0], "bbox": box}, *a[1:]])
    found = read(file)
    assert [p.code for p in found.problems] == ["D230"]
    assert "annotations[0].bbox" in found.problems[0].reason and why in found.problems[0].reason
    assert sum(len(p.boxes) for p in found.pictures if p.boxes) == 2


def test_ids_with_gaps_and_ids_of_one_name_are_listed(tmp_path: Path) -> None:
    more = [{"id": 9, "name": "dog"}]
    found = read(changed(coco(tmp_path), categories=lambda c: [*c, *more]))
    assert {p.code for p in found.problems} == {"D233", "D234"}
    assert found.names == ("cat", "dog")


def test_boxes_of_unknown_classes_and_pictures_are_listed(tmp_path: Path) -> None:
    stray = {"id": 77, "image_id": 0, "category_id": 5, "bbox": [0, 0, 5, 5]}
    lost = {"id": 78, "image_id": "no", "category_id": 1, "bbox": [0, 0, 5, 5]}
    found = read(changed(coco(tmp_path), annotations=lambda a: [*a, stray, lost]))
    reasons = " ".join(p.reason for p in found.problems)
    assert "no category has the id 5 of 1 box" in reasons and 'has the id "no"' in reasons


def test_a_picture_that_is_not_there_is_listed(tmp_path: Path) -> None:
    file = coco(tmp_path)
    (tmp_path / "b.png").unlink()
    found = read(file)
    assert [(p.code, p.name) for p in found.problems] == [("D231", "b.png")]


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    file = coco(tmp_path)
    file.write_text(file.read_text()[:-40])
    with pytest.raises(DataError, match="D220"):
        read(file)


def test_annotations_may_stand_before_images(tmp_path: Path) -> None:
    file = coco(tmp_path)
    held = json.loads(file.read_text())
    file.write_text(json.dumps({key: held[key] for key in sorted(held)}))
    assert [len(p.boxes) for p in read(file).pictures if p.boxes is not None] == [2, 1, 0]


def test_corners_are_those_of_the_boxes(tmp_path: Path) -> None:
    first = read(coco(tmp_path)).pictures[0]
    assert first.boxes is not None and first.size == (80, 60)
    assert np.array_equal(first.boxes.corners, [corners for _, corners in MARKS["a.png"]])


def test_a_damaged_file_is_known_by_its_beginning(tmp_path: Path) -> None:
    file = coco(tmp_path)
    file.write_text(file.read_text()[:-400])
    assert is_coco(file)
    (tmp_path / "other.json").write_text('{"images": [1]}')
    assert not is_coco(tmp_path / "other.json")
    assert not is_coco(tmp_path / "nothing.json")


def rewritten(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Annotations:
    """Of a file each of whose annotations is changed."""
    return read(changed(file, annotations=lambda every: [one | change(one) for one in every]))


def corners(found: Annotations) -> list[list[float]]:
    return [box for p in found.pictures if p.boxes is not None for box in p.boxes.corners.tolist()]


@pytest.mark.parametrize("none", [None, []])
def test_without_a_box_the_outline_has_one(none: object, tmp_path: Path) -> None:
    def outlined(one: dict[str, Any]) -> dict[str, Any]:
        x, y, w, h = one["bbox"]
        return {"bbox": none, "segmentation": [[x, y, x + w, y], [x, y + h, x, y]]}

    expected = corners(read(coco(tmp_path)))
    assert corners(rewritten(coco(tmp_path), outlined)) == expected


@pytest.mark.parametrize("outline", [[[1, 2, 3]], [], {"counts": "x"}, [["a", "b"]]])
def test_an_outline_that_is_none_is_listed(outline: object, tmp_path: Path) -> None:
    told = {"bbox": None, "segmentation": outline}
    found = rewritten(coco(tmp_path), lambda one: told)
    assert {p.code for p in found.problems} == {"D230", "D232"}


@pytest.mark.parametrize("kind", [str, float])
def test_an_id_is_the_same_as_text_and_as_a_fraction(kind: type, tmp_path: Path) -> None:
    found = rewritten(coco(tmp_path), lambda one: {"category_id": kind(one["category_id"])})
    assert (len(corners(found)), found.problems) == (3, ())
    found = rewritten(coco(tmp_path), lambda one: {"image_id": kind(one["image_id"])})
    assert (len(corners(found)), found.problems) == (3, ())


def test_ids_that_only_look_like_numbers_stay_apart(tmp_path: Path) -> None:
    kinds = [{"id": "1", "name": "cat"}, {"id": "01", "name": "dog"}]
    file = changed(coco(tmp_path), categories=lambda _: kinds)
    found = rewritten(file, lambda one: {"category_id": "01" if one["id"] else 1})
    assert (found.names, found.problems) == (("cat", "dog"), ())


def many(root: Path) -> Path:
    """With boxes enough to be sure what they are."""
    marks = {"a.png": [("cat", (40, 30, 60, 50)), ("dog", (2, 2, 9, 9))] * 3}
    return coco(root, marks)  # type: ignore[arg-type]


def as_corners(one: dict[str, Any]) -> dict[str, Any]:
    x, y, w, h = one["bbox"]
    return {"bbox": [x, y, x + w, y + h]}


def test_corners_in_place_of_sizes_are_read_as_such_and_told(tmp_path: Path) -> None:
    expected = corners(read(many(tmp_path)))
    found = rewritten(many(tmp_path), as_corners)
    assert corners(found) == expected
    assert "read as corners" in found.notes[0] and "3 of 6" in found.notes[0]


@pytest.mark.parametrize(
    "spoiled", [{"bbox": [40, 30, 30, 50]}, {"bbox": [40, 30, 60, 63]}, {"bbox": [-9, 30, -9, 40]}]
)
def test_one_box_that_fits_no_corners_keeps_all_as_they_are(
    spoiled: dict[str, Any], tmp_path: Path
) -> None:
    found = rewritten(many(tmp_path), lambda one: as_corners(one) if one["id"] else spoiled)
    assert found.notes == () and corners(found)[2] == [40, 30, 100, 80]


def test_of_few_boxes_and_few_that_leave_nothing_is_said(tmp_path: Path) -> None:
    few = {"a.png": [("cat", (40.0, 30.0, 60.0, 50.0))] * 4}
    assert rewritten(coco(tmp_path, few), as_corners).notes == ()
    some = {"a.png": [("cat", (40.0, 30.0, 60.0, 50.0)), *[("cat", (2.0, 2.0, 9.0, 9.0))] * 5]}
    assert rewritten(coco(tmp_path, some), as_corners).notes == ()  # one of six
    some["a.png"].pop()
    assert rewritten(coco(tmp_path, some), as_corners).notes  # one of five


@pytest.mark.parametrize(("most", "shares"), [(1.0, True), (1.01, False)])
def test_boxes_of_at_most_one_with_fractions_are_shares(
    most: float, shares: bool, tmp_path: Path
) -> None:
    found = rewritten(coco(tmp_path), lambda one: {"bbox": [0, 0, 0.5, most]})
    assert {p.shares for p in found.pictures} == {shares}
    assert bool(found.notes) == shares


def test_a_file_in_a_folder_of_a_folder_of_a_part_is_of_that(tmp_path: Path) -> None:
    files = [coco(tmp_path / part / "annotations") for part in ("train", "test")]
    found = read_coco(files, PictureIndex.of(tmp_path, files_below(tmp_path)))
    assert [p.part for p in found.pictures] == ["train"] * 3 + ["test"] * 3
