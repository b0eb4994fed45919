"""Detectors of transformers, tiny ones with random weights."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("transformers")

from transformers import (
    AutoModelForObjectDetection,
    DeformableDetrConfig,
    DetrConfig,
    DFineConfig,
    HGNetV2Config,
    ResNetConfig,
    RfDetrConfig,
    RTDetrResNetConfig,
    RTDetrV2Config,
    YolosConfig,
)

from headstart.backbone import (
    PLACED,
    QUERIES,
    Backbone,
    detector,
    detects,
    digests_of,
    fresh,
    learning_stages,
    load_backbone,
    moved,
    read_backbone,
    resized,
    save_backbone,
    tensors_of,
)
from headstart.backbone.detection_transformers import rows_of
from headstart.backbone.detector import placing_of
from headstart.errors import BackboneError, SecurityError

SIZES: dict[str, Any] = {"hidden_sizes": [8, 12, 16, 24], "depths": [1, 1, 1, 1]}
RES: dict[str, Any] = {**SIZES, "embedding_size": 8, "layer_type": "basic"}
MAPS = ["stage2", "stage3", "stage4"]
ONE: dict[str, Any] = {
    **dict.fromkeys(("d_model", "encoder_ffn_dim", "decoder_ffn_dim"), 32),
    "encoder_layers": 1,
    "decoder_layers": 2,
    "num_queries": 10,
    "num_labels": 3,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
}
TWO: dict[str, Any] = {
    **{k: v for k, v in ONE.items() if k not in ("encoder_layers",)},
    "encoder_hidden_dim": 32,
    "encoder_in_channels": [12, 16, 24],
    "num_denoising": 4,
    "decoder_in_channels": [32, 32, 32],
    "anchor_image_size": [640, 640],
}
HG: dict[str, Any] = {
    **SIZES,
    "stem_channels": [3, 8, 8],
    "stage_in_channels": [8, 8, 12, 16],
    "stage_mid_channels": [8] * 4,
    "stage_out_channels": [8, 12, 16, 24],
    "stage_num_blocks": [1] * 4,
    "stage_numb_of_layers": [1] * 4,
    "stage_downsample": [False, True, True, True],
    "stage_light_block": [False] * 4,
    "stage_kernel_size": [3] * 4,
    "out_features": MAPS,
}
VIT: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
DINO: dict[str, Any] = {
    **VIT, "model_type": "rf_detr_dinov2", "patch_size": 8, "image_size": 64, "num_windows": 2,
    "out_features": ["stage1", "stage2"], "mlp_ratio": 1,
}  # fmt: skip
KINDS: dict[str, Callable[[], Any]] = {
    "detr": lambda: DetrConfig(
        backbone_config=ResNetConfig(**RES, out_features=["stage4"]), **ONE
    ),
    "deformable_detr": lambda: DeformableDetrConfig(
        backbone_config=ResNetConfig(**RES, out_features=MAPS), num_feature_levels=3, **ONE
    ),
    "rt_detr_v2": lambda: RTDetrV2Config(
        backbone_config=RTDetrResNetConfig(**RES, out_features=MAPS), **TWO
    ),
    "d_fine": lambda: DFineConfig(backbone_config=HGNetV2Config(**HG), **TWO, eval_idx=-1),
    "rf_detr": lambda: RfDetrConfig(
        backbone_config=DINO, d_model=32, num_queries=10, decoder_layers=2, decoder_ffn_dim=32,
        decoder_self_attention_heads=4, decoder_cross_attention_heads=4, group_detr=2,
        num_labels=3,
    ),
    "yolos": lambda: YolosConfig(
        **VIT, intermediate_size=32, image_size=[64, 64], patch_size=16, num_detection_tokens=10,
        use_mid_position_embeddings=False, num_labels=3,
    ),
}  # fmt: skip
READER = {"size": {"height": 64, "width": 64}, "do_normalize": False, "resample": 2}


FIRST = "rt_detr_v2"
EVERY = [k if k == FIRST else pytest.param(k, marks=pytest.mark.journey) for k in KINDS]


class Made(dict[str, Path]):
    """Each family as hubs have it, once it is asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __missing__(self, kind: str) -> Path:
        torch.manual_seed(0)
        network: Any = AutoModelForObjectDetection.from_config(KINDS[kind]())
        network.save_pretrained(self.root / kind)
        (self.root / kind / "preprocessor_config.json").write_text(json.dumps(READER))
        return self.setdefault(kind, self.root / kind)


class Loaded(dict[str, Backbone]):
    """The same, read."""

    def __init__(self, folders: Made) -> None:
        self.folders = folders

    def __missing__(self, kind: str) -> Backbone:
        return self.setdefault(kind, load_backbone(str(self.folders[kind])))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("detectors"))


@pytest.fixture(scope="module")
def loaded(folders: Made) -> Loaded:
    return Loaded(folders)


