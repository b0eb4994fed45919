"""Folders that timm saves for hubs, and such that only look like it."""

import json
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from headstart.backbone import load_backbone
from headstart.errors import BackboneError, SecurityError

TOLD = {
    "architecture": "mobilenetv3_small_050",
    "num_classes": 3,
    "model_args": {"pad_type": "same"},
    "pretrained_cfg": {"input_size": [3, 64, 64], "mean": [0.5, 0.5, 0.5], "crop_pct": 1.0},
}


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    return timm.create_model("mobilenetv3_small_050", num_classes=3, pad_type="same").eval()


@pytest.fixture
def folder(network: torch.nn.Module, tmp_path: Path) -> Path:
    place = tmp_path / "theirs"
    place.mkdir()
    save_file(network.state_dict(), place / "model.safetensors")
    (place / "config.json").write_text(json.dumps(TOLD))
    (place / "README.md").write_text("---\nlicense: apache-2.0\n---\n# theirs\n")
    return place


@torch.inference_mode()
def test_timm_s_folder_is_a_backbone_without_its_classifier(network, folder: Path) -> None:
    found = load_backbone(str(folder))
    x = torch.randn(2, 3, 64, 64)
    ours, theirs = (
        found.stages(x),
        network.forward_head(network.forward_features(x), pre_logits=True),
    )
    assert torch.allclose(ours, theirs, atol=1e-6)
    assert (found.modality.size_px, found.modality.crop_pct) == (64, 1.0)
    assert found.modality.mean == (0.5, 0.5, 0.5) and found.origin.license == "apache-2.0"


@pytest.mark.parametrize(
    "changed",
    [
        *({"architecture": "hf_hub:evil/x"}, {"architecture": "resnet18"}, {"model_args": [1]}),
        *({"model_args": {"pretrained": True}}, {"model_args": {"checkpoint_path": "/etc/passwd"}}),
        *({"pretrained_cfg": {"mean": ["a"]}}, {"pretrained_cfg": {"input_size": [3, -1, -1]}}),
        *(
            {"pretrained_cfg": {"input_size": [3, 9**9, 9**9]}},
            {"pretrained_cfg": {"std": [0, 0, 0]}},
        ),
    ],
)
def test_what_makes_no_such_network_is_refused(changed: dict[str, object], folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({**TOLD, **changed}))
    with pytest.raises(BackboneError, match="M4"):
        load_backbone(str(folder))


def test_code_and_links_are_refused(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({**TOLD, "trust_remote_code": True}))
    with pytest.raises(SecurityError, match="S612"):
        load_backbone(str(folder))
    (folder / "config.json").write_text(json.dumps(TOLD))
    (folder / "model.safetensors").rename(folder.parent / "w")
    (folder / "model.safetensors").symlink_to(folder.parent / "w")
    with pytest.raises(SecurityError, match="S615"):
        load_backbone(str(folder))


def test_a_folder_without_safetensors_is_told(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(BackboneError, match="M483"):
        load_backbone(str(folder))
