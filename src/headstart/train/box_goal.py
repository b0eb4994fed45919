"""What a detector is pre-trained for: boxes, said by the network itself and not by its head."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import PLACED
from headstart.head import BoxHead, LinearFit
from headstart.task import Detection


class ClassHead(BoxHead):
    """A head that learns classes alone, so that all that is learned of places stays in the network.

    What it learned is thrown away with it.
    """

    def forward(self, rows: Float[Tensor, "b p d"]) -> Float[Tensor, "b q c"]:
        """The places that rows say, and scores of classes; thresholds behind them."""
        scores = super().forward(rows)
        points = torch.cat([rows[..., -PLACED:], scores[:, :-1, PLACED:]], dim=-1)
        return torch.cat([points, scores[:, -1:]], dim=1)


class BoxGoal(Detection):
    """Detection by a network whose head is left behind."""

    def layer(self, width: int, fit: LinearFit | None = None) -> nn.Module:
        """An output layer over classes, without an opinion on them."""
        return ClassHead(width, len(self.classes))
