"""Recordings, as transformers' own class reads them."""

from pathlib import Path

import pytest
import torch

pytest.importorskip("transformers")
pytest.importorskip("soundfile")

from hearing import FAMILIES, save
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

from headstart.backbone import Stages, load_backbone, seen_as
from headstart.head import linear
from headstart.share.audio_layout import audio_layout
from headstart.share.layout import Unlike

pytestmark = pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
"""WavLM's own."""
CLASSES = ("low", "high", "noise")


def backbone_of(place: Path, family: str):
    kind, settings, _ = FAMILIES[family]
    return load_backbone(str(save(place / "network", kind, settings)))


@torch.inference_mode()
@pytest.mark.parametrize("family", ["wav2vec2", "wav2vec2 stable", "hubert", "wavlm"])
def test_transformers_gives_our_scores_and_names_our_classes(family, tmp_path) -> None:
    backbone = backbone_of(tmp_path, family)
    head = linear(backbone.width, 3, torch.randn(3, backbone.width))
    layout = audio_layout(backbone, head, CLASSES)
    assert layout.reader == "transformers" and layout.difference <= 1e-6
    for name, content in layout.files.items():
        (tmp_path / name).write_bytes(content)
    network = AutoModelForAudioClassification.from_pretrained(tmp_path).eval()
    assert network.config.id2label == dict(enumerate(CLASSES))
    heard = AutoFeatureExtractor.from_pretrained(tmp_path)
    assert heard.sampling_rate == backbone.modality.rate_hz
    rows = backbone.modality.batch([torch.randn(9_000), torch.randn(12_000)])
    theirs = network(rows[..., 0], attention_mask=rows[..., 1].long()).logits
    assert float((theirs - head(backbone.stages(rows))).abs().max()) <= 1e-6


@pytest.mark.parametrize(
    ("family", "why"), [("whisper", "30 seconds"), ("ast", "a norm"), ("clap", "no class")]
)
def test_what_pools_otherwise_is_told(family, why, tmp_path) -> None:
    backbone = backbone_of(tmp_path, family)
    with pytest.raises(Unlike, match=why):
        audio_layout(backbone, linear(backbone.width, 3, torch.zeros(3, backbone.width)), CLASSES)


def test_a_profile_and_a_backbone_alone_are_read_by_headstart_only(tmp_path) -> None:
    backbone = backbone_of(tmp_path, "wav2vec2")
    with pytest.raises(Unlike, match="without a head"):
        audio_layout(backbone, None, ())
    with pytest.raises(Unlike, match="pools"):
        audio_layout(seen_as(backbone, Stages), linear(8, 3, torch.zeros(3, 8)), CLASSES)
