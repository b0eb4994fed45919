"""Stages of any architecture, whichever library makes them."""

from torch import nn

from headstart.backbone import language, sound, speech, vision
from headstart.backbone.backbone import Architecture
from headstart.modality import Image, Sound


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    The global random state stays as it is. Raises `BackboneError` for what makes no network.
    """
    if speech.is_speech(architecture):
        return speech.build(architecture, seed)
    if language.is_language(architecture):
        return language.build(architecture, seed)
    if sound.is_sound(architecture):
        return sound.build(architecture, seed)
    return vision.build(architecture, seed)


def contract(architecture: Architecture) -> Image | Sound:
    """The input that networks of this name were made for."""
    return Sound() if sound.is_sound(architecture) else vision.contract(architecture)
