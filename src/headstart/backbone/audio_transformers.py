"""Networks for recordings that transformers builds, staged by layer.

A stage takes and gives (b, t, d + 1) numbers, with 1 in the last column for a moment and 0 for
padding. The first takes samples or features; the last gives means over moments (of AST, over the
two tokens that it was trained to answer with).
"""

import copy
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import clap
from headstart.backbone.backbone import Architecture, Backbone, Origin
from headstart.backbone.profile import as_profile
from headstart.backbone.transformers_loading import (
    CONFIG,
    config_of,
    loaded,
    made,
    need_files,
    reading,
)
from headstart.backbone.writing import Writer
from headstart.modality import prepared_by, text_of
from headstart.untrusted import record_in

EXTRACTOR = "preprocessor_config.json"
AST, WAVLM = "audio-spectrogram-transformer", "wavlm"
KINDS = frozenset(
    {"data2vec-audio", "hubert", "unispeech", "unispeech-sat", "wav2vec2", WAVLM}
    | {"wav2vec2-conformer", "whisper", AST, clap.CLAP, clap.HEARS}
)
"""What transformers calls the families."""
_FEATURES = frozenset({"whisper", AST})
"""Families that take features, not samples."""
_TOLERANCE = 1e-5
_MOST = 200
"""Tokens of a transcript of 30 seconds, at most."""


def is_speech(architecture: Architecture) -> bool:
    """Whether it is one of these families."""
    return config_of(architecture).get("model_type") in KINDS


