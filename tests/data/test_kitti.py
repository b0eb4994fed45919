from pathlib import Path

import pytest
from annotated import draw_pictures, kitti

from headstart.data.annotations import Annotations
from headstart.data.box_formats import find_boxes, need_boxes
from headstart.data.box_found import found_boxes
from headstart.data.kitti import kitti_files, read_kitti
from headstart.data.picture_index import PictureIndex, files_below

CAR = "Car 0.00 0 1.85 387.63 181.54 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57"
FLAT = "Car 0 0 0 5 6 7 8 0 0 0 0 0 0 0"
UNSEEN = "DontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10"


def with_lines(root: Path, *lines: str) -> Annotations:
    """Of a.png; b.png is a negative."""
    draw_pictures(root, ["a.png", "b.png", "c.png"])
    (root / "a.txt").write_text("\n".join(lines))
    (root / "b.txt").write_text("")
    files = files_below(root)
    own = [path for path in files if path.suffix == ".txt"]
    return read_kitti(own, PictureIndex.of(root, files))


def test_a_line_is_a_class_and_corners_in_pixels(tmp_path: Path) -> None:
    found = with_lines(tmp_path, CAR, "", FLAT.replace("Car", "Van"))
    boxes = found.pictures[0].boxes
    assert boxes is not None and found.names == ("Car", "Van") and not found.problems
    assert boxes.corners.tolist() == [[387.63, 181.54, 423.81, 203.12], [5, 6, 7, 8]]
    assert [None if p.boxes is None else len(p.boxes) for p in found.pictures] == [2, 0, None]


def test_regions_that_nobody_cares_about_are_ignored_in_every_class(tmp_path: Path) -> None:
    found = with_lines(tmp_path, UNSEEN, CAR, FLAT.replace("Car", "Van"))
    boxes = found.pictures[0].boxes
    assert boxes is not None and found.names == ("Car", "Van")
    assert (boxes.labels.tolist(), boxes.ignored.tolist()) == (
        [0, 1, 0, 1],
        [False] * 2 + [True] * 2,
    )
    assert boxes.corners[2:].tolist() == [[503.89, 169.71, 590.61, 190.13]] * 2
    truth = found_boxes(found).examples.truth
    assert truth.counts([0]) == {"Car": 1, "Van": 1}


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (CAR.rsplit(" ", 1)[0], "it has 14 fields, not 15"),
        (CAR + " 0.93", "it has 16 fields, as a detector's results"),
        (CAR + " 0.93 1", "it has 17 fields, not 15"),
        (CAR.replace("387.63", "nan"), "'nan' is no number"),
        (CAR.replace("203.12", "1e9"), "'1e9' is no number"),
        ("Car", "it has 1 field, not 15"),
    ],
)
def test_a_line_that_is_no_box_is_named(bad: str, why: str, tmp_path: Path) -> None:
    (problem,) = with_lines(tmp_path, CAR, bad).problems
    assert (problem.code, problem.name, problem.row) == ("D230", "a.txt", 2)
    assert problem.reason.startswith(f"line 2: {why}")


def test_a_picture_none_of_whose_lines_can_be_read_is_no_negative(tmp_path: Path) -> None:
    found = with_lines(tmp_path, "Car 1 2")
    assert [p.code for p in found.problems] == ["D230", "D232"]
    assert [Path(str(p.source)).name for p in found.pictures] == ["b.png", "c.png"]
    unseen = with_lines(tmp_path / "unseen", UNSEEN)
    assert len(unseen.pictures) == 3 and not unseen.problems


def test_labels_of_lost_pictures_are_listed_and_other_texts_passed_over(tmp_path: Path) -> None:
    first = kitti(tmp_path)
    (first.parent / "lost.txt").write_text(CAR)
    (first.parent / "read me.txt").write_text("KITTI, 2012")
    (tmp_path / "calib").mkdir()
    (tmp_path / "calib" / "a.txt").write_text("P0: 7.2e+02 0.0e+00")
    found = need_boxes(tmp_path)
    assert [(p.code, p.name) for p in found.problems] == [("D231", "lost.*")]
    assert len(found.pictures) == 3


def test_pictures_of_the_left_camera_belong_to_its_labels(tmp_path: Path) -> None:
    kitti(tmp_path / "training")
    for other in ("training/image_3", "testing/image_2"):
        draw_pictures(tmp_path / other, ["a.png", "b.png", "c.png"])
    found = need_boxes(tmp_path)
    named = [str(p.source) for p in found.pictures if p.boxes is not None]
    assert len(named) == 3 and all("training/image_2" in name for name in named)


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        (CAR, True), (UNSEEN, True), (FLAT, True),
        (CAR + " 0.9", True), (CAR + " 0.9 1", False), (CAR + " 9.0e+01", True),
        (CAR.rsplit(" ", 1)[0], False),
        ("Car 0 0 0 0.5 0.6 1.0 1.0 0 0 0 0 0 0 0", False),
        ("Car 0 0 0 0.5 0.6 1.0 1.1 0 0 0 0 0 0 0", True),
        ("3 0.5 0.5 0.2 0.2", False), ("", False),
    ],
)  # fmt: skip
def test_files_are_known_by_their_first_line(line: str, fits: bool, tmp_path: Path) -> None:
    draw_pictures(tmp_path, ["a.png"])
    file = tmp_path / "a.txt"
    file.write_text(line)
    assert kitti_files([file, tmp_path / "a.png"]) == ([file] if fits else [])
    assert kitti_files([file]) == []


def test_one_odd_file_does_not_hide_a_folder_of_them(tmp_path: Path) -> None:
    draw_pictures(tmp_path, ["a.png", "b.png", "c.png"])
    for name, text in (("a", f"oops\n{CAR}"), ("b", CAR), ("c", CAR)):
        (tmp_path / f"{name}.txt").write_text(text)
    found = find_boxes(tmp_path)
    assert found is not None and found.form == "KITTI" and found.names == ("Car",)


def test_a_long_word_is_no_long_work(tmp_path: Path) -> None:
    draw_pictures(tmp_path, ["a.png"])
    (tmp_path / "a.txt").write_text("a" * 10**6)
    assert kitti_files([tmp_path / "a.txt", tmp_path / "a.png"]) == []


def test_boxes_without_a_body_in_space_are_not_taken_for_shares(tmp_path: Path) -> None:
    with_lines(tmp_path, FLAT)
    found = find_boxes(tmp_path)
    assert found is not None and found.form == "KITTI" and found.names == ("Car",)
