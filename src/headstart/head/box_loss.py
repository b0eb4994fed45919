"""What a detector's rows lose against the true boxes.

Targets of a picture are rows of a class and a box, padded by rows of NaN; boxes are shares of the
side of a square picture. A row whose class is below 0 is to be ignored: points in it are neither
right nor wrong.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from headstart.backbone import GRID, PLACED, QUERIES
from headstart.head.assignment import assign
from headstart.head.grids import Rows, area, boxes_of
from headstart.head.matching import matched

TARGET = 5
"""Numbers in a row of a target: the class and the box."""
BOX_WEIGHT = 5.0
"""What the loss of boxes counts, as in YOLOX (Ge et al. 2021)."""
_EPS = 1e-7


def detection_loss(
    rows: Rows, targets: Float[Tensor, "b m 5"], placing: str = GRID
) -> Float[Tensor, ""]:
    """Boxes by GIoU, whether anything is there and classes by cross-entropy; the sum over points,
    divided by how many stand for a box.

    Boxes without area are passed over. A picture without boxes teaches that nothing is there. Of
    queries one stands for each box, as they were trained; of points and anchors several.
    """  # noqa: D205 - one sentence
    boxes = boxes_of(rows, placing)
    there = torch.zeros(rows.shape[:2], device=rows.device)
    counts = torch.ones_like(there)
    lost = rows.new_zeros(())
    found = 0
    for index, target in enumerate(targets):
        said, box = rows[index], boxes[index]
        true, ignored = sorted_out(target)
        known = said.detach(), box.detach(), true, ignored
        assigned = matched(*known) if placing == QUERIES else assign(*known, placing)
        counts[index, assigned.ignored] = 0.0
        there[index, assigned.points] = counts[index, assigned.points] = 1.0
        if not len(assigned.points):
            continue
        found += len(assigned.points)
        mine = true[assigned.boxes]
        lost = lost + BOX_WEIGHT * giou_loss(box[assigned.points], mine[:, 1:]).sum()
        if (classes := said[assigned.points, PLACED:]).shape[1]:
            wanted = torch.zeros_like(classes)
            wanted[torch.arange(len(mine)), mine[:, 0].long()] = assigned.overlap
            lost = lost + binary_cross_entropy_with_logits(classes, wanted, reduction="sum")
    lost = lost + binary_cross_entropy_with_logits(
        rows[..., PLACED - 1], there, weight=counts, reduction="sum"
    )
    return lost / max(1, found)


def sorted_out(target: Float[Tensor, "m 5"]) -> tuple[Float[Tensor, "g 5"], Float[Tensor, "i 4"]]:
    """Rows with a class and an area; and boxes to be ignored."""
    sides = target[:, 3:] - target[:, 1:3]
    there = (sides > 0).all(dim=1)
    return target[there & (target[:, 0] >= 0)], target[there & (target[:, 0] < 0), 1:]


def giou_loss(said: Float[Tensor, "k 4"], true: Float[Tensor, "k 4"]) -> Float[Tensor, " k"]:
    """1 - GIoU of each pair (Rezatofighi et al. 2019)."""
    low, high = torch.maximum(said[:, :2], true[:, :2]), torch.minimum(said[:, 2:], true[:, 2:])
    shared = (high - low).clamp_min(0).prod(dim=1)
    union = (area(said) + area(true) - shared).clamp_min(_EPS)
    least = torch.minimum(said[:, :2], true[:, :2])
    most = torch.maximum(said[:, 2:], true[:, 2:])
    hull = (most - least).prod(dim=1).clamp_min(_EPS)
    return 1 - shared / union + (hull - union) / hull
