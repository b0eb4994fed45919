"""Points of three grids over a square picture, and the boxes that each of them says.

Boxes are shares of the side of a square picture: (left, top, right, bottom).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from headstart.backbone import STRIDES, side_of

_WIDEST = 5.0
"""Logarithm of the largest side of a box, in strides."""
_EPS = 1e-7
Rows = Float[Tensor, "b p c"]
"""Of each point: how far the middle of a box lies from it and the logarithms of the box's sides, in
strides; whether anything is there; classes."""


def grid(count: int, device: torch.device | None = None) -> Float[Tensor, "p 3"]:
    """Of so many points: x, y and stride, as shares of the picture's side."""
    side = side_of(count, [(1, stride) for stride in STRIDES])
    levels = []
    for stride in STRIDES:
        middles = (torch.arange(side // stride, device=device) + 0.5) * stride / side
        y, x = torch.meshgrid(middles, middles, indexing="ij")
        levels.append(torch.stack([x, y, torch.full_like(x, stride / side)], dim=-1).flatten(0, 1))
    return torch.cat(levels)


def boxes_of(rows: Rows) -> Float[Tensor, "b p 4"]:
    """The box that each point says; it may lie partly outside of the picture."""
    points = grid(rows.shape[1], rows.device)
    middle = points[:, :2] + rows[..., :2] * points[:, 2:]
    half = rows[..., 2:4].clamp(-_WIDEST, _WIDEST).exp() * points[:, 2:] / 2
    return torch.cat([middle - half, middle + half], dim=-1)


def overlaps(one: Float[Tensor, "g 4"], other: Float[Tensor, "p 4"]) -> Float[Tensor, "g p"]:
    """Intersection over union of every pair; 0 where both have no area."""
    low = torch.maximum(one[:, None, :2], other[None, :, :2])
    high = torch.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = (high - low).clamp_min(0).prod(dim=2)
    every = area(one)[:, None] + area(other)[None] - shared
    return shared / every.clamp_min(_EPS)


def area(boxes: Float[Tensor, "n 4"]) -> Float[Tensor, " n"]:
    """Of each box; 0 where its corners are the wrong way round."""
    return (boxes[:, 2:] - boxes[:, :2]).clamp_min(0).prod(dim=1)
