"""CLAP: of its two halves the one that hears."""

import pytest
import torch
from hearing import FEATURES, batch, save

from headstart.backbone import (
    Frames,
    load_backbone,
    seen_as,
)
from headstart.errors import BackboneError

transformers = pytest.importorskip("transformers")
pytest.importorskip("soundfile")


@torch.inference_mode()
def test_of_both_halves_of_clap_the_one_that_hears_is_read(tmp_path) -> None:
    place = save(tmp_path / "net", "clap", FEATURES["clap"])
    backbone, network = load_backbone(str(place)), transformers.AutoModel.from_pretrained(place)
    assert backbone.modality.most_s == 2 and backbone.modality.rate_hz == 48_000
    rows = batch(backbone, 1.5, 3.0)  # the second is heard in pieces of two seconds
    longer = torch.zeros(2, 1, dtype=torch.bool)
    heard = network.eval().audio_model(input_features=rows[:, None, :, :-1], is_longer=longer)
    torch.testing.assert_close(backbone.stages(rows), heard.pooler_output, rtol=0, atol=1e-5)
    with pytest.raises(BackboneError, match="M407"):
        seen_as(backbone, Frames)
