"""A detector that is written and read again says the same of the same things."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from headstart import durable
from headstart.backbone import PLACED, detector, load_backbone
from headstart.data import InMemory
from headstart.errors import BackboneError
from headstart.head import BoxHead
from headstart.model import Model
from headstart.share import load, save_model
from headstart.task import Calibration, Detection

CLASSES = ("ant", "bee", "cow")
SHARE = {"value": 0.9, "low": 0.8, "high": 0.95}
FIGURES = {
    "figure": "f1",
    "n": {"train": 10, "val": 2, "test": 3},
    "test": {"f1": SHARE, "map": SHARE},
    "arms": [{"name": "probe", "f1": SHARE}],
    "verdict": {"word": "helps", "sentence": "Transfer helps: +10 points"},
}


@pytest.fixture(scope="module")
def model() -> Model:
    """Says "cow" of everything, "bee" of nothing, and has a threshold for each class."""
    backbone = detector(load_backbone("headstart_resnet10"), 64)
    head = BoxHead(backbone.width, len(CLASSES))
    head.linear.bias.data = torch.tensor([0, 0, 0.3, 0.3, 10, -4, -9, 3.0])
    head.thresholds.copy_(torch.tensor([0.4, 0.5, 0.6]))
    return Model(backbone, head, Detection(CLASSES, 64), Calibration(0.75), backbone.depth)


PICTURE = InMemory("noise", np.random.default_rng(0).integers(0, 255, (48, 96, 3), np.uint8))


def test_classes_keep_their_places_when_a_detector_is_read_again(
    model: Model, tmp_path: Path
) -> None:
    """Ids that were off by one after a reload named every box wrong (rf-detr#961)."""
    save_model(tmp_path / "model", model, FIGURES)
    back = load(tmp_path / "model")
    (one,), (other,) = model.predict([PICTURE]), back.predict([PICTURE])
    assert {box.label for box in one.boxes} == {"cow"}
    assert [box.label for box in other.boxes] == [box.label for box in one.boxes]
    assert np.allclose([b.box for b in other.boxes], [b.box for b in one.boxes], atol=1e-3)
    assert (back.task, back.head.thresholds.tolist()) == (
        model.task,
        pytest.approx([0.4, 0.5, 0.6]),
    )


@pytest.mark.parametrize("classes", [2, 4])
def test_a_head_for_more_or_fewer_classes_is_refused(
    model: Model, tmp_path: Path, classes: int
) -> None:
    save_model(tmp_path / "model", model, FIGURES)
    file = tmp_path / "model" / "head.safetensors"
    state = load_file(file)
    width = state["linear.weight"].shape[1]
    state["linear.weight"] = torch.zeros(PLACED + classes, width)
    state["linear.bias"] = torch.zeros(PLACED + classes)
    state["thresholds"] = torch.full((classes,), 0.5)
    save_file(state, file)
    listed = durable.listed(file.parent, [p for p in file.parent.iterdir() if p.suffix != ""])
    kept = [one for one in listed if one["name"] != "manifest.json"]
    durable.write(file.parent / "manifest.json", durable.to_json({"files": kept}))
    with pytest.raises(BackboneError, match="damaged") as refused:
        load(file.parent)
    assert "for 3 classes" in str(refused.value)


def test_boxes_lie_within_the_picture_that_was_asked_about(model: Model) -> None:
    (found,) = model.predict([PICTURE])
    corners = np.array([box.box for box in found.boxes])
    assert len(corners) and corners.min() >= 0 and (corners <= [96, 48, 96, 48]).all()


def test_tiles_are_asked_about_as_the_whole_is(model: Model) -> None:
    whole, parts = model.predict(PICTURE), model.tiled(PICTURE, 32)
    assert 0 < len(model.tiled(PICTURE, 96).boxes) <= len(whole.boxes)
    assert len(parts.boxes) > len(whole.boxes) and {box.label for box in parts.boxes} == {"cow"}
    assert parts.label == f"{len(parts.boxes)} cow"
