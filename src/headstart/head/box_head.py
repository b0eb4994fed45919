"""The output layer of a detector, and the boxes that it finds."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import GRID, PLACED
from headstart.head.grids import Rows, boxes_of

USUAL = 0.3
"""The probability from which a box counts before validation rows have said another."""
LEAST_PROBABILITY = 0.01
"""Boxes of less probability are not found."""
MOST_TRIED, MOST_FOUND = 400, 100
"""Boxes of a picture that are compared with one another, and that are found, at most."""
ALIKE = 0.6
"""Of two boxes of a class that overlap by more, the less probable is left out."""
FOUND = 6
"""Numbers in a row of what is found: class, probability, and the box."""


class BoxHead(nn.Module):
    """A linear layer over what a backbone says of each point, and a threshold for each class.

    It begins with the box that the backbone says (its last numbers), without an opinion on classes.
    The thresholds are a row behind those of the points, so that whoever reads scores has them.
    """

    thresholds: Tensor

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.utils.skip_init(nn.Linear, width, PLACED + classes)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.linear.weight.data[:PLACED, -PLACED:] = torch.eye(PLACED)
        self.register_buffer("thresholds", torch.full((classes,), USUAL))

    def forward(self, rows: Float[Tensor, "b p d"]) -> Float[Tensor, "b q c"]:
        """Scores of each point, and the thresholds behind them."""
        scores = self.linear(rows)
        last = torch.cat([self.thresholds.new_zeros(PLACED), self.thresholds])
        return torch.cat([scores, last.expand(len(rows), 1, -1).to(scores)], dim=1)


def found(rows: Rows, placing: str = GRID) -> list[Float[Tensor, "_ 6"]]:
    """Of each picture the class, the probability and the box of what is there, likeliest first.

    Of boxes of one class that overlap much the likeliest is kept (NMS, class by class).
    """
    from torchvision.ops import batched_nms

    there, classes = rows[..., PLACED - 1].sigmoid(), rows[..., PLACED:].sigmoid()
    every = []
    for box, chance in zip(boxes_of(rows, placing), there[..., None] * classes, strict=True):
        flat = chance.flatten()
        best = flat.topk(min(MOST_TRIED, len(flat)))
        kept = best.indices[best.values > LEAST_PROBABILITY]
        point, label = kept // chance.shape[1], kept % chance.shape[1]
        seen = box[point].clamp(0, 1)
        apart = batched_nms(seen, flat[kept], label, ALIKE)[:MOST_FOUND]
        told = [label[apart, None].to(seen), flat[kept][apart, None], seen[apart]]
        every.append(torch.cat(told, dim=1))
    return every
