"""Pillow's resizing as two matrix products, so that a graph reads pictures as training did.

Pillow resizes pictures of 8 bits in whole numbers: weights in units of 2**-22, along one axis,
rounded to 8 bits, then along the other (`Resample.c`). Sums of such products stay below 2**53, so
that double precision gives the same bits. Weights depend on the size of the picture, and are
computed in the graph; only what the crop keeps is computed.
"""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import PIL.Image
import torch
from jaxtyping import Float, Float64, UInt8
from torch import Tensor, nn

from headstart.modality import Image
from headstart.modality.image import LONGEST

_ONE = 2.0**22
"""What Pillow's weights add up to."""
_GRAYS = (19595, 38470, 7471, 2.0**15, 2.0**16)
"""Pillow's gray: red, green, blue, what rounds, and what they add up to (`Convert.c`)."""


def _linear(x: Tensor) -> Tensor:
    return (1 - x).clamp_min(0)


def _cubic(x: Tensor) -> Tensor:
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((x - 5) * x + 8) * x * -0.5 + 2
    return torch.where(x < 1, near, torch.where(x < 2, far, torch.zeros_like(x)))


def _sinc(x: Tensor) -> Tensor:
    turned = x * math.pi
    return torch.where(x == 0, torch.ones_like(x), turned.sin() / turned.clamp_min(1e-30))


def _lanczos(x: Tensor) -> Tensor:
    return torch.where(x < 3, _sinc(x) * _sinc(x / 3), torch.zeros_like(x))


def _hamming(x: Tensor) -> Tensor:
    window = 0.54 + 0.46 * (x * math.pi).cos()
    return torch.where(x < 1, _sinc(x) * window, torch.zeros_like(x))


def _box(x: Tensor) -> Tensor:
    return (x <= 0.5).to(x)


_FILTERS: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {
    "bilinear": (_linear, 1.0),
    "bicubic": (_cubic, 2.0),
    "lanczos": (_lanczos, 3.0),
    "hamming": (_hamming, 1.0),
    "box": (_box, 0.5),
}
"""Weight by distance, and how far it reaches, as Pillow has them."""
INTERPOLATIONS = frozenset({*_FILTERS, "nearest"})


