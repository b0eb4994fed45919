"""Forty defects that are planted in a data set, and whether the audit finds each of them."""

import json
import shutil
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from annotated import FORMATS, SIZE, voc_xml

from headstart.data import Problem, audit, find
from headstart.features import survey
from headstart.modality import Image

Box = tuple[str, tuple[float, float, float, float]]
GOOD: Box = ("raccoon", (10, 10, 50, 40))


def picture(path: Path, seed: int, size: tuple[int, int] = SIZE, turn: int = 1) -> None:
    """Smooth noise, so that no two look alike."""
    rng = np.random.default_rng(seed)
    coarse = PIL.Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    exif = PIL.Image.Exif()
    exif[0x0112] = turn
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse.resize(size, PIL.Image.Resampling.BICUBIC).save(path, quality=95, exif=exif)


PLANTED: dict[str, tuple[str, list[Box]]] = {
    **{f"flat{i}": ("D237", [GOOD, ("raccoon", (20, 20, 20 + 9 * i, 20))]) for i in range(6)},
    **{f"wrong{i}": ("D237", [GOOD, ("raccoon", (30, 30, 20 - i, 40))]) for i in range(2)},
    **{f"past{i}": ("D239", [("raccoon", (30, 30, 83 + i, 50))]) for i in range(3)},
    **{f"edge{i}": ("D238", [("raccoon", (30, 30, 81 + i, 50))]) for i in range(2)},
    **{f"out{i}": ("D240", [GOOD, ("raccoon", (90 + i, 10, 99 + i, 40))]) for i in range(5)},
    **{f"twice{i}": ("D241", [GOOD, ("raccoon", (10, 10, 50.5, 40 + i / 4))]) for i in range(3)},
    **{f"tiny{i}": ("D242", [("raccoon", (10, 10, 12 + i, 40))]) for i in range(2)},
    **{f"whole{i}": ("D243", [("raccoon", (i / 4, 0, 80, 60))]) for i in range(2)},
    **{f"none{i}": ("D247", [("raccoon", (5, 5, 5, 9 + i))]) for i in range(2)},
    **{f"text{i}": ("D230", [GOOD, ("raccoon", ("x", 1, 2, 3))]) for i in range(2)},  # type: ignore[list-item]
    **{f"nan{i}": ("D230", [GOOD, ("raccoon", (float("nan"), 1, 9, 9))]) for i in range(2)},
    "letter": ("D246", [("racoon", (10, 10, 50, 40))]),
    "case": ("D141", [("Raccoon", (10, 10, 50, 40))]),
    "blank": ("D252", [("rac coon", (10, 10, 50, 40))]),
}
"""Of each picture what is wrong with it, and its boxes."""


def planted(root: Path) -> set[tuple[str, str]]:
    """Write the data; code and name of everything that is wrong with it."""
    wrong = set[tuple[str, str]]()
    (root / "xml").mkdir(parents=True)
    names = {"letter": "racoon", "case": "raccoon", "blank": "raccoon"}
    for seed, (name, (code, some)) in enumerate(PLANTED.items()):
        picture(root / "images" / f"{name}.jpg", seed)
        (root / "xml" / f"{name}.xml").write_text(voc_xml(f"{name}.jpg", some))
        shown = f"xml/{name}.xml" if code == "D230" else f"images/{name}.jpg"
        wrong.add((code, names.get(name, shown)))
    for seed in range(100, 130):
        picture(root / "images" / f"good{seed}x.jpg", seed)
        (root / "xml" / f"good{seed}x.xml").write_text(voc_xml("", [GOOD]))
    return wrong | _other(root)


