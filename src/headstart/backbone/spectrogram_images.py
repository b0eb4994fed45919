"""Networks for pictures that are given spectrograms, where somebody says so: `picture:NAME`."""

from collections import OrderedDict
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from headstart.backbone import vision
from headstart.backbone.backbone import Architecture, Backbone
from headstart.backbone.profile import EXIT, as_profile
from headstart.backbone.profile import SETTING as PROFILE
from headstart.modality import Sound

WORD = "picture:"
"""Stands before the name: crossing from pictures to sound is never done unasked."""
SETTING = "hears"
"""In the settings of an architecture that is given spectrograms: their side in pixels."""
TOLD = "The network learned from pictures; here it is given spectrograms as if they were some."
_MIDDLE, _SPREAD = 2.0, 2.0
"""What is taken from logarithms of 1 + amounts, and what is left divided by: common sounds have
about these."""


def hears(architecture: Architecture) -> bool:
    """Whether it is a network for pictures that is given spectrograms."""
    return SETTING in dict(architecture.settings)


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages, the first of which draws, with fresh weights from `seed`."""
    settings = dict(architecture.settings)
    side = int(str(settings[SETTING]))
    kept = tuple(pair for pair in settings.items() if pair[0] not in (SETTING, PROFILE, EXIT))
    plain = vision.build(replace(architecture, settings=kept), seed)
    stages = as_profile(architecture, _behind_a_drawing(plain, side))
    return stages.requires_grad_(False).eval()


def crossed(backbone: Backbone, side: int) -> Backbone:
    """A backbone for gray pictures as one for recordings; its origin says so."""
    plain, origin = backbone.architecture, backbone.origin
    note = f"{origin.note}; {TOLD}" if origin.note else TOLD
    return replace(
        backbone,
        architecture=replace(plain, settings=(*plain.settings, (SETTING, side))),
        stages=_behind_a_drawing(backbone.stages, side).requires_grad_(False).eval(),
        modality=Sound(),
        origin=replace(origin, note=note),
        loaded={},
    )


class Drawing(nn.Module):
    """Spectrograms to square gray pictures: time to the right, low tones below.

    Each is stretched to the whole square, whatever its length; padding is not drawn.
    """

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    def forward(self, rows: Float[Tensor, "b t d"]) -> Float[Tensor, "b 1 h w"]:
        """Pictures of one channel."""
        drawn = []
        for row in rows:
            heard = row[: max(1, int(row[:, -1].sum())), :-1].float()  # (t, f)
            picture = heard.T.flip(0)[None, None]
            drawn.append(
                interpolate(picture, (self.side, self.side), mode="bilinear", antialias=True)
            )
        return (torch.cat(drawn) - _MIDDLE) / _SPREAD


def _behind_a_drawing(stages: nn.Sequential, side: int) -> nn.Sequential:
    named = OrderedDict[str, nn.Module](drawing=Drawing(side))
    named.update(stages.named_children())
    return nn.Sequential(named)
