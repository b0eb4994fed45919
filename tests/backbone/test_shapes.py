"""Files of weights are compared with their architecture before either takes memory."""

import pytest
import torch

from headstart.backbone import Architecture, Backbone, build, load_backbone
from headstart.backbone.shapes import need_shapes
from headstart.errors import BackboneError


def shapes_of(backbone: Backbone) -> dict[str, tuple[int, ...]]:
    return {name: tuple(t.shape) for name, t in backbone.stages.state_dict().items()}


def test_the_shapes_of_pictures_and_words_are_known_exactly(tiny) -> None:
    need_shapes(tiny.architecture, shapes_of(tiny), "here")
    lstm = Architecture("headstart_lstm", (("words", 50), ("channels", (8, 8))))
    shapes = {name: tuple(t.shape) for name, t in build(lstm).state_dict().items()}
    need_shapes(lstm, shapes, "here")
    for words in (49, 51):
        other = Architecture("headstart_lstm", (("words", words), ("channels", (8, 8))))
        with pytest.raises(BackboneError, match="tensors differ"):
            need_shapes(other, shapes, "here")


def test_three_million_words_take_no_memory(tiny, monkeypatch) -> None:
    devices, real = set[str](), torch.randn

    def drawn(*shape: int) -> torch.Tensor:
        made = real(*shape)
        devices.add(made.device.type)
        return made

    monkeypatch.setattr(torch, "randn", drawn)
    large = Architecture("headstart_lstm", (("words", 3_000_000),))
    with pytest.raises(BackboneError, match="larger network"):
        need_shapes(large, shapes_of(tiny), "here")
    assert devices == {"meta"}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ((("channels", (8, 8, 16, 17)), ("stem_width", 4)), "M423"),
        ((("channels", (16_384,) * 4), ("stem_width", 4)), "M4"),
        ((("channels", (8, 8)), ("stem_width", 4)), "M4"),
        ((("img_size", 3),), "M4"),
    ],
)
def test_settings_of_another_network_are_refused(settings, code, tiny) -> None:
    architecture = Architecture(tiny.name, settings)
    with pytest.raises(BackboneError, match=code):
        need_shapes(architecture, shapes_of(tiny), "here")


def test_of_transformers_each_shape_in_the_file_is_one_of_the_network(tiny_bert) -> None:
    backbone = load_backbone(str(tiny_bert))
    shapes = shapes_of(backbone)
    need_shapes(backbone.architecture, shapes, "here")
    first = next(iter(shapes))
    with pytest.raises(BackboneError, match="has the shape"):
        need_shapes(backbone.architecture, {**shapes, first: (7, 7, 7)}, "here")
