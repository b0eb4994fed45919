"""Feature extractors of transformers as graphs: what they read, and files that run elsewhere."""

import numpy as np
import pytest
import torch

pytest.importorskip("transformers")
pytest.importorskip("soundfile")

from hearing import FAMILIES, save

from headstart.backbone import load_backbone
from headstart.data import InMemory
from headstart.errors import BackboneError
from headstart.head import linear
from headstart.model import Model
from headstart.share import export_onnx
from headstart.share.end_to_end import end_to_end, need_answers
from headstart.share.prepared_input import prepared_input
from headstart.task import Calibration, Classification

pytestmark = pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
"""WavLM's own."""
SELDOM = [pytest.param(family, marks=pytest.mark.slow) for family in ("ast", "wavlm")]


def model_of(place, family: str) -> Model:
    kind, settings, _ = FAMILIES[family]
    backbone = load_backbone(str(save(place / "network", kind, settings)))
    drawn = torch.randn(3, backbone.width, generator=torch.Generator().manual_seed(0))
    head = linear(backbone.width, 3, drawn)
    task = Classification(("low", "high", "noise"))
    return Model(backbone, head, task, Calibration(0.5), backbone.depth)


def clip(seconds: float) -> np.ndarray:
    return (0.1 * np.random.default_rng(7).standard_normal(round(16_000 * seconds))).astype("f")


@torch.inference_mode()
@pytest.mark.parametrize("family", ["wav2vec2", "whisper", "ast"])
@pytest.mark.parametrize("seconds", [0.1, 0.5, 0.64])
def test_rows_are_those_that_training_read(family, seconds, tmp_path) -> None:
    modality = model_of(tmp_path, family).backbone.modality
    expected = modality.batch([modality.read(InMemory("x", (clip(seconds), 16_000)))])
    found = prepared_input(modality)(torch.from_numpy(clip(seconds))[None])
    assert found.shape == expected.shape
    assert torch.equal(found[..., -1], expected[..., -1])
    assert (found - expected).abs().max() <= 0.002  # the last digit of half precision


@torch.inference_mode()
def test_several_recordings_are_read_each_by_itself(tmp_path) -> None:
    reading = prepared_input(model_of(tmp_path, "whisper").backbone.modality)
    loud, quiet = torch.from_numpy(clip(1.0)), 0.01 * torch.from_numpy(clip(1.0))
    both = reading(torch.stack([loud, quiet]))
    assert torch.equal(both[1:], reading(quiet[None]))


def test_a_family_whose_features_no_graph_makes_is_refused_with_the_reason(tmp_path) -> None:
    with pytest.raises(BackboneError, match="M702") as refused:
        need_answers(model_of(tmp_path, "clap"))
    assert "ClapFeatureExtractor is not among" in str(refused.value)


@pytest.mark.journey
@pytest.mark.parametrize("family", ["whisper", "wav2vec2", *SELDOM])
def test_a_network_for_recordings_answers_alike_in_another_runtime(family, tmp_path) -> None:
    model = model_of(tmp_path, family)
    sources = [InMemory(f"{s}", (clip(s), 16_000)) for s in (0.2, 0.6, 1.3, 4.5)]
    assert np.ptp(model.answers(sources), axis=0).max() > 0.02  # so that the same answer says much
    done = export_onnx(model, sources, tmp_path / "out" / "m.onnx")
    assert done.parity.same == 4 and done.parity.largest < 1e-4
    assert done.beside == ("m.md", "predict.py")
    assert end_to_end(model).facts["rate_hz"] == "16000"
