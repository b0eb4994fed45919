"""More looks at a picture, whose answers are averaged: its mirror image, and parts of it."""

from collections.abc import Iterator

from jaxtyping import Float32
from torch import Tensor
from torch.nn.functional import interpolate

PART = 7 / 8
"""The side of a part, of the picture's: 224 of 256 pixels, as in Krizhevsky et al. (2012)."""
_PLACES = ((0.5, 0.5), (0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
"""Where parts lie, from the top and from the left: in the middle, then in the corners."""


def further_looks(batch: Float32[Tensor, "b c h w"], count: int) -> Iterator[Tensor]:
    """`count` - 1 further looks at each picture, in a fixed order; there are 11 of them.

    The mirror image, then the middle part and those in the corners, each with its mirror image, as
    large as the picture.
    """
    for number in range(1, count):
        at, mirrored = divmod(number, 2)
        seen = batch if at == 0 else _part(batch, *_PLACES[at - 1])
        yield seen.flip(-1) if mirrored else seen


def _part(batch: Tensor, down: float, across: float) -> Tensor:
    height, width = batch.shape[-2:]
    tall, wide = max(1, round(PART * height)), max(1, round(PART * width))
    top, left = round(down * (height - tall)), round(across * (width - wide))
    part = batch[..., top : top + tall, left : left + wide]
    return interpolate(part, (height, width), mode="bilinear", align_corners=False)
