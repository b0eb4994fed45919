import json
from pathlib import Path
from typing import Any

import pytest
from annotated import createml, draw_pictures

from headstart.data.annotations import Annotations
from headstart.data.box_formats import find_boxes, need_boxes
from headstart.data.createml import is_createml, read_createml
from headstart.data.picture_index import PictureIndex, files_below
from headstart.errors import DataError

CENTER = {"x": 14, "y": 18, "width": 20, "height": 24}


def read(root: Path) -> Annotations:
    files = files_below(root)
    own = [path for path in files if path.suffix == ".json"]
    return read_createml(own, PictureIndex.of(root, files))


def with_entries(root: Path, *entries: Any) -> Annotations:
    draw_pictures(root, ["a.png", "b.png"])
    (root / "x.json").write_text(json.dumps(list(entries)))
    return read(root)


def entry(name: object = "a.png", label: object = "cat", **coordinates: object) -> dict[str, Any]:
    held = {"label": label, "coordinates": {**CENTER, **coordinates}}
    return {"image": name, "annotations": [held, {"label": "dog", "coordinates": CENTER}]}


def test_boxes_stand_around_their_centers(tmp_path: Path) -> None:
    found = with_entries(tmp_path, entry())
    boxes = found.pictures[0].boxes
    assert boxes is not None and boxes.corners.tolist() == [[4, 6, 24, 30]] * 2
    assert [found.names[label] for label in boxes.labels] == ["cat", "dog"]
    assert found.pictures[1].boxes is None


def test_older_names_of_the_same_are_read(tmp_path: Path) -> None:
    held = {"imagefilename": "a.png", "annotation": entry()["annotations"]}
    assert len(with_entries(tmp_path, held).pictures[0].boxes or ()) == 2


@pytest.mark.parametrize(
    ("bad", "code", "name", "why"),
    [
        (entry(label=""), "D230", "x.json", "[0].annotations[0].label: it is no text"),
        (entry(label=3), "D230", "x.json", "[0].annotations[0].label: it is no text"),
        (entry(width="wide"), "D230", "x.json", "[0].annotations[0].coordinates: 'wide' is no num"),
        (
            entry(x=float("nan")),
            "D230",
            "x.json",
            "[0].annotations[0].coordinates: 'nan' is no num",
        ),
        (entry(y=2e7), "D230", "x.json", "[0].annotations[0].coordinates: '20000000.0' is no num"),
        (entry(name="lost.png"), "D231", "lost.png", "annotated in x.json, and not there"),
        (entry(name=7), "D230", "x.json", "[0]: it names no picture"),
        ({"image": "a.png", "annotations": 3}, "D230", "x.json", "[0].annotations: it is no list"),
        ("a.png", "D230", "x.json", "[0]: it names no picture"),
    ],
)
def test_what_cannot_be_read_is_named(
    bad: object, code: str, name: str, why: str, tmp_path: Path
) -> None:
    (problem,) = with_entries(tmp_path, bad, entry("b.png")).problems
    assert (problem.code, problem.name) == (code, name) and problem.reason.startswith(why)


def test_a_picture_none_of_whose_boxes_can_be_read_is_no_negative(tmp_path: Path) -> None:
    bad = {"image": "a.png", "annotations": [{"label": "cat", "coordinates": None}]}
    found = with_entries(tmp_path, bad, entry("b.png"))
    assert [p.code for p in found.problems] == ["D230", "D232"] and len(found.pictures) == 1
    torn = with_entries(tmp_path / "torn", {"image": "a.png"}, entry("b.png"))
    assert len(torn.pictures) == 1, "it is not unlabeled either"


@pytest.mark.parametrize(
    ("x", "side", "shares"), [(0.5, 1.0, True), (0.5, 1.01, False), (1.01, 0.5, False)]
)
def test_boxes_of_sides_up_to_one_are_shares(
    x: float, side: float, shares: bool, tmp_path: Path
) -> None:
    found = with_entries(tmp_path, entry(width=0.5, height=0.5, x=0.5, y=0.5))
    assert not found.pictures[0].shares and not found.notes
    center = {"x": x, "y": 0.5}
    held = [{"label": "cat", "coordinates": {**center, "width": side, "height": 0.5}}]
    found = with_entries(tmp_path / "more", {"image": "a.png", "annotations": held})
    assert found.pictures[0].shares is shares
    assert any("are shares of the sides" in note for note in found.notes) is shares


def test_folders_and_names_of_files_are_parts(tmp_path: Path) -> None:
    for part in ("train", "valid"):
        createml(tmp_path / part)
    assert [p.part for p in need_boxes(tmp_path).pictures] == ["train"] * 3 + ["val"] * 3
    createml(tmp_path / "one" / "train")
    assert {p.part for p in need_boxes(tmp_path / "one").pictures} == {""}


def test_a_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    file = createml(tmp_path)
    file.write_text(file.read_text()[:-20])
    with pytest.raises(DataError, match="D220"):
        find_boxes(tmp_path)


def test_only_lists_of_pictures_with_coordinates_are_createml(tmp_path: Path) -> None:
    file = createml(tmp_path)
    assert is_createml(file)
    bare = {"image": "c.png", "annotations": []}
    for held, fits in (
        ([bare, entry()], True),
        ([bare], False),
        ([{"image": "a.png", "annotations": [{"result": []}]}], False),
        ([{"annotations": [{"coordinates": {}}]}], False),
        ({"image": "a.png"}, False),
    ):
        file.write_text(json.dumps(held))
        assert is_createml(file) is fits
    assert not is_createml(tmp_path / "lost.json")
