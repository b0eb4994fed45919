"""Detectors that transformers builds: DETR and its family, and YOLOS.

The last stage gives a row for each query: the state that the decoder leaves it with, the box as
logarithms of odds of its middle and sides in shares of the picture's side, and those that anything
the network was trained to find is there. Stages end behind the backbone and behind the encoder; of
YOLOS behind each layer.
"""

import json
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone.backbone import Architecture, Backbone, Origin
from headstart.backbone.partial_runs import parts_of
from headstart.backbone.pyramid import DETECTS, PLACED, PLACING, QUERIES, SIDE
from headstart.backbone.transformers_loading import (
    CONFIG,
    DETECTORS,
    config_of,
    loaded,
    made,
    need_files,
    reading,
)
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.modality import Image
from headstart.untrusted import Damaged, content, parsed, record_in

READER = "preprocessor_config.json"
_STEP_PX = 32
_LEAST = 1e-4
"""Of a share whose odds are taken."""
_RESAMPLED = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box", 5: "hamming"}


def is_query_detector(architecture: Architecture) -> bool:
    """Whether it is one of these families."""
    return config_of(architecture).get("model_type") in DETECTORS


def is_folder(folder: Path) -> bool:
    """Whether a network of one of these families lies there."""
    try:
        return record_in(folder / "config.json").get("model_type") in DETECTORS
    except (OSError, ValueError, TypeError):
        return False


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    Raises `BackboneError` for a configuration that makes no network, or none for this size.
    """
    side = int(str(dict(architecture.settings).get(SIDE, 0)))
    return _staged(made(architecture, seed), side).requires_grad_(False).eval()


def from_folder(folder: Path, name: str = "", origin: Origin | None = None) -> Backbone:
    """The network in a folder as hubs have them: configuration, safetensors, image processor.

    Raises `SecurityError` where a file names code to run, `BackboneError` for a folder that lacks a
    file, or whose weights leave part of the network as it was drawn.
    """
    with reading(folder):
        need_files(folder, READER)
        modality = contract_in(folder)
        found = loaded(folder, ())
        wide = state_width(json.loads(found.config))
        side = modality.size_px
        settings = (CONFIG, found.config), (DETECTS, wide), (PLACING, QUERIES), (SIDE, side)
        architecture = Architecture(name or folder.name, settings)
        stages = _staged(found.network, modality.size_px).requires_grad_(False).eval()
        origin = origin or Origin("folder", str(folder))
        return Backbone(architecture, stages, wide + PLACED, modality, origin)


def state_width(config: dict[str, Any]) -> int:
    """Numbers in the state of a query."""
    return int(config.get("d_model") or config["hidden_size"])


def contract_in(folder: Path) -> Image:
    """The square that comes closest to what an image processor makes of pictures.

    One of a fixed size does not keep proportions; where sides are bounded, a frame is added.
    """
    told = parsed(content(folder / READER))
    size = told.get("size") or {}
    size = {"shortest_edge": size} if isinstance(size, int) else size
    fixed = {"height", "width"} <= size.keys()
    side = size.get("height") if fixed else size.get("shortest_edge") or size.get("longest_edge")
    if not isinstance(side, int) or not 0 < side <= 4096:
        raise Damaged(f"{READER} names no size of pictures")
    scaled = told.get("do_normalize", True)
    mean, std = (told.get(f"image_{word}") if scaled else None for word in ("mean", "std"))
    return Image(
        side if fixed else -(-side // _STEP_PX) * _STEP_PX,
        tuple(mean or (0.0,) * 3),
        tuple(std or (1.0,) * 3),
        _RESAMPLED.get(told.get("resample", 2), "bilinear"),
        1.0,
        "squash" if fixed else "border",
    )


def rows_of(network: Any, pixels: Float[Tensor, "b c h w"]) -> Float[Tensor, "b q d"]:
    """States, boxes and whether anything is there, as a network says them."""
    said = network(pixel_values=pixels)
    logits, boxes = said.logits, said.pred_boxes.clamp(_LEAST, 1 - _LEAST)
    there = logits.amax(dim=-1, keepdim=True)
    if logits.shape[-1] > network.config.num_labels:  # the last says that nothing is there
        there = logits[..., :-1].logsumexp(dim=-1, keepdim=True) - logits[..., -1:]
    states = said.last_hidden_state[:, -boxes.shape[1] :]
    return torch.cat([states, boxes.logit(), there], dim=-1)


def _staged(network: Any, side: int) -> nn.Sequential:
    every = dict(network.named_modules())
    if layers := [name for name in every if name.startswith("vit.encoder.layer.")]:
        plain = [name for name in layers if name.count(".") == 3]
        ends = {"embeddings": "vit.embeddings"}
        ends |= {f"layer_{index}": name for index, name in enumerate(plain)}
    else:
        parts = ("backbone", "encoder")
        ends = {part: f"model.{part}" for part in parts if f"model.{part}" in every}
    try:
        return parts_of(network, rows_of, side, ends, "decoder")
    except (RuntimeError, ValueError, TypeError, AttributeError, AssertionError) as error:
        raise BackboneError(
            "M514",
            f"this detector can't be given squares of {side} pixels",
            "--size N, with a side that it can take",
            why=f"{type(error).__name__}: {printable(error, limit=300)}",
        ) from error
