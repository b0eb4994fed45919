"""A backbone as a detector: a row for each point of three grids instead of one for a picture."""

import copy
import math
from collections.abc import Iterable
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from headstart.backbone.backbone import Architecture, Backbone
from headstart.backbone.pyramid import (
    DETECTS,
    GRID,
    PLACED,
    PLACING,
    QUERIES,
    STRIDES,
    WIDTH,
)
from headstart.backbone.vision import build, timm_name
from headstart.errors import BackboneError, UsageError
from headstart.hostile import printable
from headstart.modality import Image

LEAST_PX = 256
"""Side of the pictures that a detector is given, at least, where nobody says another."""
LAST = 2
"""Stages behind the maps of a detector, pyramid and towers. On 205 pictures of blood cells AP50 was
.37 where towers learned alone, and .885 where the pyramid did, too, in smaller steps and at 416
pixels instead of 256."""


def detects(architecture: Architecture) -> bool:
    """Whether it has a pyramid and towers."""
    return DETECTS in dict(architecture.settings)


def placing_of(architecture: Architecture) -> str:
    """How a detector's rows say where a box is: see `PLACING`."""
    return str(dict(architecture.settings).get(PLACING, GRID))


def detector(backbone: Backbone, size: int | None = None) -> Backbone:
    """The same network with a pyramid and towers behind its maps; `width` is that of a point's row.

    Pictures are seen whole, in a square of `size` pixels a side. What a network did not bring has
    fresh weights, of which `loaded` says nothing: see `fresh_stages`. Raises `BackboneError` for a
    network that gives no maps, `UsageError` for a size that its grids don't divide.
    """
    modality = backbone.modality
    if not isinstance(modality, Image):
        raise BackboneError(
            "M512",
            f"{printable(backbone.name)} takes {modality.things}, and boxes are on pictures",
            "--backbone headstart_detector",
        )
    if detects(backbone.architecture):
        if placing_of(backbone.architecture) == GRID:
            need_divided(modality.size_px)
        return backbone
    side = size or max(LEAST_PX, math.ceil(modality.size_px / STRIDES[-1]) * STRIDES[-1])
    need_divided(side)
    settings = tuple(sorted((*backbone.architecture.settings, (DETECTS, WIDTH))))
    architecture = replace(backbone.architecture, settings=settings)
    stages = build(architecture)
    given = {timm_name(name): name for name in backbone.stages.state_dict()}
    plain = {name: timm_name(name) for name in stages.state_dict()}
    ours = {name: given[theirs] for name, theirs in plain.items() if theirs in given}
    own = backbone.stages.state_dict()
    stages.load_state_dict({name: own[old] for name, old in ours.items()}, strict=False)
    return replace(
        backbone,
        architecture=architecture,
        stages=stages,
        width=2 * WIDTH + PLACED,
        modality=replace(modality, size_px=side, crop_pct=1.0, crop_mode="border"),
        loaded={name: backbone.loaded[old] for name, old in ours.items()},
    )


def need_divided(side: int) -> None:
    """Raise `UsageError` where grids of points don't fill a square of this side."""
    if side % STRIDES[-1]:
        near = max(1, round(side / STRIDES[-1])) * STRIDES[-1]
        raise UsageError(
            "U196",
            f"pictures of {side} pixels don't divide into points {STRIDES[-1]} pixels apart",
            f"--size {near}",
        )


def learning_stages(backbone: Backbone) -> int:
    """How many of the last stages learn whatever else does: of a detector pyramid and towers, or
    what stands for them, and what was not pretrained. Of one with queries none, as what a decoder
    says of each is enough; without weights the decoder.
    """  # noqa: D205 - one sentence
    if not detects(backbone.architecture):
        return 0
    placing, bare = placing_of(backbone.architecture), int(not backbone.origin.pretrained)
    least = LAST if placing == GRID else bare + int(placing != QUERIES)
    return max(least, fresh_stages(backbone))


@torch.inference_mode()
def with_own_statistics(
    backbone: Backbone, batches: Iterable[Float[Tensor, "b c h w"]]
) -> Backbone:
    """The same weights with statistics of batch norms from these pictures.

    Random weights under statistics of nothing say nearly the same of every picture.
    """
    stages = copy.deepcopy(backbone.stages)
    norms = [part for part in stages.modules() if isinstance(part, _BatchNorm)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    for batch in batches:
        stages(batch)
    for norm in norms:
        norm.momentum = 0.1
        norm.eval()
    return replace(backbone, stages=stages, loaded={})


def fresh_stages(backbone: Backbone) -> int:
    """How many of the last stages have weights that nothing was loaded into."""
    known = {name.partition(".")[0] for name in backbone.loaded}
    names = [name for name, _ in backbone.stages.named_children()]
    fresh = 0
    while fresh < len(names) and names[-1 - fresh] not in known:
        fresh += 1
    return fresh
