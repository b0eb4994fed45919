"""A frozen base in four bits, under changes of low rank (QLoRA: Dettmers et al. 2023).

For networks that hardly fit a graphics processor: a weight takes an eighth of the room while the
network learns. What it learned is worked into plain weights again, those that four bits stand for.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import linear

from headstart.errors import needs
from headstart.train.devices import CPU, processor

SHARE = 0.25
"""Of a graphics processor's memory that plain weights may take: slopes and what lies between layers
need the rest."""
BLOCK = 64
"""Weights that share a scale."""
KIND = "nf4"
"""Sixteen numbers with as many normal ones between each two."""


class Narrow(nn.Module):
    """A linear layer whose weight lies in four bits, plus the product of two thin matrices.

    The product is zero at first, and is scaled by 1/√rank, as that of `LowRankChange`. Raises
    `MissingExtra` without the library that packs them.
    """

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        super().__init__()
        with needs("quantized"):
            from bitsandbytes.functional import quantize_4bit

        codes, state = quantize_4bit(layer.weight.data, blocksize=BLOCK, quant_type=KIND)
        self.shape = layer.weight.shape
        self.codes = nn.Parameter(codes, requires_grad=False)
        self.scales = nn.Parameter(state.absmax, requires_grad=False)
        self.levels = nn.Parameter(state.code, requires_grad=False)
        self.bias = layer.bias
        self.down = nn.Parameter(torch.randn(rank, self.shape[1]) / self.shape[1] ** 0.5)
        self.up = nn.Parameter(torch.zeros(self.shape[0], rank))

    def forward(self, rows: Float[Tensor, "... i"]) -> Float[Tensor, "... o"]:
        """What the layer makes of rows; no plain weight outlives the call."""
        import bitsandbytes

        library: Any = bitsandbytes
        codes, state = self.codes.t(), self._state()
        plain: Tensor = library.matmul_4bit(rows, codes, quant_state=state, bias=self.bias)
        made: Tensor = plain + linear(linear(rows, self.down), self.up) / len(self.down) ** 0.5
        return made

    @property
    def weight(self) -> Float[Tensor, "o i"]:
        """The weight as it is used."""
        from bitsandbytes.functional import dequantize_4bit

        plain: Tensor = dequantize_4bit(self.codes, self._state())
        used: Tensor = plain + self.up @ self.down / len(self.down) ** 0.5
        return used

    @torch.no_grad()
    def widened(self) -> nn.Linear:
        """A plain layer with that weight."""
        made = nn.Linear(self.shape[1], self.shape[0], bias=self.bias is not None, device="meta")
        made.weight = nn.Parameter(self.weight)
        made.bias = self.bias
        return made

    def _state(self) -> Any:
        from bitsandbytes import functional

        known: Any = functional
        return known.QuantState(
            self.scales, self.shape, self.levels, BLOCK, quant_type=KIND, dtype=torch.float32
        )


def is_tight(*parts: nn.Module) -> bool:
    """Whether these take more than their share of the graphics processor that training runs on."""
    device = processor()
    if device == CPU:
        return False
    taken = 4 * sum(p.numel() for part in parts for p in part.parameters())
    return taken > SHARE * torch.cuda.get_device_properties(device).total_memory
