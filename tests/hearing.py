"""Small networks for recordings, as transformers saves them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from headstart.backbone import (
    Backbone,
)
from headstart.data import InMemory

transformers = pytest.importorskip("transformers")

FEATURES = {
    "whisper": {
        "d_model": 32, "encoder_layers": 2, "decoder_layers": 1, "encoder_attention_heads": 2,
        "decoder_attention_heads": 2, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48,
        "num_mel_bins": 80, "vocab_size": 60, "pad_token_id": 0, "bos_token_id": 1,
        "eos_token_id": 2, "decoder_start_token_id": 1, "max_source_positions": 100,
    },
    "audio-spectrogram-transformer": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": 48, "max_length": 64, "num_mel_bins": 32,
    },
    "clap": {
        "projection_dim": 16,
        "text_config": {
            "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 20,
            "intermediate_size": 16,
        },
        "audio_config": {
            "patch_embeds_hidden_size": 8, "depths": [1, 2, 1], "num_attention_heads": [1, 2, 2],
            "spec_size": 64, "num_mel_bins": 16, "window_size": 4, "hidden_size": 32,
            "num_hidden_layers": 3,
        },
    },
}  # fmt: skip


def save(place: Path, kind: str, settings: dict) -> Path:
    """As a hub has it, with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = transformers.AutoConfig.for_model(kind, **settings)
        transformers.AutoModel.from_config(config).save_pretrained(place)
    if kind == "whisper":
        made = transformers.WhisperFeatureExtractor(feature_size=80, chunk_length=2)
    elif kind == "clap":
        made = transformers.ClapFeatureExtractor(
            feature_size=16, max_length_s=2, truncation="rand_trunc"
        )
    elif kind == "audio-spectrogram-transformer":
        made = transformers.ASTFeatureExtractor(num_mel_bins=32, max_length=64)
    else:
        made = transformers.Wav2Vec2FeatureExtractor(return_attention_mask=True)
    made.save_pretrained(place)
    return place


def batch(backbone: Backbone, *seconds: float) -> torch.Tensor:
    rng, modality = np.random.default_rng(0), backbone.modality
    drawn = [0.1 * rng.standard_normal(round(16_000 * s)).astype(np.float32) for s in seconds]
    return modality.batch([modality.read(InMemory("x", (samples, 16_000))) for samples in drawn])


SAMPLES = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48,
    "conv_dim": [16, 16], "conv_stride": [80, 4], "conv_kernel": [80, 4],
    "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4, "num_feat_extract_layers": 2,
}  # fmt: skip
FUSED = {**FEATURES["clap"]["audio_config"], "enable_fusion": True}
STABLE = {"do_stable_layer_norm": True, "feat_extract_norm": "layer"}
FAMILIES = {
    "wav2vec2": ("wav2vec2", SAMPLES, 3),
    "wav2vec2 stable": ("wav2vec2", {**SAMPLES, **STABLE}, 3),
    "hubert": ("hubert", SAMPLES, 3),
    "unispeech": ("unispeech", SAMPLES, 3),
    "data2vec": ("data2vec-audio", SAMPLES, 3),
    "wavlm": ("wavlm", SAMPLES, 3),
    "wavlm stable": ("wavlm", {**SAMPLES, **STABLE}, 3),
    "whisper": ("whisper", FEATURES["whisper"], 3),
    "clap": ("clap", FEATURES["clap"], 4),
    "clap fused": ("clap", {**FEATURES["clap"], "audio_config": FUSED}, 4),
    "ast": ("audio-spectrogram-transformer", FEATURES["audio-spectrogram-transformer"], 3),
}
"""Name, settings, and how many stages it has."""
