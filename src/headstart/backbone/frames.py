"""A backbone before its last pooling: what it says of each moment, or of each token."""

import copy
from dataclasses import replace

import torch
from torch import nn

from headstart.backbone.backbone import Architecture, Backbone
from headstart.errors import BackboneError
from headstart.hostile import printable

SETTING = "moments"
"""In the settings of an architecture whose last stage does not pool."""


def moments(backbone: Backbone) -> Backbone:
    """The same network, whose last stage gives (b, t, d + 1) numbers; `width` is then d.

    Raises `BackboneError` for one that has nothing but rows.
    """
    stages = copy.deepcopy(backbone.stages)
    _kept_apart(stages, backbone.name)
    with torch.inference_mode():
        found = stages(backbone.modality.batch([backbone.modality.blank()]))
    plain = backbone.architecture
    architecture = replace(plain, settings=(*plain.settings, (SETTING, True)))
    return replace(
        backbone, architecture=architecture, stages=stages, width=int(found.shape[-1]) - 1
    )


def pooled(backbone: Backbone) -> Backbone:
    """The same network as a row for everything, where its last stage does not pool."""
    plain = backbone.architecture
    if not dict(plain.settings).get(SETTING):
        return backbone
    settings = tuple(pair for pair in plain.settings if pair[0] != SETTING)
    stages = copy.deepcopy(backbone.stages)
    setattr(stages[-1], "pooling", True)  # noqa: B010 - a module takes any attribute
    with torch.inference_mode():
        found = stages(backbone.modality.batch([backbone.modality.blank()]))
    architecture = replace(plain, settings=settings)
    return replace(backbone, architecture=architecture, stages=stages, width=int(found.shape[-1]))


def as_asked(architecture: Architecture, stages: nn.Sequential) -> nn.Sequential:
    """The same stages, the last without its pooling where the architecture says so; in place."""
    if dict(architecture.settings).get(SETTING):
        _kept_apart(stages, architecture.name)
    return stages


def _kept_apart(stages: nn.Sequential, name: str) -> None:
    last = stages[-1]
    if not hasattr(last, "pooling"):
        raise BackboneError(
            "M407",
            f"{printable(name)} gives one row for everything, in which nothing has an order",
            "--backbone headstart_dscnn, or a network such as facebook/wav2vec2-base",
        )
    setattr(last, "pooling", False)  # noqa: B010 - a module takes any attribute