class PictureInput(nn.Module):
    """What `Image.read` and `Image.batch` do with an upright picture, for any size of it."""

    def __init__(self, contract: Image) -> None:
        super().__init__()
        self.contract, self.turns = contract, turns()
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(contract.mean)[:, None, None])
        self.register_buffer("std", torch.tensor(contract.std)[:, None, None])

    def forward(self, pixels: UInt8[Tensor, "n h w c"]) -> Float[Tensor, "n d s s"]:
        """Pictures of one size as the network's input."""
        return (self.seen(pixels).float() / 255 - self.mean) / self.std

    def seen(self, pixels: UInt8[Tensor, "n h w c"]) -> Float64[Tensor, "n d s s"]:
        """Whole numbers from 0 to 255: the pixels that `Image.read` gives."""
        shown = pixels.to(torch.float64).permute(0, 3, 1, 2)  # (n, c, h, w)
        if self.contract.channels == 1:
            red, green, blue, half, whole = _GRAYS
            mixed = red * shown[:, :1] + green * shown[:, 1:2] + blue * shown[:, 2:3]
            shown = ((mixed + half) / whole).floor()
        height, width = (_count(side, shown) for side in shown.shape[2:])
        cut = self._cut(height, width)
        tall, wide = self._resized(height - 2 * cut[0], width - 2 * cut[1])
        columns = self._weights(shown.shape[3], width, cut[1], wide)  # (s, w)
        rows = self._weights(shown.shape[2], height, cut[0], tall)  # (s, h)
        less = height - 2 * cut[0] - tall
        upright = (less > 0) & (less > 2 * (width - 2 * cut[1] - wide)) & self.turns
        return _small(upright, shown, rows, columns) + self._border(rows, columns)

    def outside(
        self, boxes: Float[Tensor, "n q 4"], pixels: UInt8[Tensor, "n h w c"]
    ) -> Float[Tensor, "n q 4"]:
        """Boxes in pixels of the square -> in pixels of the pictures."""
        height, width = (_count(side, pixels) for side in pixels.shape[1:3])
        cut = self._cut(height, width)
        whole = height - 2 * cut[0], width - 2 * cut[1]
        down, right = (
            (_first(scaled, self.contract.size_px), length / scaled, lost)
            for scaled, length, lost in zip(self._resized(*whole), whole, cut, strict=True)
        )
        first, ratio, lost = (torch.stack([x, y, x, y]) for y, x in zip(down, right, strict=True))
        return ((boxes.double() + first) * ratio + lost).float()

    def sides(self, pixels: UInt8[Tensor, "n h w c"]) -> Float[Tensor, " 4"]:
        """The farthest that corners of boxes can lie."""
        height, width = (_count(side, pixels).float() for side in pixels.shape[1:3])
        return torch.stack([width, height, width, height])

    def _cut(self, height: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
        """What is left away at each end of a strip, before it is resized."""
        if self.contract.crop_mode != "center":
            return torch.zeros_like(height), torch.zeros_like(width)
        most = LONGEST * torch.minimum(height, width)
        return tuple(((side - most) / 2).floor().clamp_min(0) for side in (height, width))  # type: ignore[return-value]

    def _resized(self, height: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
        """Height and width before the crop: see `Image`."""
        side = float(math.floor(self.contract.size_px / self.contract.crop_pct))
        if self.contract.crop_mode == "squash":
            return torch.full_like(height, side), torch.full_like(width, side)
        if self.contract.crop_mode == "border":
            ratio = torch.maximum(height / side, width / side)
            return (height / ratio).round().clamp_min(1), (width / ratio).round().clamp_min(1)
        short, long = torch.minimum(height, width), torch.maximum(height, width)
        other = (side * long / short).floor()
        flat = torch.full_like(height, side)
        upright = width <= height
        return torch.where(upright, other, flat), torch.where(upright, flat, other)

    def _weights(
        self, count: int | torch.SymInt, side: Tensor, cut: Tensor, resized: Tensor
    ) -> Float64[Tensor, "s d"]:
        """How much each of `count` pixels in a line counts for each that the crop keeps."""
        kept = self.contract.size_px
        first = _first(resized, kept)
        place = torch.arange(kept, dtype=torch.float64, device=side.device)[:, None] + first
        inside = (place >= 0) & (place < resized)  # (s, 1)
        pixel = torch.arange(count, dtype=torch.float64, device=side.device) - cut  # (d,)
        whole = side - 2 * cut
        found = _shares(pixel, place, whole, whole / resized, self.contract.interpolation)
        return found * (inside & (pixel >= 0) & (pixel < whole)).to(found)

    def _border(self, rows: Tensor, columns: Tensor) -> Tensor | float:
        """The frame around a picture that does not fill the square."""
        if self.contract.crop_mode != "border":
            return 0.0
        channels = [round(255 * value) for value in self.contract.mean]
        fill = torch.tensor(channels, dtype=torch.float64)[:, None, None]
        there = (rows.sum(dim=1) > 0)[:, None] & (columns.sum(dim=1) > 0)
        return fill * (~there).to(fill)


def _first(resized: Tensor, kept: int) -> Tensor:
    """The first pixel that the crop keeps; less than 0 where there is a border."""
    over = resized - kept
    return torch.where(over >= 0, (over / 2).round(), -(-over / 2).floor())


def _count(side: int | torch.SymInt, like: Tensor) -> Float64[Tensor, ""]:
    """A number of pixels, as a tensor of the graph."""
    return torch.arange(side, dtype=torch.float64, device=like.device)[-1] + 1


def _shares(
    pixel: Tensor, place: Tensor, side: Tensor, scale: Tensor, interpolation: str
) -> Float64[Tensor, "s d"]:
    """Pillow's weights, in units of 2**-22; of "nearest" all for one pixel."""
    center = (place + 0.5) * scale  # (s, 1)
    if interpolation == "nearest":
        return (pixel == center.floor()).to(torch.float64) * _ONE
    weigh, reach = _FILTERS[interpolation]
    stretch = scale.clamp_min(1)
    support = reach * stretch
    first = (center - support + 0.5).floor().clamp_min(0)
    last = torch.minimum((center + support + 0.5).floor(), side)
    inside = (pixel >= first) & (pixel < last)
    shares = weigh(((pixel - center + 0.5) / stretch).abs()) * inside.to(torch.float64)
    shares = shares / shares.sum(dim=1, keepdim=True).clamp_min(1e-30) * _ONE
    return torch.where(shares < 0, (shares - 0.5).ceil(), (shares + 0.5).floor())


@cache
def turns() -> bool:
    """Whether this Pillow shrinks tall pictures along columns first, as it does from 13.0 on."""
    pixels = np.random.default_rng(0).integers(0, 256, (90, 8, 3), dtype=np.uint8)
    method = PIL.Image.Resampling.BILINEAR
    picture = PIL.Image.fromarray(pixels)
    two = picture.resize((8, 30), method).resize((12, 30), method)
    return bool(np.array_equal(np.asarray(two), np.asarray(picture.resize((12, 30), method))))


def _small(upright: Tensor, shown: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Along one axis, rounded to 8 bits, along the other, rounded again: (n, c, s, s)."""
    if not torch.compiler.is_compiling():
        if upright:
            return _rounded(_rounded(rows @ shown) @ columns.T)  # (n, c, s, w) between
        return _rounded(rows @ _rounded(shown @ columns.T))  # (n, c, h, s) between
    half = _ONE / 2
    found: Tensor = torch.cond(  # traced: both ways are in the graph, and one of them runs
        upright,
        lambda x, r, c: (
            ((((r @ x + half) / _ONE).floor().clamp(0, 255) @ c.T + half) / _ONE)
            .floor()
            .clamp(0, 255)
        ),
        lambda x, r, c: (
            ((r @ ((x @ c.T + half) / _ONE).floor().clamp(0, 255) + half) / _ONE)
            .floor()
            .clamp(0, 255)
        ),
        (shown, rows, columns),
    )
    return found


def _rounded(sums: Tensor) -> Tensor:
    return ((sums + _ONE / 2) / _ONE).floor().clamp(0, 255)
