"""Boxes from annotations to answers: a run, its files, and what it says of new pictures."""

import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from pyarrow import parquet

import headstart
from headstart.cli import execute
from headstart.errors import BackboneError
from headstart.run import Run

pytestmark = pytest.mark.journey
HUES = {"berry": (210, 30, 60), "leaf": (40, 160, 60)}


def picture(rng: np.random.Generator, *, empty: bool) -> tuple[PIL.Image.Image, list[str]]:
    """One or two bright rectangles on gray noise, and what YOLO's labels say of them."""
    pixels, lines = rng.integers(100, 150, (80, 100, 3)).astype(np.uint8), []
    for label, hue in enumerate(HUES.values()):
        if empty or rng.random() < 0.3:
            continue
        wide, high = rng.integers(20, 40, 2)
        x, y = rng.integers(0, 50 - wide // 2) + 50 * label, rng.integers(0, 80 - high)
        x = min(x, 100 - wide)
        pixels[y : y + high, x : x + wide] = hue
        middle = (x + wide / 2) / 100, (y + high / 2) / 80
        lines.append(f"{label} {middle[0]} {middle[1]} {wide / 100} {high / 80}")
    return PIL.Image.fromarray(pixels), lines


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root, rng = tmp_path_factory.mktemp("boxes"), np.random.default_rng(0)
    for folder in ("images", "labels"):
        (root / folder).mkdir()
    for i in range(70):
        shown, lines = picture(rng, empty=i % 7 == 0)
        shown.save(root / "images" / f"{i:03}.png")
        (root / "labels" / f"{i:03}.txt").write_text("\n".join(lines))
    (root / "data.yaml").write_text("names: [berry, leaf]\ntrain: images\n")
    return root


@pytest.fixture(scope="module")
def run(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    there = tmp_path_factory.mktemp("run")
    return headstart.train(place, out=there / "run", cache=there / "cache", size=96)


def test_figures_are_those_that_others_rely_on(run: Run) -> None:
    found = run.metrics
    assert (found["task"], found["classes"]) == ("detection", ["berry", "leaf"])
    assert {"value", "low", "high"} <= set(found["test"]["map"])
    assert {"map", "ap50", "ap75", "ar", "f1"} <= set(found["test"])
    assert [one["name"] for one in found["boxes"]["by_class"]] == ["berry", "leaf"]
    assert [arm["name"] for arm in found["arms"]] == [
        "usual boxes",
        "probe on random weights",
        "probe",
    ]


def test_what_is_frozen_stays_as_it_was_loaded(run: Run) -> None:
    """Statistics of norms, too, which moved in other tools (ultralytics#9391)."""
    assert run.metrics["frozen"]["tensors"] > 100
    assert run.metrics["frozen"]["changed"] == 0


def test_predictions_have_boxes_in_the_pixels_of_the_picture(run: Run) -> None:
    rows = parquet.read_table(run.path / "predictions.parquet").to_pylist()
    corners = [box["box"] for row in rows for box in row["boxes"]]
    assert len(rows) == run.metrics["n"]["test"] and corners
    assert (np.array(corners) <= [100, 80, 100, 80]).all() and np.max(corners) > 64


def test_answers_draw_and_count_the_boxes(run: Run, place: Path, tmp_path: Path, capsys) -> None:
    files = [str(place / "images" / f"{i:03}.png") for i in (0, 1, 2)]
    asked = ["--draw", str(tmp_path / "drawn"), "--out", str(tmp_path / "boxes.json"), "--json"]
    assert execute(["predict", str(run.path), *files, *asked]) == 0
    told = json.loads(capsys.readouterr().out)
    boxes = [box for one in told for box in one["boxes"]]
    assert len(json.loads((tmp_path / "boxes.json").read_text())) == len(boxes)
    assert all(box["label"] in HUES and len(box["box"]) == 4 for box in boxes)
    assert len(list((tmp_path / "drawn").iterdir())) == 3
    assert execute(["predict", str(run.path), *files, *asked]) == 2


@pytest.mark.parametrize("nms", ["outside", "inside"])
def test_the_file_that_leaves_finds_the_boxes_of_the_run(run: Run, tmp_path, nms) -> None:
    done = run.export(out=tmp_path / "out" / "m.onnx", nms=nms)
    parity = done.parity
    assert parity.same == parity.rows == run.metrics["n"]["test"] and parity.moved_px <= 0.5
    assert parity.map == pytest.approx(run.metrics["test"]["map"]["value"], abs=0.02)
    assert abs(parity.map - parity.map_of_run) <= 0.002
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"m.onnx", "m.md", "predict.py"}


@pytest.mark.parametrize("to", ["openvino", "web", "int8"])
def test_what_has_no_boxes_is_refused_before_it_starts(run: Run, tmp_path, to) -> None:
    with pytest.raises(BackboneError, match="M710"):
        run.export(to, tmp_path / "out" / "m.xml")
    assert not (tmp_path / "out").exists()


def test_a_plan_says_first_what_it_will_take(place: Path, tmp_path: Path) -> None:
    """Others trained for eight silent hours on a CPU (detecto#53)."""
    plan = headstart.plan(place, cache=tmp_path, size=96).record()
    assert plan["told"] and sum(step["seconds"] for step in plan["steps"]) > 0
    assert any("probe" in step["what"] for step in plan["steps"])


def test_the_page_has_sizes_and_classes_of_boxes(run: Run) -> None:
    page = (run.path / "report.html").read_text()
    assert 'id="boxes"' in page and "Sizes" in page and "berry" in page
    assert "\N{REPLACEMENT CHARACTER}" not in page  # bytes of a picture read as a text