def _pictures(count: int = 2) -> torch.Tensor:
    return torch.rand(count, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("kind", EVERY)
def test_stages_give_what_the_network_gives(kind: str, folders: Made, loaded: Loaded) -> None:
    plain: Any = AutoModelForObjectDetection.from_pretrained(folders[kind]).eval()
    plain.config.anchor_image_size = None
    made = loaded[kind]
    with torch.inference_mode():
        rows, expected = made.stages(_pictures(3)), rows_of(plain, _pictures(3))
    assert made.depth == {"rf_detr": 2, "yolos": 4}.get(kind, 3)
    assert rows.shape == (3, 10, made.width) == (3, 10, 32 + PLACED)
    assert torch.allclose(rows, expected, atol=1e-5)


@pytest.mark.parametrize("kind", EVERY)
def test_every_cut_gives_the_same_rows_and_both_sides_are_there_once(
    kind: str, loaded: Loaded
) -> None:
    made = loaded[kind]
    with torch.inference_mode():
        whole = made.stages(_pictures())
        for at in range(made.depth + 1):
            prefix, suffix = made.cut(at)
            assert torch.equal(suffix(prefix(_pictures())), whole)


@pytest.mark.parametrize("kind", EVERY)
def test_a_folder_of_ours_gives_the_same_rows(kind: str, loaded: Loaded, tmp_path: Path) -> None:
    save_backbone(tmp_path / "own", loaded[kind], "card")
    again = read_backbone(tmp_path / "own")
    assert torch.equal(again.stages(_pictures()), loaded[kind].stages(_pictures()))
    assert placing_of(again.architecture) == QUERIES
    assert not moved(loaded[kind].loaded, digests_of(tensors_of(again.stages, None)))


@pytest.mark.parametrize("kind", EVERY)
def test_training_mode_gives_as_many_rows(kind: str, loaded: Loaded) -> None:
    suffix = loaded[kind].cut(0)[1].train()
    assert suffix(_pictures()).shape == (2, 10, loaded[kind].width)


def test_a_probe_trains_the_head_alone(loaded: Loaded) -> None:
    made = loaded["rt_detr_v2"]
    assert detects(made.architecture)
    assert detector(made) is made
    assert (learning_stages(made), learning_stages(fresh(made, 1))) == (0, 1)


def test_random_weights_follow_from_the_seed(loaded: Loaded) -> None:
    one, other, third = (fresh(loaded[FIRST], seed).loaded for seed in (1, 1, 2))
    assert one == other
    assert one != third


def test_another_size_has_the_same_weights(loaded: Loaded) -> None:
    larger = resized(loaded["rt_detr_v2"], 96, None)
    assert larger.modality.blank().shape == (3, 96, 96)
    assert not moved(loaded["rt_detr_v2"].loaded, digests_of(tensors_of(larger.stages, None)))
    assert larger.stages(torch.rand(1, 3, 96, 96)).shape == (1, 10, larger.width)
    assert resized(loaded["rt_detr_v2"], 64, None) is loaded["rt_detr_v2"]


def test_other_channels_are_refused(loaded: Loaded) -> None:
    with pytest.raises(BackboneError, match="M515"):
        resized(loaded[FIRST], None, 1)


@pytest.mark.journey
def test_a_size_that_the_network_cannot_take_is_refused(loaded: Loaded) -> None:
    with pytest.raises(BackboneError, match="M514"):
        resized(loaded["rf_detr"], 60, None)


def test_weights_that_lack_a_decoder_are_refused(folders: Made, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    kept = load_file(folders[FIRST] / "model.safetensors")
    part = {name: t for name, t in kept.items() if "decoder" not in name}
    for file in ("config.json", "preprocessor_config.json"):
        (tmp_path / file).write_bytes((folders[FIRST] / file).read_bytes())
    save_file(part, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(BackboneError, match="M474"):
        load_backbone(str(tmp_path))


@pytest.mark.parametrize(
    ("size", "side", "mode"),
    [
        ({"height": 64, "width": 64}, 64, "squash"),
        ({"shortest_edge": 65, "longest_edge": 200}, 96, "border"),
        (64, 64, "border"),
    ],
)
def test_the_square_follows_from_the_image_processor(
    size: object, side: int, mode: str, folders: Made, tmp_path: Path
) -> None:
    from headstart.backbone.detection_transformers import contract_in

    told = {"size": size, "image_mean": [0.5] * 3, "image_std": [0.25] * 3}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(told))
    found = contract_in(tmp_path)
    assert (found.size_px, found.crop_mode, found.mean) == (side, mode, (0.5,) * 3)


def test_a_backbone_that_would_be_fetched_is_refused(folders: Made, tmp_path: Path) -> None:
    for file in folders[FIRST].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    facts = json.loads((tmp_path / "config.json").read_text())
    facts["backbone_config"]["use_pretrained_backbone"] = True
    (tmp_path / "config.json").write_text(json.dumps(facts))
    with pytest.raises(SecurityError, match="use_pretrained_backbone"):
        load_backbone(str(tmp_path))
