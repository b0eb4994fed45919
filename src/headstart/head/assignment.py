"""Which points of a picture stand for which box while a detector learns (SimOTA)."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import logsigmoid

from headstart.backbone import GRID, PLACED
from headstart.head.grids import overlaps, points_of

REACH = 2.5
"""Points less than so many strides from the middle of a box may stand for it."""
MOST_POINTS = 10
"""Points that may stand for one box, at most."""
OVERLAP_COST, AWAY_COST = 3.0, 1e5
"""As YOLOX has them (Ge et al. 2021)."""
_EPS = 1e-7


@dataclass(frozen=True, eq=False)
class Assigned:
    """Which points of one picture stand for which box."""

    points: Int[Tensor, " k"]
    boxes: Int[Tensor, " k"]
    """The position of the box that each of them stands for."""
    overlap: Float[Tensor, " k"]
    """Intersection over union of what each point says and that box."""
    ignored: Bool[Tensor, " p"]


@torch.no_grad()
def assign(
    said: Float[Tensor, "p c"],
    boxes: Float[Tensor, "p 4"],
    true: Float[Tensor, "g 5"],
    ignored: Float[Tensor, "i 4"],
    placing: str = GRID,
) -> Assigned:
    """Which points stand for a box: the cheapest for it, as many as overlap it well (SimOTA: Ge et
    al. 2021).
    """  # noqa: D205 - one sentence
    points = points_of(boxes, placing)
    passed = _inside(points, ignored).any(dim=0)
    near = _inside(points, true[:, 1:])
    middles = (true[:, 1:3] + true[:, 3:]) / 2
    away = (points[None, :, :2] - middles[:, None]).abs().amax(dim=2)
    close = away < REACH * points[None, :, 2]
    candidates = (near | close).any(dim=0).nonzero()[:, 0]
    if not len(true) or not len(candidates):
        none = torch.zeros(0, dtype=torch.long, device=said.device)
        return Assigned(none, none, said.new_zeros(0), passed)
    overlap = overlaps(true[:, 1:], boxes[candidates])  # (g, k)
    cost = _class_cost(said[candidates], true[:, 0].long()) - OVERLAP_COST * (overlap + _EPS).log()
    cost = cost + AWAY_COST * ~(near & close)[:, candidates]
    owner = _owners(cost, overlap)
    mine = (owner >= 0).nonzero()[:, 0]
    return Assigned(candidates[mine], owner[mine], overlap[owner[mine], mine], passed)


def _inside(points: Float[Tensor, "p 3"], boxes: Float[Tensor, "g 4"]) -> Bool[Tensor, "g p"]:
    x, y = points[None, :, 0], points[None, :, 1]
    left, top, right, bottom = boxes.T[..., None]
    inside: Bool[Tensor, "g p"] = (x > left) & (x < right) & (y > top) & (y < bottom)
    return inside


def _class_cost(said: Float[Tensor, "k c"], classes: Int[Tensor, " g"]) -> Float[Tensor, "g k"]:
    """Cross-entropy of each class with the root of its probability, there or not."""
    if said.shape[1] == PLACED:
        return said.new_zeros(len(classes), len(said))
    log = (logsigmoid(said[:, PLACED:]) + logsigmoid(said[:, PLACED - 1 : PLACED])) / 2
    others = -(1 - log.exp()).clamp_min(_EPS).log()  # (k, n)
    return (others.sum(dim=1, keepdim=True) - others - log).T[classes]


def _owners(cost: Float[Tensor, "g k"], overlap: Float[Tensor, "g k"]) -> Int[Tensor, " k"]:
    """The box of each candidate, -1 for none; one that two would have goes to the cheaper."""
    most = min(MOST_POINTS, cost.shape[1])
    wanted = overlap.topk(most, dim=1).values.sum(dim=1).int().clamp(1, most)  # (g,)
    order = cost.topk(most, dim=1, largest=False).indices
    taken = torch.zeros_like(cost, dtype=torch.bool)
    chosen = torch.arange(most, device=cost.device)[None] < wanted[:, None]
    taken.scatter_(1, order, chosen)
    least = cost.masked_fill(~taken, torch.inf).min(dim=0)
    return torch.where(least.values < torch.inf, least.indices, -1)
