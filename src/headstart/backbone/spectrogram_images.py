"""Image networks applied to spectrograms, by the name `picture:NAME`."""

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
"""The prefix of the name: an image network is never used for sounds unless asked for."""
SETTING = "hears"
"""The setting of such an architecture: the side of its spectrograms in pixels."""
TOLD = "The network learned from pictures; here it is given spectrograms as if they were some."
_MIDDLE, _SPREAD = 2.0, 2.0
"""What is taken from logarithms of 1 + amounts, and what is left divided by: common sounds have
about these."""


def hears(architecture: Architecture) -> bool:
    """Whether this is an image network that reads spectrograms."""
    return SETTING in dict(architecture.settings)


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights from `seed`; the first turns spectrograms into pictures."""
    settings = dict(architecture.settings)
    side = int(str(settings[SETTING]))
    kept = tuple(pair for pair in settings.items() if pair[0] not in (SETTING, PROFILE, EXIT))
    plain = vision.build(replace(architecture, settings=kept), seed)
    stages = as_profile(architecture, _behind_a_drawing(plain, side))
    return stages.requires_grad_(False).eval()


def crossed(backbone: Backbone, side: int) -> Backbone:
    """An image backbone with one channel as a backbone for recordings; recorded in its origin."""
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
    """Turns spectrograms into square gray pictures: time to the right, low tones at the bottom.

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
