"""Boxes that were found, as files."""

import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from headstart.data import InMemory, find
from headstart.data.questions import Question, Questions
from headstart.errors import DataError
from headstart.model import Prediction
from headstart.run.answers import Answer, Judged
from headstart.run.box_files import coco_results, draw, names_in, write_all, write_yolo
from headstart.run.box_settings import BoxSettings
from headstart.task import FoundBox

CLASSES = ("cat", "dog")
BOXES = (FoundBox("dog", 0.75, (10.0, 20.0, 30.0, 50.0)),)


def answer(path: Path, *boxes: FoundBox) -> Answer:
    return Answer(Question(str(path), path), Prediction("", {}, True, 0.9, boxes=boxes))


@pytest.fixture
def answers(tmp_path: Path) -> list[Answer]:
    """Of a picture with a box, one without in a folder, and one that can't be read."""
    (tmp_path / "in" / "b").mkdir(parents=True)
    paths = [tmp_path / "in" / name for name in ("000042.png", "b/empty.jpg", "broken.png")]
    for path in paths:
        PIL.Image.new("RGB", (100, 80), "white").save(path)
    broken = Answer(Question("broken", paths[2]), failure=DataError("D122", "it stops", "copy it"))
    return [answer(paths[0], *BOXES), answer(paths[1]), broken]


def test_coco_has_widths_and_numbers_classes_from_one(answers: list[Answer]) -> None:
    (found,) = coco_results(answers, CLASSES)
    assert (found["image_id"], found["category_id"], found["category"]) == (42, 2, "dog")
    assert (found["bbox"], found["score"]) == ([10, 20, 20, 30], 0.75)


@pytest.mark.parametrize(("stem", "known"), [("0042", 42), ("x42", None), ("²", None)])
def test_a_picture_is_known_by_its_number_or_its_name(stem: str, known: int | None) -> None:
    name = f"{stem}.jpg"
    (found,) = coco_results([answer(Path(name), *BOXES)], CLASSES)
    assert found["image_id"] == (name if known is None else known)


def test_yolo_has_shares_a_file_for_each_picture_and_names(answers, tmp_path: Path) -> None:
    write_yolo(tmp_path / "yolo", answers, CLASSES)
    labels = tmp_path / "yolo" / "labels"
    assert (labels / "000042.txt").read_text() == "1 0.200000 0.437500 0.200000 0.375000 0.750000\n"
    assert (labels / "b" / "empty.txt").read_text() == ""
    assert not (labels / "broken.txt").exists()
    assert (tmp_path / "yolo" / "data.yaml").read_text() == (
        'train: images\nnames:\n  0: "cat"\n  1: "dog"\n'
    )


def test_what_yolo_gets_is_read_again_as_the_same_boxes(answers, tmp_path: Path) -> None:
    write_yolo(tmp_path / "yolo", answers, CLASSES)
    (tmp_path / "yolo" / "images").mkdir()
    answers[0].question.source.rename(tmp_path / "yolo" / "images" / "000042.png")
    truth = find(tmp_path / "yolo").examples.truth
    assert [truth.names[label] for label in truth.boxes[0].labels] == ["dog"]
    shares = np.array([BOXES[0].box]) / (100, 80, 100, 80)
    assert np.allclose(truth.boxes[0].corners, shares, atol=1e-5)


def test_drawn_pictures_lie_as_their_originals_do(answers, tmp_path: Path) -> None:
    draw(tmp_path / "drawn", answers, CLASSES)
    files = {str(p.relative_to(tmp_path / "drawn")) for p in (tmp_path / "drawn").rglob("*.*")}
    assert files == {"000042.png", "b/empty.jpg"}
    with PIL.Image.open(tmp_path / "drawn" / "000042.png") as drawn:
        pixels = np.asarray(drawn)
    assert pixels.shape == (80, 100, 3)
    assert (pixels[20:50, 10] != 255).any(axis=1).all()
    assert (pixels[25:45, 15:25] == 255).all() and (pixels[60:] == 255).all()


def test_a_turned_picture_is_drawn_upright(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.new("RGB", (100, 80)).save(tmp_path / "turned.jpg", exif=exif)
    draw(tmp_path / "drawn", [answer(tmp_path / "turned.jpg")], CLASSES)
    with PIL.Image.open(tmp_path / "drawn" / "turned.jpg") as drawn:
        assert drawn.size == (80, 100)


def test_names_that_would_be_the_same_are_kept_apart() -> None:
    sources = [Path("in/a.png"), Path("in/A.gif"), Path("in/a.png"), InMemory("x", None)]
    names = [str(name) for name in names_in(sources, ".txt")]
    assert names == ["a.txt", "A.gif.txt", "a.png.txt", "item-4.txt"]
    assert len({name.casefold() for name in map(str, names_in([*sources, *sources], ""))}) == 8


def test_all_that_was_asked_for_is_written(answers, tmp_path: Path) -> None:
    found = Judged(answers, Questions(()), CLASSES, located=True)
    asked = BoxSettings(draw=str(tmp_path / "d"), yolo=str(tmp_path / "y"))
    write_all(found, tmp_path / "boxes.json", asked)
    assert len(json.loads((tmp_path / "boxes.json").read_text())) == 1
    assert (tmp_path / "d").is_dir() and (tmp_path / "y").is_dir()
    write_all(found, tmp_path / "table.jsonl", BoxSettings())
    rows = [json.loads(line) for line in (tmp_path / "table.jsonl").read_text().splitlines()]
    assert [row["boxes"] and len(row["boxes"]) for row in rows] == [1, [], None]
