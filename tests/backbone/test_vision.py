"""Networks as rows of stages: the same numbers as timm gives, for every family."""

import re

import pytest
import torch
from torch import Tensor, nn

from headstart.backbone import (
    Architecture,
    Backbone,
    Origin,
    build,
    contract,
    load_backbone,
    multiply_adds,
    names,
    vision,
)
from headstart.backbone.staging import staged
from headstart.backbone.vision import (
    hub_id,
    license_of,
    timm_name,
    width_of,
)
from headstart.errors import BackboneError
from headstart.modality import Image

_64 = (("img_size", 64),)
_DEPTH = (("depth", 2),)
_MLP = (("mlp_ratio", 0.01),)  # 4096 numbers take seconds to draw
FAMILIES = (
    *(Architecture(f"vgg{name}", _MLP) for name in ("11", "16", "16_bn", "19", "19_bn")),
    *(Architecture(f"resnet{n}") for n in ("18", "26t", "34", "50", "101", "152")),
    Architecture("resnext50_32x4d"),
    Architecture("wide_resnet50_2"),
    Architecture("seresnet18"),
    Architecture("inception_v3"),
    Architecture("inception_v4"),
    Architecture("inception_resnet_v2"),
    Architecture("legacy_xception"),
    Architecture("xception41"),
    Architecture("mobilenetv1_100"),
    Architecture("mobilenetv1_050", (("pad_type", "same"),)),
    Architecture("mobilenetv2_035", (("pad_type", "same"),)),
    Architecture("mobilenetv2_100"),
    Architecture("mobilenetv3_small_050"),
    Architecture("mobilenetv3_large_100"),
    Architecture("mobilenetv4_conv_small"),
    *(Architecture(f"efficientnet_{n}") for n in ("b0", "b1", "b3", "lite0")),
    Architecture("tf_efficientnet_b0"),
    Architecture("tf_efficientnet_b7"),
    Architecture("efficientnetv2_rw_t"),
    Architecture("densenet121"),
    Architecture("regnetx_002"),
    Architecture("regnety_004"),
    Architecture("convnext_atto"),
    Architecture("convnextv2_atto"),
    Architecture("vit_tiny_patch16_224", _64),
    Architecture("vit_base_patch16_siglip_224", (*_64, *_DEPTH)),
    Architecture("vit_base_patch16_siglip_gap_224", (*_64, *_DEPTH)),
    Architecture("vit_small_patch14_reg4_dinov2", (("img_size", 56), *_DEPTH)),
    Architecture("eva02_tiny_patch14_224", (("img_size", 56), *_DEPTH)),
    Architecture("deit_tiny_patch16_224", _64),
    Architecture("deit_tiny_distilled_patch16_224", _64),
    Architecture("deit3_small_patch16_224", (*_64, *_DEPTH)),
    Architecture("swin_tiny_patch4_window7_224", _64),
    Architecture("swinv2_cr_tiny_ns_224", _64),
    Architecture("beit_base_patch16_224", (*_64, *_DEPTH)),
    Architecture("repvgg_a0"),
    Architecture("ghostnet_100"),
    Architecture("headstart_resnet10"),
    Architecture("headstart_resnet10", (("channels", (8, 8, 16, 24)), ("stem_width", 4))),
)
SMALL = FAMILIES[-1]
every = pytest.mark.parametrize(
    "architecture", FAMILIES, ids=lambda a: "-".join([a.name, *(k for k, _ in a.settings)])
)


def _pictures(architecture: Architecture) -> Tensor:
    least = 96 if "inception" in architecture.name else 64
    side = dict(architecture.settings).get("img_size", least)
    return torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1))


def _distinct(architecture: Architecture) -> tuple[nn.Module, nn.Sequential]:
    """timm's network and its stages; no norm is the identity and no residual branch is zero."""
    network = vision._network(architecture, 0)
    generator = torch.Generator().manual_seed(2)
    for tensor in network.state_dict().values():
        if tensor.is_floating_point() and tensor.ndim < 2:
            tensor += 0.3 * torch.rand(tensor.shape, generator=generator)
    return network, nn.Sequential(staged(network, vision._namer(network))).eval()


