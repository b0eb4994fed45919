from dataclasses import replace

import numpy as np
import pytest
import torch

from headstart.backbone import load_backbone
from headstart.data import InMemory
from headstart.errors import BackboneError
from headstart.head import linear
from headstart.model import Model
from headstart.share.end_to_end import Input, end_to_end, need_answers, shapes_of
from headstart.task import Calibration, Classification


@pytest.fixture
def model(small_model: Model) -> Model:
    return small_model


@torch.inference_mode()
def test_the_network_answers_as_the_model_does(model, photos) -> None:
    whole, pictures = end_to_end(model), sorted(photos.rglob("*.png"))[:3]
    (feeds,) = zip(*(whole.feeds(picture) for picture in pictures), strict=True)
    found = [whole.network(torch.from_numpy(feed["pixels"])) for feed in feeds]
    assert torch.allclose(torch.cat(found), model.probabilities(pictures), atol=1e-5)


def test_what_is_given_is_whole_pictures_of_bytes(model, photos) -> None:
    (feed,) = end_to_end(model).feeds(sorted(photos.rglob("*.png"))[0])
    assert feed["pixels"].shape == (1, 40, 40, 3) and feed["pixels"].dtype == "uint8"


@pytest.mark.parametrize("what", ["coded_rows", "writes"])
def test_a_model_that_searches_is_refused(what, model) -> None:
    searching = type("Searching", (Classification,), {what: True})
    with pytest.raises(BackboneError, match="M701"):
        need_answers(replace(model, task=searching(("a", "b", "c"))))


def test_an_unknown_way_to_resize_is_refused(model) -> None:
    need_answers(model)
    odd = replace(model.backbone.modality, interpolation="mks2013")
    with pytest.raises(BackboneError, match="M702"):
        end_to_end(replace(model, backbone=replace(model.backbone, modality=odd)))


def test_axes_of_one_name_have_one_size() -> None:
    two = (Input("a", torch.zeros(2, 3), ("n", "t")), Input("b", torch.zeros(2, 4), ("n", "")))
    first, second = shapes_of(two)
    assert first.keys() == {0, 1} and second.keys() == {0} and first[0] is second[0]


@torch.inference_mode()
def test_a_text_goes_in_as_tokens_and_a_mask() -> None:
    backbone = load_backbone("headstart_lstm")
    head = linear(backbone.width, 2, torch.ones(2, backbone.width))
    model = Model(backbone, head, Classification(("a", "b")), Calibration(0.5), 0)
    whole, text = end_to_end(model), InMemory("t", "this is a good film")
    (feed,) = whole.feeds(text)
    found = whole.network(*(torch.from_numpy(array) for array in feed.values()))
    assert np.allclose(found, model.answers([text]), atol=1e-6)
    assert set(whole.beside) == {"tokenizer.json"} and whole.script == "predict_text.txt"


@torch.inference_mode()
def test_a_recording_goes_in_as_samples_one_feed_a_window(hearing: Model) -> None:
    samples = 0.1 * np.random.default_rng(0).standard_normal(40 * 16_000).astype(np.float32)
    whole, long = end_to_end(hearing), InMemory("r", (samples, 16_000))
    feeds = whole.feeds(long)
    assert [feed["samples"].shape for feed in feeds] == [(1, 30 * 16_000)] * 2
    found = [whole.network(torch.from_numpy(feed["samples"])) for feed in feeds]
    assert np.allclose(torch.cat(found).mean(dim=0), hearing.answers([long])[0], atol=1e-4)


@pytest.fixture
def hearing() -> Model:
    pytest.importorskip("soxr")
    backbone = load_backbone("headstart_dscnn")
    head = linear(backbone.width, 2, torch.ones(2, backbone.width) / 100)
    return Model(backbone, head, Classification(("a", "b")), Calibration(0.5), 0)
