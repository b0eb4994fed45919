"""Which numbers right of the cut learn: all of them, biases alone, or changes of low rank.

What does not learn is frozen as everything left of the cut is: its numbers stay to the bit, and
norms that own some of them stay in inference mode.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from headstart.train.low_rank import LowRankChange, change, work_in
from headstart.train.quantized import Narrow
from headstart.train.strategy import BitFit, LowRank, Strategy

_TURNED = "Conv1D"
"""GPT-2's own linear layer, whose weight has inputs in rows; known by its name, or texts would have
to be installed."""


def opened(
    suffix: nn.Module, strategy: Strategy, seed: int, rows: int = 0, *, tight: bool = False
) -> None:
    """Say in place what learns from so many rows; thin matrices are drawn from the seed.

    Where memory is `tight`, linear layers under them keep their weights in four bits.
    """
    match strategy:
        case BitFit():
            for name, parameter in suffix.named_parameters():
                parameter.requires_grad_(name.endswith("bias"))
        case LowRank():
            rank = strategy.suited(rows)
            suffix.requires_grad_(False)
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                for layer in list(_wide(suffix, rank)):
                    if tight and type(layer) is nn.Linear:
                        _put(suffix, layer, Narrow(layer, rank))
                    else:
                        change(layer, rank)
        case _:
            suffix.requires_grad_(True)


def closed(suffix: nn.Module) -> None:
    """Work what was learned into plain weights, in place; a network's own norms of weights stay."""
    for narrow in [m for m in suffix.modules() if isinstance(m, Narrow)]:
        _put(suffix, narrow, narrow.widened())
    for layer in [m for m in suffix.modules() if isinstance(m, LowRankChange)]:
        work_in(layer)


def _put(network: nn.Module, part: nn.Module, other: nn.Module) -> None:
    """Another in the place of a part, everywhere."""
    for owner in list(network.modules()):
        for name, child in list(owner.named_children()):
            if child is part:
                setattr(owner, name, other)


def frozen(suffix: nn.Module, *, still: bool = False) -> Mapping[str, Tensor]:
    """Copies of the tensors that must not change; none where all learn, unless norms are still."""
    kept = {name: p for name, p in suffix.named_parameters() if not p.requires_grad}
    for path, part in suffix.named_modules():
        if _is_still(part, still=still):
            kept |= {f"{path}.{name}": b for name, b in part.named_buffers(recurse=False)}
    return {name: tensor.detach().clone() for name, tensor in kept.items()}


def learned_in(stage: nn.Module) -> int:
    """How many numbers of it learn, without those that a layer holds at 0 (its `zeros`)."""
    learns = [p for p in stage.parameters() if p.requires_grad]
    zeros = sum(int(getattr(part, "zeros", 0)) for part in stage.modules()) if learns else 0
    return sum(parameter.numel() for parameter in learns) - zeros


def set_modes(network: nn.Module, *, still: bool = False) -> None:
    """Training mode, but for parts with weights of which none learns, and norms held still.

    `still` holds all batch norms to the statistics that they have.
    """
    network.train()
    for part in network.modules():
        learns = [p.requires_grad for p in part.parameters()]
        if (learns and not any(learns)) or _is_still(part, still=still):
            part.eval()


def _wide(suffix: nn.Module, rank: int) -> Iterator[Any]:
    """Layers whose weight is a matrix that two thin ones save anything on, and theirs alone."""
    owners = Counter(id(own) for m in suffix.modules() for own in m.parameters(recurse=False))
    layers: Iterator[Any] = suffix.modules()
    for layer in layers:
        plain = isinstance(layer, nn.Linear | nn.Conv2d) or type(layer).__name__ == _TURNED
        if plain and owners[id(layer.weight)] == 1:
            rows, columns = len(layer.weight), layer.weight[0].numel()
            if rank * (rows + columns) < rows * columns:
                yield layer


def _is_still(part: nn.Module, *, still: bool = False) -> bool:
    if not isinstance(part, _BatchNorm):
        return False
    return still or (part.affine and not part.weight.requires_grad)
