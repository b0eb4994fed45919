from dataclasses import replace

import pytest
import torch

from headstart.errors import BackboneError
from headstart.model import Model
from headstart.share.end_to_end import Input, end_to_end, need_answers, shapes_of
from headstart.task import Classification


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
