"""A detector of transformers by its folder: a run, what is frozen in it, and its classes later."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch

import headstart
from headstart import TransferDetector
from headstart.backbone import PLACED, digests_of, load_backbone, moved, tensors_of
from headstart.cli import execute

pytest.importorskip("transformers")
pytestmark = pytest.mark.journey
CLASSES = ["unused", "berry", "leaf"]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RT-DETR v2 with random weights and another number of classes than the pictures have."""
    from transformers import AutoModelForObjectDetection, RTDetrResNetConfig, RTDetrV2Config

    small: Any = {"hidden_sizes": [8, 12, 16, 24], "depths": [1] * 4, "embedding_size": 8}
    wide = dict.fromkeys(
        ("d_model", "encoder_hidden_dim", "encoder_ffn_dim", "decoder_ffn_dim"), 32
    )
    torch.manual_seed(0)
    config = RTDetrV2Config(
        backbone_config=RTDetrResNetConfig(
            **small, layer_type="basic", out_features=["stage2", "stage3", "stage4"]
        ),
        **wide, encoder_in_channels=[12, 16, 24], decoder_in_channels=[32] * 3, num_queries=20,
        decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, num_labels=7,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("network") / "rt"
    AutoModelForObjectDetection.from_config(config).save_pretrained(folder)
    told = {"size": {"height": 64, "width": 64}, "do_normalize": False}
    (folder / "preprocessor_config.json").write_text(json.dumps(told))
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A COCO file whose class 0 has no boxes, as Roboflow writes it; ids begin at 5."""
    root, rng = tmp_path_factory.mktemp("coco"), np.random.default_rng(0)
    images, boxes = list[dict[str, Any]](), list[dict[str, Any]]()
    for i in range(40):
        pixels, label = rng.integers(100, 150, (64, 64, 3)).astype(np.uint8), i % 2
        x, y = (int(n) for n in rng.integers(0, 32, 2))
        pixels[y : y + 28, x : x + 28] = [(210, 30, 60), (40, 160, 60)][label]
        PIL.Image.fromarray(pixels).save(root / f"{i:03}.png")
        images.append({"id": i, "file_name": f"{i:03}.png", "width": 64, "height": 64})
        boxes.append({"id": i, "image_id": i, "category_id": 6 + label, "bbox": [x, y, 28, 28]})
    known = [{"id": 5 + i, "name": name} for i, name in enumerate(CLASSES)]
    told = {"images": images, "annotations": boxes, "categories": known}
    (root / "_annotations.coco.json").write_text(json.dumps(told))
    return root


@pytest.mark.parametrize(
    ("strategy", "left"), [("probe", 3), ("unfreeze:1", 2), ("full", 0), ("lora:2", 0)]
)
def test_what_is_left_of_the_cut_stays_as_it_was_loaded(
    strategy: str, left: int, network: Path, tmp_path: Path
) -> None:
    rng, source = np.random.default_rng(0), load_backbone(str(network))
    pictures = list(rng.integers(100, 150, (16, 64, 64, 3)).astype(np.uint8))
    boxes = [[{"label": "berry", "box": [8 + i, 8, 40, 40]}] for i in range(16)]
    made = TransferDetector(str(network), strategy=strategy, cache=tmp_path).fit(pictures, boxes)
    stages = made.model_.backbone.stages
    changed = moved(source.loaded, digests_of(tensors_of(stages, None)))
    assert made.model_.cut == left
    assert bool(changed) == (left < 3)
    names = [name for name, _ in stages.named_children()]
    assert {name.partition(".")[0] for name in changed} <= set(names[left:])


def test_classes_are_those_of_the_data_after_a_reload(
    place: Path, network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ids that moved by one after a reload or an export were others' mistake (rf-detr#961)."""
    run = headstart.train(
        place, out=tmp_path / "run", cache=tmp_path, backbone=str(network), strategy="probe",
        epochs=2,
    )  # fmt: skip
    assert run.metrics["frozen"]["changed"] == 0 < run.metrics["frozen"]["tensors"]
    model = headstart.load(run.path)
    assert run.metrics["classes"] == ["berry", "leaf"] == list(model.classes)
    assert model.head.linear.out_features == PLACED + 2
    files = sorted(place.glob("*.png"))[:6]
    first = [[b.label for b in one.boxes or ()] for one in model.predict(files)]
    assert execute(["predict", str(run.path), *map(str, files), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [[box["label"] for box in one["boxes"]] for one in told] == first