def is_folder(folder: Path) -> bool:
    """Whether a network of one of these families lies there."""
    try:
        return record_in(folder / "config.json").get("model_type") in KINDS
    except (OSError, ValueError, TypeError):
        return False


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    The global random state stays as it is. Raises `BackboneError` for a configuration that makes
    no network.
    """
    stages = staged(made(architecture, seed))
    return as_profile(architecture, stages).requires_grad_(False).eval()


def from_folder(folder: Path, name: str = "", origin: Origin | None = None) -> Backbone:
    """The network in a folder as hubs have them: configuration, safetensors, feature extractor.

    Raises `SecurityError` where a file names code to run, `BackboneError` for a folder that lacks a
    file, or whose weights leave part of the network as it was drawn.
    """
    with reading(folder):
        return _in(folder, name, origin)


def _in(folder: Path, name: str, origin: Origin | None) -> Backbone:
    need_files(folder, EXTRACTOR)
    found = loaded(folder, ("masked_spec_embed",))
    architecture = Architecture(name or folder.name, ((CONFIG, found.config),))
    stages = staged(found.network).requires_grad_(False).eval()
    modality = prepared_by((folder / EXTRACTOR).absolute())
    with torch.inference_mode():
        width = int(stages(modality.batch([modality.blank()])).shape[-1])
    origin, words = origin or Origin("folder", str(folder)), folder / "tokenizer.json"
    writer = (
        Writer(found.network, text_of(words, _MOST)) if found.writes and words.exists() else None
    )
    return Backbone(architecture, stages, width, modality, origin, writer)


def staged(network: Any) -> nn.Sequential:
    """One stage for what comes before the layers and one for each; a single one where they differ.

    Which of both it is follows from the configuration: the same network gives the same stages.
    """
    kind, heard = network.config.model_type, network.config.model_type == clap.HEARS
    encoder = network.get_encoder() if kind == "whisper" else network
    plain = clap.Whole(encoder) if heard else Heard(encoder, kind, pooled=True)
    whole = nn.Sequential(OrderedDict(whole=plain))
    try:
        own = copy.deepcopy(encoder)
        cut = nn.Sequential(clap.layers_of(own) if heard else _layers(own, kind))
        with torch.inference_mode():
            sample = _sample(encoder, kind)
            same = torch.allclose(cut(sample), whole(sample), rtol=0, atol=_TOLERANCE)
    except Exception:  # a layer that takes more than its input says so in many ways
        same = False
    return cut if same else whole


class Heard(nn.Module):
    """Samples or features to what a network makes of them."""

    masked = True

    def __init__(self, network: Any, kind: str, *, pooled: bool) -> None:
        super().__init__()
        self.network, self.kind = network, kind
        if pooled:
            self.pooling = True

    def forward(self, rows: Float[Tensor, "b t g"]) -> Float[Tensor, "b ..."]:
        """Moments and the mask; or one row a recording."""
        x, mask = rows[..., :-1], rows[..., -1]
        if self.kind == "whisper":
            hidden = self.network(x.transpose(1, 2)).last_hidden_state
            mask = mask[:, ::2]
        elif self.kind == AST:
            hidden = self.network(x).last_hidden_state
            mask = hidden.new_ones(hidden.shape[:2])
        else:
            heard = mask.long()
            hidden = self.network(x[..., 0], attention_mask=heard).last_hidden_state
            made = self.network._get_feature_vector_attention_mask(hidden.shape[1], heard)
            mask = made.to(hidden)
        alone = not getattr(self, "pooling", False)
        return _joined(hidden, mask) if alone else _pooled(hidden, mask, self.kind)


class HeardLayer(nn.Module):
    """One layer; the last one with the norm behind it, and the mean."""

    masked = True

    def __init__(self, layer: nn.Module, kind: str, norm: nn.Module | None = None) -> None:
        super().__init__()
        self.layer, self.kind, self.norm = layer, kind, norm
        self.pooling = norm is not None

    def forward(self, rows: Float[Tensor, "b t g"]) -> Float[Tensor, "b ..."]:
        """Rows as they came in, further on; the last layer gives means."""
        x, mask = rows[..., :-1], rows[..., -1]
        least = torch.finfo(x.dtype).min
        padding = None if self.kind in _FEATURES else ((1 - mask) * least)[:, None, None]
        if self.kind == WAVLM:
            hidden, _ = self.layer(x, attention_mask=mask > 0)
        else:
            hidden = self.layer(x, attention_mask=padding)
        said = hidden if self.norm is None else self.norm(hidden)
        return _pooled(said, mask, self.kind) if self.pooling else _joined(said, mask)


def _joined(hidden: Tensor, mask: Tensor) -> Tensor:
    return torch.cat([hidden, mask[..., None]], dim=-1)


def _pooled(hidden: Tensor, mask: Tensor, kind: str) -> Tensor:
    if kind == AST:
        return hidden[:, :2].mean(dim=1)
    kept = mask[..., None]
    return (hidden * kept).sum(dim=1) / kept.sum(dim=1).clamp_min(1)


def _layers(network: Any, kind: str) -> "OrderedDict[str, nn.Module]":
    """The network without its layers and closing norm, then each layer."""
    owner = network if kind in _FEATURES else network.encoder
    closing = {"whisper": "layer_norm", AST: "layernorm"}.get(kind, "")
    if not closing and getattr(network.config, "do_stable_layer_norm", False):
        closing = "layer_norm"
    norm = getattr(owner, closing) if closing else nn.Identity()
    layers, owner.layers = list(owner.layers), nn.ModuleList()
    for layer in layers[1:] if kind == WAVLM else ():  # each finds the bias of places itself
        layer.attention.rel_attn_embed = copy.deepcopy(layers[0].attention.rel_attn_embed)
    if closing:
        setattr(owner, closing, nn.Identity())
    stages = OrderedDict[str, nn.Module](features=Heard(network, kind, pooled=False))
    for index, layer in enumerate(layers):
        last = index == len(layers) - 1
        stages[f"layer_{index}"] = HeardLayer(layer, kind, norm if last else None)
    return stages


def _sample(network: Any, kind: str) -> Tensor:
    """Two rows, one of them padded."""
    generator = torch.Generator().manual_seed(0)
    config = network.config
    if kind == clap.HEARS:
        return clap.sample(config)
    if kind == "whisper":
        shape = (2, 2 * config.max_source_positions, config.num_mel_bins)
    elif kind == AST:
        shape = (2, config.max_length, config.num_mel_bins)
    else:
        shape = (2, 6_400, 1)
    rows = torch.cat([torch.randn(shape, generator=generator), torch.ones(*shape[:2], 1)], dim=2)
    rows[1, shape[1] * 3 // 4 :] = 0
    return rows
