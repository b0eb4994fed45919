from dataclasses import replace

import numpy as np
import pytest
import torch
from located import detecting, pictures

from headstart.backbone import QUERIES
from headstart.backbone.pyramid import PLACING
from headstart.errors import BackboneError
from headstart.share import box_network
from headstart.share.box_network import Locating, boxes_end_to_end, need_boxes, without_overlaps
from headstart.task import placed


@pytest.fixture(scope="module")
def model():
    return detecting()


@torch.inference_mode()
def test_boxes_of_points_without_what_overlaps_are_those_that_are_predicted(
    model, tmp_path
) -> None:
    whole = boxes_end_to_end(model, inside=False)
    powers = np.log(0.5) / model.head.thresholds.double().log().numpy()
    for file in pictures(tmp_path / "shown"):
        (feed,), modality = whole.feeds(file), model.backbone.modality
        boxes, told = whole.network(torch.from_numpy(feed["pixels"]))
        found = without_overlaps(boxes[0].numpy(), told[0].numpy(), powers)
        answer = model.answers([file])[0].astype(float)
        height, width = feed["pixels"].shape[1:3]
        expected = placed(answer, modality, file)
        whole_size = np.tile([300, 500] if file.suffix == ".jpg" else [width, height], 2)
        shown = (found[:, 2:] * whole_size / np.tile([width, height], 2)).clip(0, whole_size)
        there = (shown[:, 2:] > shown[:, :2]).all(axis=1)
        assert there.sum() == len(expected) > 20
        assert found[there, 0].tolist() == expected[:, 0].tolist()
        assert np.abs(found[there, 1] - expected[:, 1]).max() < 1e-4
        assert np.abs(shown[there] - expected[:, 2:]).max() < 0.5


@torch.inference_mode()
def test_with_overlaps_left_out_inside_only_the_likeliest_count(model, tmp_path) -> None:
    whole = boxes_end_to_end(model, inside=True)
    (feed,) = whole.feeds(pictures(tmp_path / "shown")[0])
    boxes, told, cut, ranked = whole.network(torch.from_numpy(feed["pixels"]))
    assert ranked.shape == (1, 3, boxes.shape[1]) and cut.shape == boxes.shape
    assert 0 < (ranked > 0).sum() <= min(400, told.numel())
    height, width = feed["pixels"].shape[1:3]
    assert cut.min() >= 0 and (cut <= torch.tensor([width, height] * 2)).all()


def test_half_is_the_threshold_of_each_class(model) -> None:
    network = boxes_end_to_end(model, inside=False).network
    assert isinstance(network, Locating)
    raised = model.head.thresholds**network.power
    assert raised.tolist() == pytest.approx([0.5] * 3)


def test_a_detector_without_a_grid_is_refused(model) -> None:
    settings = (*model.backbone.architecture.settings, (PLACING, QUERIES))
    architecture = replace(model.backbone.architecture, settings=settings)
    with pytest.raises(BackboneError, match="M709") as raised:
        need_boxes(replace(model, backbone=replace(model.backbone, architecture=architecture)))
    assert "queries" in str(raised.value)


@pytest.mark.parametrize("shown", [True, False])
def test_a_detector_that_reads_as_no_graph_can_is_refused(model, monkeypatch, shown) -> None:
    monkeypatch.setattr(box_network, "reads_shown", lambda _: shown)
    if shown:
        need_boxes(model)
        return
    with pytest.raises(BackboneError, match="M709"):
        need_boxes(model)
