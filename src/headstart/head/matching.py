"""Which query of a picture stands for which box while a detector learns: one for each (DETR)."""

import torch
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn.functional import logsigmoid

from headstart.backbone import PLACED
from headstart.head.assignment import Assigned
from headstart.head.grids import area, overlaps

CLASS_COST, AWAY_COST, OVERLAP_COST = 2.0, 5.0, 2.0
"""As Deformable DETR has them (Zhu et al. 2021)."""
IGNORED = 0.5
"""The share of a query's box from which it counts as one that is to be ignored."""
_EPS = 1e-7


@torch.no_grad()
def matched(
    said: Float[Tensor, "q c"],
    boxes: Float[Tensor, "q 4"],
    true: Float[Tensor, "g 5"],
    ignored: Float[Tensor, "i 4"],
) -> Assigned:
    """One query for each box, the cheapest in all; a box that no query is left for has none."""
    inside = _within(boxes, ignored)
    overlap = overlaps(true[:, 1:], boxes)  # (g, q)
    away = (true[:, None, 1:] - boxes[None]).abs().sum(dim=2)
    cost = AWAY_COST * away - OVERLAP_COST * overlap
    cost = cost - CLASS_COST * _chances(said, true[:, 0].long())
    box, query = linear_sum_assignment(cost.cpu().double().nan_to_num(1e6).numpy())
    mine = torch.as_tensor(box, device=said.device), torch.as_tensor(query, device=said.device)
    return Assigned(mine[1], mine[0], overlap[mine], inside)


def _chances(said: Float[Tensor, "q c"], classes: Tensor) -> Float[Tensor, "g q"]:
    """That something is there, and of each box's class."""
    there = logsigmoid(said[:, PLACED - 1])
    if said.shape[1] == PLACED:
        return there.exp().expand(len(classes), -1)
    return (there + logsigmoid(said[:, PLACED:]).T[classes]).exp()


def _within(boxes: Float[Tensor, "q 4"], ignored: Float[Tensor, "i 4"]) -> Tensor:
    low = torch.maximum(boxes[:, None, :2], ignored[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], ignored[None, :, 2:])
    shared = (high - low).clamp_min(0).prod(dim=2)
    return (shared >= IGNORED * area(boxes).clamp_min(_EPS)[:, None]).any(dim=1)
