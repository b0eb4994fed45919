"""Pictures of what an audit lists."""

import shutil
from pathlib import Path

import pytest
from annotated import MARKS, SIZE, yolo

import headstart
from headstart.data import Audit
from headstart.run.audit_pictures import faulty_pictures

FLAT = {**MARKS, "b.png": [("dog", (8, 3, 40, 33)), ("dog", (10, 10, 10, 40))]}


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    yolo(tmp_path / "set", FLAT, blank=False)
    return headstart.check(tmp_path / "set", cache=tmp_path / "cache", task="detection")


def test_a_picture_is_shown_with_the_box_that_is_listed_and_those_that_stay(audit: Audit) -> None:
    (shown,) = faulty_pictures(audit)
    assert shown.name.endswith("b.png")
    assert [box.kind for box in shown.boxes] == ["hit", "fault"]
    assert shown.boxes[0].told == "dog" and "without area" in shown.boxes[1].told


def test_boxes_are_where_they_are_on_the_square_that_is_shown(audit: Audit) -> None:
    (shown,) = faulty_pictures(audit)
    wide, border = SIZE[0], (SIZE[0] - SIZE[1]) / 2
    expected = [8 / wide, (3 + border) / wide, 40 / wide, (33 + border) / wide]
    assert shown.boxes[0].corners == pytest.approx(expected, abs=0.01)


def test_no_more_pictures_than_asked_for_and_those_with_boxes_first(tmp_path: Path) -> None:
    yolo(tmp_path / "set", FLAT, blank=False)
    images = tmp_path / "set" / "images" / "train"
    shutil.copy(images / "a.png", images / "c.png")  # a picture with boxes is a negative, too
    found = headstart.check(tmp_path / "set", cache=tmp_path / "cache", task="detection")
    assert [one.boxes != () for one in faulty_pictures(found, 2)] == [True, False]
    assert len(faulty_pictures(found, 1)) == 1