def _other(root: Path) -> set[tuple[str, str]]:
    """What is wrong with files."""
    images, xml = root / "images", root / "xml"
    picture(images / "smaller.jpg", 201, (40, 30))
    picture(images / "turned.jpg", 202, turn=6)
    picture(images / "unlabeled.jpg", 203)
    shutil.copy(images / "good100x.jpg", images / "copy.jpg")
    for name in ("smaller", "turned", "copy", "lost"):
        (xml / f"{name}.xml").write_text(voc_xml(f"{name}.jpg", [GOOD]))
    (xml / "good129x.xml").write_text("<annotation>")
    for i in range(3):
        picture(images / f"video_{i}.jpg", 300 + i)
        (xml / f"video_{i}.xml").write_text(voc_xml("", [GOOD]))
    return {
        ("D244", "images/smaller.jpg"), ("D245", "images/turned.jpg"),
        ("D248", "images/unlabeled.jpg"), ("D231", "lost.jpg"), ("D230", "xml/good129x.xml"),
        ("D182", "images/good100x.jpg"), ("D250", "images/video_*"),
    }  # fmt: skip


def problems_at(place: Path, cache: Path) -> tuple[Problem, ...]:
    found = find(place)
    seen = survey(found.examples, Image(size_px=32), cache=cache)
    return audit(found, seen.looks).problems


def test_every_one_of_forty_planted_defects_is_found(tmp_path: Path) -> None:
    wrong = planted(tmp_path / "set")
    listed = {(p.code, p.name) for p in problems_at(tmp_path / "set", tmp_path / "cache")}
    assert len(wrong) >= 40
    assert wrong <= listed
    assert {code for code, _ in listed} == {code for code, _ in wrong}


def test_every_planted_box_is_told_where_it_is(tmp_path: Path) -> None:
    planted(tmp_path / "set")
    about_boxes = {"D237", "D239", "D240", "D241", "D242", "D243"}
    listed = problems_at(tmp_path / "set", tmp_path / "cache")
    assert {p.code for p in listed if p.box} == about_boxes
    assert all(p.box for p in listed if p.code in about_boxes)
    (flat,) = [p for p in listed if p.name == "images/flat2.jpg"]
    assert flat.box == (20, 20, 38, 20) and flat.record()["box"] == [20, 20, 38, 20]


@pytest.mark.parametrize("form", ["createml", "kitti"])
def test_planted_defects_are_found_in_formats_of_other_tools(form: str, tmp_path: Path) -> None:
    some = {
        "flat.png": [GOOD, ("raccoon", (20, 20, 38, 20))],
        "past.png": [("raccoon", (30, 30, 83, 50))],
        "out.png": [GOOD, ("raccoon", (90, 10, 99, 40))],
        "twice.png": [GOOD, ("raccoon", (10, 10, 50, 40.25))],
        "tiny.png": [("raccoon", (10, 10, 12, 40))],
        "letter.png": [("racoon", (10, 10, 50, 40))],
        "good.png": [GOOD],
        "none.png": [],
    }
    FORMATS[form](tmp_path, some)
    for seed, path in enumerate(sorted(tmp_path.rglob("*.png"))):
        picture(path, seed)
    bare = next(tmp_path.rglob("good.png")).with_name("bare.png")
    picture(bare, 99)
    expected = {
        ("D237", "flat"), ("D239", "past"), ("D240", "out"), ("D241", "twice"),
        ("D242", "tiny"), ("D246", "racoon"), ("D248", "bare"),
    }  # fmt: skip
    listed = {(p.code, Path(p.name).stem) for p in problems_at(tmp_path, tmp_path / "cache")}
    assert listed == expected


def test_ids_with_gaps_and_two_ids_of_one_name_are_found(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg", 0)
    image = {"id": 1, "file_name": "a.jpg", "width": SIZE[0], "height": SIZE[1]}
    box = {"id": 1, "image_id": 1, "category_id": 7, "bbox": [10, 10, 30, 20]}
    kinds = [{"id": 1, "name": "cat"}, {"id": 3, "name": "cat"}, {"id": 7, "name": "dog"}]
    held = {"images": [image], "annotations": [box], "categories": kinds}
    (tmp_path / "train.json").write_text(json.dumps(held))
    assert [p.code for p in problems_at(tmp_path, tmp_path / "cache")] == ["D233", "D234"]
