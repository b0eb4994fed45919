import json
from pathlib import Path

import pytest
import torch
from stand_ins import FIGURES

from headstart import durable
from headstart.backbone import Backbone, load_backbone
from headstart.errors import BackboneError, SecurityError
from headstart.head import linear
from headstart.model import Model
from headstart.share import load, save_model
from headstart.task import Calibration, Classification


@pytest.fixture
def model(tiny: Backbone) -> Model:
    generator = torch.Generator().manual_seed(0)
    head = linear(16, 3, torch.randn(3, 16, generator=generator), torch.zeros(3))
    return Model(tiny, head, Classification(("a", "<b>", "c|d")), Calibration(0.75), tiny.depth)


def test_a_model_comes_back_as_it_was(model: Model, photos: Path, tmp_path: Path) -> None:
    save_model(tmp_path / "model", model, FIGURES)
    back = load(tmp_path / "model")
    pictures = sorted(photos.rglob("*.png"))[:5]
    assert [p.label for p in back.predict(pictures)] == [p.label for p in model.predict(pictures)]
    assert torch.allclose(back.probabilities(pictures), model.probabilities(pictures), atol=1e-6)
    assert (back.task, back.trust.sure_above, back.cut) == (model.task, 0.75, model.cut)


def test_equal_models_are_equal_bytes(model: Model, tmp_path: Path) -> None:
    for name in ("one", "two"):
        save_model(tmp_path / name, model, FIGURES)
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_others_can_start_from_a_model(model: Model, tmp_path: Path) -> None:
    save_model(tmp_path / "model", model, FIGURES)
    backbone = load_backbone(str(tmp_path / "model"))
    assert backbone.digest(backbone.depth) == model.backbone.digest(model.backbone.depth)
    assert backbone.modality == model.backbone.modality


def test_a_changed_byte_is_noticed(model: Model, tmp_path: Path) -> None:
    save_model(tmp_path / "model", model, FIGURES)
    head = tmp_path / "model" / "head.safetensors"
    head.write_bytes(head.read_bytes()[:-1] + b"\x01")
    with pytest.raises(BackboneError, match="damaged"):
        load(tmp_path / "model")


def test_a_folder_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="headstart train"):
        load(tmp_path)


def test_a_run_that_has_not_ended_says_so(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(BackboneError, match="not ended"):
        load(tmp_path)


def test_facts_from_elsewhere_are_refused(model: Model, tmp_path: Path) -> None:
    save_model(tmp_path / "model", model, FIGURES)
    with durable.folder(tmp_path / "other") as temp:
        for file in (tmp_path / "model").iterdir():
            if file.name != durable.MANIFEST:
                (temp / file.name).write_bytes(file.read_bytes())
        facts = json.loads((temp / "model.json").read_text())
        (temp / "model.json").write_text(json.dumps({**facts, "auto_map": "evil.py"}))
    with pytest.raises(BackboneError, match="damaged"):
        load(tmp_path / "other")


def resealed(folder: Path, name: str, **changed: object) -> Path:
    """A JSON file changed and the manifest written anew, as whoever changes a folder would."""
    facts = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps({**facts, **changed}))
    files = [file for file in sorted(folder.iterdir()) if file.name != durable.MANIFEST]
    told = [{"name": f.name, "size": f.stat().st_size, "sha256": durable.sha256(f)} for f in files]
    (folder / durable.MANIFEST).write_text(json.dumps({"files": told}))
    return folder


@pytest.fixture
def saved(model: Model, tmp_path: Path) -> Path:
    save_model(tmp_path / "model", model, FIGURES)
    return tmp_path / "model"


@pytest.mark.parametrize(
    "changed",
    [
        *({"classes": ["a", "b"]}, {"classes": ["a", "b", "c", "d"]}, {"classes": ["a", "b", "b"]}),
        *({"classes": []}, {"task": "transcribe"}, {"task": "entities"}, {"task": "generation"}),
        *({"cut": 99}, {"cut": -1}, {"sure_above": 1.1}, {"spread": 0}, {"margin": "x"}),
    ],
)
def test_a_head_that_is_not_for_the_classes_is_damage(changed, saved) -> None:
    assert load(resealed(saved, "model.json")).task.classes == ("a", "<b>", "c|d")
    with pytest.raises(BackboneError, match="M452"):
        load(resealed(saved, "model.json", **changed))


@pytest.mark.parametrize("changed", [{"width": 17}, {"settings": {"words": 3_000_000}}])
def test_a_backbone_that_is_not_for_its_weights_is_damage(changed, saved) -> None:
    with pytest.raises(BackboneError, match="M452"):
        load(resealed(saved, "backbone.json", **changed))


@pytest.mark.parametrize("name", ["model.json", "backbone.json", "head.safetensors"])
def test_what_the_manifest_does_not_name_is_not_read(name, saved) -> None:
    told = json.loads((saved / durable.MANIFEST).read_text())["files"]
    kept = {"files": [entry for entry in told if entry["name"] != name]}
    (saved / durable.MANIFEST).write_text(json.dumps(kept))
    with pytest.raises(BackboneError, match=f"does not name {name}"):
        load(saved)


def test_devices_and_links_are_refused(saved) -> None:
    told = json.loads((saved / durable.MANIFEST).read_text())["files"]
    zero = {"name": "/dev/zero", "size": 0, "sha256": "x"}
    (saved / durable.MANIFEST).write_text(json.dumps({"files": [*told, zero]}))
    with pytest.raises(SecurityError, match="S614"):
        load(saved)
    (saved / "head.safetensors").rename(saved.parent / "head")
    (saved / "head.safetensors").symlink_to(saved.parent / "head")
    (saved / durable.MANIFEST).write_text(json.dumps({"files": told}))
    with pytest.raises(SecurityError, match="is a link"):
        load(saved)
