"""Changes of low rank to layers (LoRA: Hu et al. 2022), as two thin matrices beside the weight."""

import math
from collections.abc import Mapping
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear

UNDER = "weight_under"
"""What a weight is called while there is a change to it."""


class LowRankChange(nn.Module):
    """The part of a layer that adds the product of two thin matrices to its frozen weight.

    The product is zero at first, and is scaled by 1/√rank (rsLoRA: Kalajdzievski 2023). Plain
    linear layers and convolutions multiply rows by one matrix after the other, so that neither the
    changed weight nor its slope is ever made; others use the changed weight. `peft` does the same
    at the same speed: see docs/decisions/0031-libraries-tried.md.
    """

    down: nn.Parameter
    up: nn.Parameter

    @property
    def weight(self) -> Float[Tensor, "o ..."]:
        """The weight as it is used, for code that reads it."""
        under = cast("Tensor", getattr(self, UNDER))
        return under + (self.scale * self.up @ self.down).view_as(under)

    @property
    def scale(self) -> float:
        """What the product is multiplied by."""
        return 1 / math.sqrt(len(self.down))

    def forward(self, rows: Tensor) -> Tensor:
        """What the layer makes of rows."""
        plain, layer = type(self).__mro__[2], cast("Any", self)
        if plain is nn.Linear:
            made = linear(rows, getattr(self, UNDER), layer.bias)
            thin = linear(rows, self.down).flatten(0, -2)
            flat = torch.addmm(made.flatten(0, -2), thin, self.up.t(), alpha=self.scale)
            return flat.view_as(made)
        if plain is nn.Conv2d and layer.groups == 1 and layer.padding_mode == "zeros":
            steps = (layer.stride, layer.padding, layer.dilation)
            under = getattr(self, UNDER)
            made = conv2d(rows, under, layer.bias, *steps)
            thin = conv2d(rows, self.down.view(-1, *under.shape[1:]), None, *steps)
            return made + conv2d(thin, self.scale * self.up[..., None, None])
        changed: Tensor = super().forward(rows)
        return changed


def change(layer: nn.Module, rank: int) -> None:
    """Put a change of this rank beside the weight of a layer, in place."""
    changed: Any = layer
    rows, columns = len(changed.weight), changed.weight[0].numel()
    _rename(layer, {"weight": UNDER})
    changed.__class__ = type(f"LowRank{type(layer).__name__}", (LowRankChange, type(layer)), {})
    changed.down = nn.Parameter(torch.randn(rank, columns) / columns**0.5)
    changed.up = nn.Parameter(torch.zeros(rows, rank))


def work_in(layer: nn.Module) -> None:
    """Make of a layer with a change the one that it was, with the changed weight, in place."""
    changed: Any = layer
    weight = nn.Parameter(changed.weight.detach())
    del changed.down, changed.up
    changed.__class__ = type(layer).__mro__[2]
    _rename(layer, {UNDER: "weight"})
    changed.weight = weight


def _rename(layer: nn.Module, names: Mapping[str, str]) -> None:
    """Call parameters otherwise; their order stays."""
    own = layer._parameters
    kept = {names.get(name, name): parameter for name, parameter in own.items()}
    own.clear()
    own.update(kept)
