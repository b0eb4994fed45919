import json

import pytest
import torch

from headstart.backbone import Architecture, load_backbone
from headstart.backbone.vision import timm_call
from headstart.head import linear
from headstart.share.layout import Unlike
from headstart.share.timm_layout import timm_layout


@pytest.mark.parametrize("name", ["shipped", "deit_tiny_distilled_patch16_224"])
def test_timm_s_network_with_our_head_gives_our_scores(name: str) -> None:
    backbone = load_backbone(name, None if name == "shipped" else "random", size=None)
    head = linear(backbone.width, 2, torch.randn(2, backbone.width) * 0.1)
    layout = timm_layout(backbone, head, ("a", "b"))
    config = json.loads(layout.files["config.json"])
    assert layout.difference <= 1e-6 and config["num_classes"] == 2
    assert config["pretrained_cfg"]["crop_pct"] == backbone.modality.crop_pct


def test_padding_and_size_are_told_as_arguments(tiny) -> None:
    asked = Architecture("mobilenetv2_100", (("pad_type", "same"),))
    assert timm_call(asked) == ("mobilenetv2_100", {"pad_type": "same"})
    assert timm_call(Architecture("resnet18.a1_in1k")) == ("resnet18", {})


@pytest.mark.parametrize("name", ["mobilenetv1_050", "headstart_dscnn"])
def test_what_timm_has_no_name_for_is_told(name: str) -> None:
    assert timm_call(Architecture(name)) is None
    with pytest.raises(Unlike, match="no name"):
        timm_layout(load_backbone(name, "random"), None, ())


def test_a_classifier_that_is_no_single_layer_is_another_form() -> None:
    backbone = load_backbone("levit_128s", "random")
    with pytest.raises(Unlike, match="no layer of this size"):
        timm_layout(backbone, linear(backbone.width, 2, torch.randn(2, backbone.width)), ())
