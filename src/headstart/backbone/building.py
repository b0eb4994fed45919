"""Stages of any architecture, whichever library makes them."""

from collections.abc import Callable

from torch import nn

from headstart.backbone import (
    audio_cnn,
    audio_transformers,
    detection_torchvision,
    detection_transformers,
    language,
    recurrent,
    spectrogram_images,
    vision,
)
from headstart.backbone.backbone import Architecture
from headstart.backbone.decoder_only import SETTING as ALONE
from headstart.backbone.decoder_only import spelling
from headstart.backbone.frames import as_asked
from headstart.errors import BackboneError
from headstart.modality import Image, Sound

Builder = Callable[[Architecture, int], nn.Sequential]


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    The global random state stays as it is. Raises `BackboneError` for what makes no network.
    """
    if dict(architecture.settings).get(ALONE):
        return as_asked(architecture, spelling())
    kinds: tuple[tuple[Callable[[Architecture], bool], Builder], ...] = (
        (spectrogram_images.hears, spectrogram_images.build),
        (audio_transformers.is_speech, audio_transformers.build),
        (detection_torchvision.is_anchor_detector, detection_torchvision.build),
        (detection_transformers.is_query_detector, detection_transformers.build),
        (language.is_language, language.build),
        (audio_cnn.is_sound, audio_cnn.build),
        (recurrent.is_recurrent, recurrent.build),
    )
    make = next((make for knows, make in kinds if knows(architecture)), vision.build)
    return as_asked(architecture, make(architecture, seed))


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
    return Sound() if audio_cnn.is_sound(architecture) else vision.contract(architecture)
