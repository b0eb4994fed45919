import pytest
import torch

from headstart.backbone import Backbone, Frames, Rows, Stages, kind_of, load_backbone, seen_as
from headstart.errors import BackboneError


def given(backbone: Backbone) -> torch.Tensor:
    with torch.inference_mode():
        return backbone.stages(backbone.modality.batch([backbone.modality.blank()]))


def test_a_network_gives_rows_of_its_width(tiny: Backbone) -> None:
    assert kind_of(tiny.architecture) is Rows and given(tiny).shape == (1, tiny.width)
    assert seen_as(tiny, Rows) is tiny


def test_every_stage_has_its_part_of_a_row(tiny: Backbone) -> None:
    whole = seen_as(tiny, Stages)
    assert kind_of(whole.architecture) is Stages and whole.width > tiny.width
    assert given(whole).shape == (1, whole.width) and seen_as(whole, Stages) is whole


def test_frames_have_a_column_that_says_which_there_are() -> None:
    plain = load_backbone("headstart_dscnn")
    apart = seen_as(plain, Frames)
    assert kind_of(apart.architecture) is Frames
    assert given(apart).shape[2] == apart.width + 1 and given(apart).ndim == 3
    again = seen_as(apart, Rows)
    assert kind_of(again.architecture) is Rows and torch.equal(given(again), given(plain))


def test_a_network_that_has_nothing_but_rows_is_refused(tiny: Backbone) -> None:
    with pytest.raises(BackboneError, match="M407"):
        seen_as(tiny, Frames)
