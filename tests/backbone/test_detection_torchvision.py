"""torchvision's detectors with random weights."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from headstart.backbone import (
    ANCHORS,
    PLACED,
    Backbone,
    detector,
    fresh,
    learning_stages,
    load_backbone,
    placing_of,
    read_backbone,
    save_backbone,
)
from headstart.backbone.detection_torchvision import anchor_detectors, network, usual
from headstart.errors import BackboneError

LITE = "ssdlite320_mobilenet_v3_large"


def made(name: str) -> Backbone:
    return load_backbone(name, "random", size=128)


def _pictures(count: int = 2) -> torch.Tensor:
    return torch.rand(count, 3, 128, 128, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def lite() -> Backbone:
    return made(LITE)


@pytest.mark.journey
def test_rows_are_as_wide_as_the_backbone_says(lite: Backbone) -> None:
    assert lite.stages(_pictures()).shape[::2] == (2, lite.width)
    assert detector(lite) is lite
    assert placing_of(lite.architecture) == ANCHORS


@pytest.mark.journey
def test_boxes_are_those_that_torchvision_decodes(lite: Backbone) -> None:
    """With weights that find something: every box it finds is among ours."""
    plain = network(usual(LITE), 0)
    state = {n.partition(".inner.")[2]: t for n, t in lite.stages.state_dict().items()}
    plain.load_state_dict(state)
    plain.transform.min_size, plain.transform.max_size, plain.score_thresh = (128,), 128, 0.0
    plain.transform.fixed_size = (128, 128)
    pixels = _pictures(1)
    with torch.inference_mode():
        found = plain([(pixels[0] + 1) / 2])[0]["boxes"] / 128
        rows = lite.stages(pixels)[0]
    shares = rows[:, -PLACED:-1].sigmoid()
    ours = torch.cat([shares[:, :2] - shares[:, 2:] / 2, shares[:, :2] + shares[:, 2:] / 2], 1)
    near = torch.cdist(found[:50], ours, p=float("inf")).amin(dim=1)
    assert len(found) and float(near.max()) < 2e-3


@pytest.mark.journey
def test_a_probe_trains_the_heads_and_random_weights_the_pyramid_too(lite: Backbone) -> None:
    assert (learning_stages(fresh(lite, 1)), lite.depth) == (2, 2)


@pytest.mark.journey
def test_a_folder_of_ours_gives_the_same_rows(lite: Backbone, tmp_path: Path) -> None:
    save_backbone(tmp_path / "own", lite, "card")
    again = read_backbone(tmp_path / "own")
    assert torch.equal(again.stages(_pictures()), lite.stages(_pictures()))


@pytest.mark.journey
def test_weights_come_from_a_file_by_torchvisions_names(tmp_path: Path) -> None:
    plain = network(usual(LITE), 3)
    save_file(plain.state_dict(), tmp_path / "lite.safetensors")
    found = load_backbone(LITE, tmp_path / "lite.safetensors", size=128)
    assert found.origin.pretrained
    assert learning_stages(found) == 1
    other, same = made(LITE), found.stages.state_dict()
    name = "heads.inner.head.regression_head.module_list.0.1.bias"
    assert torch.equal(same[name], plain.state_dict()[name.partition(".inner.")[2]])
    assert set(same) == set(other.stages.state_dict())


def test_weights_without_a_file_are_refused() -> None:
    with pytest.raises(BackboneError, match="M516"):
        load_backbone(LITE)


@pytest.mark.journey
def test_pictures_of_other_channels_are_refused() -> None:
    with pytest.raises(BackboneError, match="M515"):
        load_backbone(LITE, "random", channels=1)


LARGE = (
    "fasterrcnn_resnet50_fpn",
    "fasterrcnn_resnet50_fpn_v2",
    "retinanet_resnet50_fpn",
)
"""Each takes over half a minute; another one of its family is always tried."""


@pytest.mark.journey
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name in LARGE else ())
        for name in anchor_detectors()
        if name not in (LITE, "ssd300_vgg16")
    ],
)
def test_each_is_cut_in_three_and_its_cuts_agree(name: str) -> None:
    found = made(name)
    assert [n for n, _ in found.stages.named_children()] == ["body", "pyramid", "heads"]
    with torch.inference_mode():
        whole = found.stages(_pictures())
        assert whole.shape[2] == found.width
        for at in range(4):
            prefix, suffix = found.cut(at)
            assert torch.equal(suffix(prefix(_pictures())), whole)


@pytest.mark.journey
def test_ssd_is_cut_in_three() -> None:
    found = load_backbone("ssd300_vgg16", "random")
    assert [n for n, _ in found.stages.named_children()] == ["features", "pyramid", "heads"]
    with torch.inference_mode():
        assert found.stages(torch.rand(1, 3, 300, 300)).shape == (1, 8732, 96 + PLACED)