@every
@torch.inference_mode()
def test_pooled_rows_are_those_of_timm_at_every_cut(architecture: Architecture) -> None:
    network, stages = _distinct(architecture)
    pictures = _pictures(architecture)
    wanted = network(pictures)
    assert wanted.shape == (2, wanted.shape[-1]) and wanted.std() > 0
    rows = pictures
    for at, stage in enumerate(stages):
        if at in (0, len(stages) // 2, len(stages) - 1):
            torch.testing.assert_close(stages[at:](rows), wanted, rtol=0, atol=1e-5)
        rows = stage(rows)
    torch.testing.assert_close(rows, wanted, rtol=0, atol=0)


@every
def test_every_tensor_of_timm_but_the_classifier_has_a_name(architecture: Architecture) -> None:
    with torch.device("meta"):
        ours, theirs = (f(architecture, 0).state_dict() for f in (build, vision._network))
    assert sorted(map(timm_name, ours)) == sorted(theirs)


@every
def test_there_are_four_stages_or_more_and_each_has_weights(architecture: Architecture) -> None:
    with torch.device("meta"):
        stages = build(architecture)
    shallow = _DEPTH[0] in architecture.settings  # two blocks instead of twelve
    assert len(stages) >= (3 if shallow else 4)
    assert all(any(True for _ in stage.parameters()) for stage in stages)


def test_more_than_forty_architectures_are_tried() -> None:
    assert len({architecture.name for architecture in FAMILIES}) > 40


@pytest.mark.parametrize("name", ["resnet18", "mobilenetv2_035", "vit_tiny_patch16_224"])
@torch.inference_mode()
def test_every_cut_composes_to_the_whole(name: str) -> None:
    architecture = next(a for a in FAMILIES if a.name == name)
    _, stages = _distinct(architecture)
    pictures = _pictures(architecture)
    whole = stages(pictures)
    backbone = Backbone(architecture, stages, whole.shape[1], Image(), Origin("random", "0"))
    for at in range(backbone.depth + 1):
        prefix, suffix = backbone.cut(at)
        torch.testing.assert_close(suffix(prefix(pictures)), whole, rtol=0, atol=0)


def _stage_names(name: str) -> list[str]:
    with torch.device("meta"):
        return [n for n, _ in build(Architecture(name)).named_children()]


def test_stages_follow_the_blocks_of_the_architecture() -> None:
    layers = [f"layer{i}" for i in "1234"]
    assert _stage_names("headstart_resnet10") == ["stem", *layers]
    assert _stage_names("vgg16_bn") == [*(f"block{i}" for i in "12345"), "mlp"]
    assert _stage_names("mobilenetv2_100") == [
        "stem",
        *(f"blocks{i}" for i in range(7)),
        "conv_head",
    ]
    assert _stage_names("deit_tiny_patch16_224") == ["stem", *(f"blocks{i}" for i in range(12))]
    assert _stage_names("convnext_atto") == ["stem", *(f"stages{i}" for i in range(4))]


def test_a_network_that_cannot_be_cut_is_one_stage() -> None:
    assert _stage_names("twins_svt_small") == ["network"]


def test_every_stage_says_what_it_costs() -> None:
    found = multiply_adds(load_backbone("mobilenetv2_100", "random"))
    assert len(found) == 9
    assert sum(found) == pytest.approx(300e6, rel=0.01)  # as Sandler et al. (2018) count them
    assert found[0] == pytest.approx(112 * 112 * 32 * 27, rel=0.3)


def test_the_same_seed_gives_the_same_weights_and_another_does_not() -> None:
    one, same, other = (build(SMALL, seed).state_dict() for seed in (5, 5, 6))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["stem.conv1.0.weight"], other["stem.conv1.0.weight"])


def test_building_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    build(SMALL, 3)
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


@pytest.mark.parametrize("name", ["resnet18", "inception_resnet_v2", "mobilenetv1_050"])
def test_names_lists_what_is_supported(name: str) -> None:
    assert name in names()


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
    for door in (build, contract, hub_id):
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
