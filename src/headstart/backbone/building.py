"""Stages of any architecture, whichever library makes them."""

from torch import nn

from headstart.backbone import language, vision
from headstart.backbone.backbone import Architecture


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    The global random state stays as it is. Raises `BackboneError` for what makes no network.
    """
    if language.is_language(architecture):
        return language.build(architecture, seed)
    return vision.build(architecture, seed)
