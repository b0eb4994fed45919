"""Stages of any architecture, whichever library makes them."""

from torch import nn

from headstart.backbone import language, recurrent, sound, speech, vision
from headstart.backbone.backbone import Architecture
from headstart.errors import BackboneError
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
    if recurrent.is_recurrent(architecture):
        return recurrent.build(architecture, seed)
    return vision.build(architecture, seed)


def contract(architecture: Architecture) -> Image | Sound:
    """The input that networks of this name were made for.

    Raises `BackboneError` for one that reads texts: what it reads depends on what it learned from.
    """
    if recurrent.is_recurrent(architecture):
        raise BackboneError(
            "M405",
            f"{architecture.name} has no words before it is pre-trained",
            f"headstart pretrain TEXTS --arch {architecture.name} --out DIR, then --backbone DIR",
        )
    return Sound() if sound.is_sound(architecture) else vision.contract(architecture)
