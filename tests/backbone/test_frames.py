"""Networks before their last pooling."""

import pytest
import torch
from torch.testing import assert_close

from headstart.backbone import Architecture, Backbone, Frames, Origin, build, load_backbone, seen_as
from headstart.backbone.recurrent import Pooled
from headstart.errors import BackboneError
from headstart.modality import Sound, Text

LSTM = Architecture("headstart_lstm", (("words", 40), ("channels", (12, 20, 12))))


@torch.inference_mode()
def test_pooling_what_is_said_of_moments_gives_the_row(words: Text) -> None:
    plain = Backbone(LSTM, build(LSTM, 1), 36, words, Origin("random", "1"))
    apart, batch = seen_as(plain, Frames), words.batch([words.blank()])
    found = apart.stages(batch)
    assert apart.width == 12 and found.shape[2] == 13
    assert_close(Pooled()(found), plain.stages(batch))


@torch.inference_mode()
def test_the_shipped_one_for_sound_says_something_every_80_ms() -> None:
    plain = load_backbone("headstart_dscnn")
    batch = Sound().batch([Sound().blank()])
    found = seen_as(plain, Frames).stages(batch)
    said, mask = found[..., :-1], found[..., -1:]
    assert found.shape[1] == -(-batch.shape[1] // 8)
    mean = (said * mask).sum(1) / mask.sum(1)
    assert_close(mean, plain.stages(batch)[:, : said.shape[2]])


def test_it_can_be_built_again(words: Text) -> None:
    apart = seen_as(Backbone(LSTM, build(LSTM, 1), 36, words, Origin("random", "1")), Frames)
    again = build(apart.architecture, 1)
    assert again(words.batch([words.blank()])).ndim == 3
    assert apart.digest(2) != Backbone(LSTM, again, 36, words, apart.origin).digest(2)


def test_a_network_with_nothing_but_rows_says_so(tiny: Backbone) -> None:
    with pytest.raises(BackboneError, match="has an order"):
        seen_as(tiny, Frames)
