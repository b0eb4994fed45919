"""Networks of timm as rows of stages: the same numbers at every cut, for every family."""

import pytest
import torch
from torch import Tensor, nn

from headstart.backbone import (
    Architecture,
    Backbone,
    Origin,
    build,
    vision,
)
from headstart.backbone.staging import staged
from headstart.backbone.vision import (
    timm_name,
)
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


@pytest.mark.journey
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


@pytest.mark.journey
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


@pytest.mark.journey
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
