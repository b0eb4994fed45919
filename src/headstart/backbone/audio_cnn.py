"""Networks for sound: convolutions over time and frequency, staged by block.

A stage takes and gives (b, t, d + 1) numbers, as those for texts do: all channels of all bands of a
moment, and in the last column 1 for a moment and 0 for padding. The last gives one row, pooled over
time from what is said of each moment.
"""

from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone.backbone import Architecture
from headstart.backbone.places import HEARING
from headstart.backbone.profile import as_profile
from headstart.backbone.recurrent import Pooled, Recurrent

DSCNN = HEARING
"""Depthwise separable convolutions (Zhang et al. 2017, "Hello Edge"), then over time alone."""
CRNN = "headstart_crnn"
"""The same before the fold, then memory in the place of what is seen at once (Choi et al. 2017)."""
BANDS = 64
_BLOCKS = (
    ("stem", ((1, 32, 2), (32, 64, 1))),
    ("block1", ((64, 128, 2), (128, 128, 1))),
    ("block2", ((128, 256, 2), (256, 256, 1))),
)
"""Channels in, channels out and stride of each layer."""
_WIDTH, _SAID = 384, 352
"""Channels behind the last bands, and numbers that are said of each moment."""
_MEMORY = 256
"""Numbers that the recurrent layer remembers."""
_LEAST = 1e-4
"""Added to variances, whose roots have no slope at 0."""


def is_sound(architecture: Architecture) -> bool:
    """Whether it is one of these."""
    return architecture.name in (DSCNN, CRNN)


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    The global random state stays as it is.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        stages, bands = OrderedDict[str, nn.Module](), BANDS
        for name, layers in _BLOCKS:
            stages[name] = Spectral(bands, layers)
            bands //= max(1, layers[0][2])
        if architecture.name == CRNN:
            stages["fold"] = Temporal(256 * bands, _WIDTH, 1)
            stages["lstm"] = Recurrent(_WIDTH, _MEMORY)
            stages["pooled"] = Pooled()
        else:
            stages["fold"] = Temporal(256 * bands, _WIDTH, 2)
            stages["context"] = Temporal(_WIDTH, _WIDTH, 2, said=_SAID)
    whole = as_profile(architecture, nn.Sequential(stages))
    return whole.requires_grad_(False).eval()


class Spectral(nn.Module):
    """Layers over time and frequency; the first may halve both."""

    masked = True

    def __init__(self, bands: int, layers: tuple[tuple[int, int, int], ...]) -> None:
        super().__init__()
        self.bands = bands
        self.layers = nn.ModuleList(_layer(*layer) for layer in layers)

    def forward(self, rows: Float[Tensor, "b t d"]) -> Float[Tensor, "b s e"]:
        """Moments, each with all channels of all bands, and the mask."""
        mask = rows[..., -1]
        x = rows[..., :-1].unflatten(-1, (-1, self.bands)).transpose(1, 2)  # (b, c, t, f)
        for layer in self.layers:
            x = layer(x)
            mask = mask if x.shape[2] == mask.shape[1] else mask[:, ::2]
            x = x * mask[:, None, :, None]
        return torch.cat([x.transpose(1, 2).flatten(2), mask[..., None]], dim=-1)


class Temporal(nn.Module):
    """Layers over time alone, with what came in added where it has the same width."""

    masked = True

    def __init__(self, channels: int, width: int, layers: int, said: int = 0) -> None:
        super().__init__()
        folded = channels != width
        self.fold = nn.Sequential(nn.Linear(channels, width), nn.ReLU()) if folded else None
        self.layers = nn.ModuleList(_over_time(width) for _ in range(layers))
        self.said = nn.Linear(width, said) if said else None
        self.pooling = bool(said)

    def forward(self, rows: Float[Tensor, "b t d"]) -> Float[Tensor, "b ..."]:
        """Moments and the mask; one row each where this is the last stage."""
        found, mask = self.moments(rows), rows[..., -1:]
        if not self.pooling:
            return torch.cat([found * mask, mask], dim=-1)
        count = mask.sum(dim=1).clamp_min(1)
        mean = (found * mask).sum(dim=1) / count
        spread = ((found - mean[:, None]).square() * mask).sum(dim=1) / count
        return torch.cat([mean, (spread + _LEAST).sqrt()], dim=1)

    def moments(self, rows: Float[Tensor, "b t d"]) -> Float[Tensor, "b t e"]:
        """What is said of each moment, before anything is pooled."""
        mask = rows[..., -1:]
        x = rows[..., :-1] if self.fold is None else self.fold(rows[..., :-1])
        for layer in self.layers:
            x = x + layer((x * mask).transpose(1, 2)).transpose(1, 2)
        found: Tensor = x if self.said is None else self.said(x)
        return found


def _layer(channels: int, out: int, stride: int) -> nn.Sequential:
    if channels == 1:
        first = nn.Conv2d(1, out, 3, stride, 1, bias=False)
        return nn.Sequential(first, nn.BatchNorm2d(out), nn.ReLU())
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.Conv2d(channels, out, 1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    )


def _over_time(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(width, width, 5, 1, 2, groups=width, bias=False),
        nn.BatchNorm1d(width),
        nn.ReLU(),
        nn.Conv1d(width, width, 1, bias=False),
        nn.BatchNorm1d(width),
    )
