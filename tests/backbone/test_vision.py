"""Networks as rows of stages: the same numbers as timm gives, for every family."""

import re

import pytest
import timm
import torch
from torch import Tensor, nn

from headstart.backbone import Architecture, Backbone, Origin, build, contract, names
from headstart.backbone.vision import (
    classifier_names,
    hub_id,
    license_of,
    timm_names,
    width_of,
)
from headstart.errors import BackboneError
from headstart.modality import Image

_SMALL_VIT = (("img_size", 64),)
_SMALL_MLP = (("mlp_ratio", 0.01),)  # 4096 numbers take seconds to draw
FAMILIES = (
    Architecture("resnet18"),
    Architecture("resnet26t"),
    Architecture("resnet50"),
    Architecture("resnext50_32x4d"),
    Architecture("seresnet18"),
    Architecture("vgg11", _SMALL_MLP),
    Architecture("vgg11_bn", _SMALL_MLP),
    Architecture("mobilenetv1_100"),
    Architecture("mobilenetv1_100h"),
    Architecture("mobilenetv1_050", (("pad_type", "same"),)),
    Architecture("mobilenetv2_035", (("pad_type", "same"),)),
    Architecture("mobilenetv2_100"),
    Architecture("mobilenetv3_small_050"),
    Architecture("mobilenetv3_large_100"),
    Architecture("mobilenetv4_conv_small"),
    Architecture("efficientnet_b0"),
    Architecture("tf_efficientnet_b0"),
    Architecture("convnext_atto"),
    Architecture("regnetx_002"),
    Architecture("vit_tiny_patch16_224", _SMALL_VIT),
    Architecture("vit_base_patch16_siglip_gap_224", (*_SMALL_VIT, ("depth", 2))),
    Architecture("vit_small_patch14_reg4_dinov2", (("img_size", 56), ("depth", 2))),
    Architecture("deit_tiny_patch16_224", _SMALL_VIT),
    Architecture("deit3_small_patch16_224", (*_SMALL_VIT, ("depth", 2))),
    Architecture("headstart_resnet10"),
    Architecture("headstart_resnet10", (("channels", (8, 8, 16, 24)), ("stem_width", 4))),
)
SMALL = FAMILIES[-1]
every = pytest.mark.parametrize(
    "architecture", FAMILIES, ids=lambda a: "-".join([a.name, *(k for k, _ in a.settings)])
)


def _pictures(architecture: Architecture) -> Tensor:
    side = dict(architecture.settings).get("img_size", 64)
    return torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1))


def _distinct(architecture: Architecture) -> nn.Sequential:
    """Fresh stages in which no norm is the identity and no residual branch is zero."""
    stages = build(architecture)
    generator = torch.Generator().manual_seed(2)
    for tensor in stages.state_dict().values():
        if tensor.is_floating_point() and tensor.ndim < 2:
            tensor += 0.3 * torch.rand(tensor.shape, generator=generator)
    return stages


def _timms_own(architecture: Architecture) -> nn.Module:
    """timm's network with its classifier and without weights."""
    settings = dict(architecture.settings)
    with torch.device("meta"):
        if architecture.name == "mobilenetv1_050":
            return timm.models.efficientnet._gen_mobilenet_v1("mobilenetv1_100", 0.5, **settings)
        if architecture.name == "headstart_resnet10":
            given = {"channels": (48, 96, 192, 384), "stem_width": 16, **settings}
            return timm.create_model("resnet10t", **given)
        return timm.create_model(architecture.name, **settings)


def _loaded(architecture: Architecture, stages: nn.Sequential) -> nn.Module:
    """timm's network with the weights of the stages."""
    theirs = timm_names(architecture)
    state = {theirs[name]: tensor for name, tensor in stages.state_dict().items()}
    network = _timms_own(architecture)
    network.load_state_dict(state, strict=False, assign=True)
    return network.eval()


@every
@torch.inference_mode()
def test_pooled_rows_are_those_of_timm(architecture: Architecture) -> None:
    stages, pictures = _distinct(architecture), _pictures(architecture)
    network = _loaded(architecture, stages)
    wanted = network.forward_head(network.forward_features(pictures), pre_logits=True)
    found = stages(pictures)
    assert found.shape == wanted.shape == (2, wanted.shape[-1])
    assert found.std() > 0
    torch.testing.assert_close(found, wanted, rtol=0, atol=0)


@every
def test_every_tensor_of_timm_but_the_classifier_has_a_name(architecture: Architecture) -> None:
    with torch.device("meta"):
        ours = build(architecture).state_dict()
    outputs = tuple(f"{name}." for name in classifier_names(architecture))
    theirs = _timms_own(architecture).state_dict()
    mapped = timm_names(architecture)
    assert set(mapped) == set(ours)
    assert sorted(mapped.values()) == sorted(n for n in theirs if not n.startswith(outputs))
    assert all(ours[name].shape == theirs[mapped[name]].shape for name in ours)


@every
def test_every_stage_has_weights_to_train(architecture: Architecture) -> None:
    with torch.device("meta"):
        stages = build(architecture)
    assert len(stages) >= 3
    assert all(any(True for _ in stage.parameters()) for stage in stages)


