"""Points of three grids over a square picture, and the boxes that each row says.

Boxes are shares of the side of a square picture: (left, top, right, bottom).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from headstart.backbone import GRID, STRIDES, side_of

_WIDEST = 5.0
"""Logarithm of the largest side of a box, in strides."""
_EPS = 1e-7
STRIDE = 1 / 32
"""From one row to the next where they are on no grid, as a share of the picture's side."""
Rows = Float[Tensor, "b p c"]
"""Of each point: how far the middle of a box lies from it and the logarithms of the box's sides, in
strides; whether anything is there; classes. Of a query or an anchor, instead of the first four, the
logarithms of odds of middle and sides, as shares of the picture's side."""


def grid(count: int, device: torch.device | None = None) -> Float[Tensor, "p 3"]:
    """Of so many points: x, y and stride, as shares of the picture's side."""
    side = side_of(count, [(1, stride) for stride in STRIDES])
    levels = []
    for stride in STRIDES:
        middles = (torch.arange(side // stride, device=device) + 0.5) * stride / side
        y, x = torch.meshgrid(middles, middles, indexing="ij")
        levels.append(torch.stack([x, y, torch.full_like(x, stride / side)], dim=-1).flatten(0, 1))
    return torch.cat(levels)


def boxes_of(rows: Rows, placing: str = GRID) -> Float[Tensor, "b p 4"]:
    """The box that each row says; it may lie partly outside of the picture."""
    if placing != GRID:
        shares = rows[..., :4].sigmoid()
        return torch.cat(
            [shares[..., :2] - shares[..., 2:] / 2, shares[..., :2] + shares[..., 2:] / 2], dim=-1
        )
    points = grid(rows.shape[1], rows.device)
    middle = points[:, :2] + rows[..., :2] * points[:, 2:]
    half = rows[..., 2:4].clamp(-_WIDEST, _WIDEST).exp() * points[:, 2:] / 2
    return torch.cat([middle - half, middle + half], dim=-1)


def points_of(boxes: Float[Tensor, "p 4"], placing: str) -> Float[Tensor, "p 3"]:
    """Where rows stand for something: the points of the grids, or the middles of their boxes."""
    if placing == GRID:
        return grid(len(boxes), boxes.device)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    return torch.cat([middles, middles.new_full((len(boxes), 1), STRIDE)], dim=1)


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
