"""How a published folder is laid out for libraries of others, and what could not be."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

WEIGHTS = "model.safetensors"
"""What the weights are called for every library."""
TOLERANCE = 1e-6
"""By which two libraries may differ on the same input, for outputs up to 1; beyond, a share."""


class Unlike(ValueError):
    """Another library has no such network, or computes something else; the text says what."""


@dataclass(frozen=True)
class Layout:
    """Files for the root of a folder, by name, and how they are opened."""

    reader: str = ""
    """ "timm", "sentence-transformers", "transformers", or empty where only headstart reads it."""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    use: str = ""
    """Python that opens it; `FOLDER` stands for the place."""
    difference: float = 0.0
    """The largest between that library's outputs and ours, on inputs that were tried."""
    note: str = ""
    """Why nothing but headstart reads it."""


def need_equal(ours: Tensor, theirs: Tensor) -> float:
    """The largest difference. Raises `Unlike` where it is more than rounding."""
    if ours.shape != theirs.shape:
        raise Unlike(f"it gives {tuple(theirs.shape)}, not {tuple(ours.shape)}")
    found = float((ours.double() - theirs.double()).abs().max())
    if not found <= TOLERANCE * max(1.0, float(ours.abs().max())):
        raise Unlike(f"its outputs differ by {found:.2g}")
    return found


def plain(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Each with memory of its own, as safetensors wants them."""
    return {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}


def linear_of(head: nn.Module | None) -> nn.Linear | None:
    """The head as a layer; None for a backbone alone. Raises `Unlike` for another kind of head."""
    if head is None or isinstance(head, nn.Linear):
        return head
    raise Unlike("its head is not one linear layer on one row")


def in_units(head: nn.Linear, spread: float, center: float) -> nn.Linear:
    """The head that gives values in their own units instead of scaled ones."""
    made: nn.Linear = nn.utils.skip_init(nn.Linear, head.in_features, head.out_features)
    made.weight.data = head.weight.detach() * spread
    bias = torch.zeros(head.out_features) if head.bias is None else head.bias.detach()
    made.bias.data = bias * spread + center
    return made.requires_grad_(False).eval()