@pytest.mark.parametrize("name", ["resnet18", "mobilenetv2_035", "vit_tiny_patch16_224"])
@torch.inference_mode()
def test_every_cut_composes_to_the_whole(name: str) -> None:
    architecture = next(a for a in FAMILIES if a.name == name)
    stages, pictures = _distinct(architecture), _pictures(architecture)
    whole = stages(pictures)
    backbone = Backbone(architecture, stages, whole.shape[1], Image(), Origin("random", "0"))
    for at in range(backbone.depth + 1):
        prefix, suffix = backbone.cut(at)
        torch.testing.assert_close(suffix(prefix(pictures)), whole, rtol=0, atol=0)


def test_stages_follow_the_blocks_of_the_architecture() -> None:
    with torch.device("meta"):
        mobile, vit = (build(Architecture(n)) for n in ("mobilenetv2_100", "deit_tiny_patch16_224"))
    assert [n for n, _ in build(SMALL).named_children()] == ["stem", *(f"layer{i}" for i in "1234")]
    blocks = [f"blocks{i}" for i in range(7)]
    assert [n for n, _ in mobile.named_children()] == ["stem", *blocks, "head"]
    assert [n for n, _ in vit.named_children()] == ["embed", *(f"block{i}" for i in range(12))]


def test_the_same_seed_gives_the_same_weights_and_another_does_not() -> None:
    one, same, other = (build(SMALL, seed).state_dict() for seed in (5, 5, 6))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["stem.0.0.weight"], other["stem.0.0.weight"])


def test_building_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    build(SMALL, 3)
    timm_names(SMALL)
    assert torch.equal(torch.get_rng_state(), before)


def test_built_stages_are_in_inference_mode_and_frozen() -> None:
    stages = build(SMALL)
    assert not any(module.training for module in stages.modules())
    assert not any(parameter.requires_grad for parameter in stages.parameters())


def test_vgg_as_it_comes_gives_4096_numbers() -> None:
    with torch.device("meta"):
        stages = build(Architecture("vgg11_bn"))
        assert stages(torch.empty(1, 3, 224, 224)).shape == (1, 4096)


def test_the_width_is_measured() -> None:
    assert width_of(build(SMALL), contract(SMALL)) == 24


def test_the_contract_is_that_of_timms_weights() -> None:
    found = contract(Architecture("efficientnet_b0"))
    assert (found.size_px, found.interpolation, found.crop_pct) == (224, "bicubic", 0.875)
    assert found.mean == (0.485, 0.456, 0.406)
    assert contract(Architecture("vit_tiny_patch16_224")).mean == (0.5, 0.5, 0.5)
    assert contract(Architecture("mobilenetv1_050")).size_px == 160


@pytest.mark.parametrize("name", ["resnet18", "inception_resnet_v2", "mobilenetv2_035"])
def test_names_lists_what_is_supported(name: str) -> None:
    assert (name in names()) == (name != "inception_resnet_v2")


def test_timms_weights_are_named_with_their_license() -> None:
    resnet = Architecture("resnet18")
    assert hub_id(resnet) == "timm/resnet18.a1_in1k"
    assert license_of(resnet) == "apache-2.0"
    assert hub_id(Architecture("resnet18.tv_in1k")) == "timm/resnet18.tv_in1k"
    assert hub_id(SMALL) == ""


@pytest.mark.parametrize(
    "name", ["resnet81", "", "resnet18.no_such_weights", "hf-hub:timm/resnet18", "local-dir:x"]
)
def test_an_unknown_name_is_refused_everywhere(name: str) -> None:
    for door in (build, contract, timm_names, hub_id):
        with pytest.raises(BackboneError) as caught:
            door(Architecture(name))
        assert caught.value.code == "M411"


def test_an_unknown_name_brings_close_ones_to_mind() -> None:
    with pytest.raises(BackboneError) as caught:
        build(Architecture("mobilnetv2_100"))
    assert caught.value.fix == "--backbone mobilenetv2_100"


def test_control_characters_in_a_name_do_not_reach_the_terminal() -> None:
    with pytest.raises(BackboneError) as caught:
        build(Architecture("resnet18\x1b[31m"))
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", str(caught.value))


@pytest.mark.parametrize(
    "setting",
    [
        ("pretrained", True),
        ("checkpoint_path", "weights.pth"),
        ("pretrained_cfg", "a1_in1k"),
        ("pretrained_cfg_overlay", "a1_in1k"),
        ("cache_dir", "somewhere"),
        ("features_only", True),
        ("num_classes", 10),
        ("no_such_setting", 1),
        ("block", "no_such_block"),
    ],
    ids=lambda s: s[0],
)
def test_settings_that_are_not_the_networks_own_are_refused(
    setting: tuple[str, str | int | bool],
) -> None:
    for name in ("resnet18", "headstart_resnet10", "mobilenetv1_050"):
        with torch.device("meta"), pytest.raises(BackboneError) as caught:
            build(Architecture(name, (setting,)))
        assert caught.value.code == "M412"
