import json

import pytest
import torch

from headstart.backbone import Architecture, load_backbone
from headstart.backbone.vision import timm_call
from headstart.head import linear
from headstart.share.layout import TOLERANCE, Unlike, in_units, need_equal
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


def test_a_difference_beyond_rounding_is_none_of_a_layout() -> None:
    ours = torch.tensor([[1.0, 0.5]])
    assert need_equal(ours, ours + 0.9 * TOLERANCE) > 0
    with pytest.raises(Unlike, match="differ"):
        need_equal(ours, ours + 3 * TOLERANCE)
    with pytest.raises(Unlike):
        need_equal(ours, ours * float("nan"))


def test_values_leave_in_their_own_units() -> None:
    head = linear(4, 1, torch.randn(1, 4), torch.ones(1))
    x = torch.randn(5, 4)
    assert torch.allclose(in_units(head, 3.0, 10.0)(x), head(x) * 3 + 10, atol=1e-5)


def test_a_classifier_that_is_no_single_layer_is_another_form() -> None:
    backbone = load_backbone("levit_128s", "random")
    with pytest.raises(Unlike, match="no layer of this size"):
        timm_layout(backbone, linear(backbone.width, 2, torch.randn(2, backbone.width)), ())
