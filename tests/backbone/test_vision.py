"""timm's networks by name: their contracts, weights and settings, and what is refused."""

import re

import pytest
import torch

from headstart.backbone import (
    Architecture,
    build,
    contract,
    load_backbone,
    multiply_adds,
    names,
)
from headstart.backbone.vision import (
    hub_id,
    license_of,
    width_of,
)
from headstart.errors import BackboneError

SMALL = Architecture("headstart_resnet10", (("channels", (8, 8, 16, 24)), ("stem_width", 4)))


def test_every_stage_says_what_it_costs() -> None:
    found = multiply_adds(load_backbone("mobilenetv2_100", "random"))
    assert len(found) == 9
    assert sum(found) == pytest.approx(300e6, rel=0.01)  # as Sandler et al. (2018) count them
    assert found[0] == pytest.approx(112 * 112 * 32 * 27, rel=0.3)


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
