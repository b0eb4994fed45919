"""Processes that train one network together: each takes its rows of every batch.

torchrun starts them, one for each card of a machine. Slopes are summed after each step, so that
weights are equal everywhere, and equal to those of one process but for the order of sums: see
docs/decisions/0049-several-cards.md. Outside of `together` there is one process, and nothing here
does anything.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, distributed, nn

from headstart.errors import UsageError


@contextmanager
def together() -> Iterator[int]:
    """Join the processes that torchrun started, and say which of them this is, from 0.

    Each has the card of its number. Raises `UsageError` where torchrun started nothing.
    """
    if not {"RANK", "WORLD_SIZE", "LOCAL_RANK"} <= set(os.environ):
        raise UsageError(
            "U187",
            "nobody started several processes that train together",
            "torchrun --nproc-per-node 2 YOUR_SCRIPT.py",
        )
    on_cards = torch.cuda.is_available()
    if on_cards:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if on_cards else "gloo")
    try:
        yield distributed.get_rank()
    finally:
        distributed.destroy_process_group()


def processes() -> int:
    """How many train together."""
    return distributed.get_world_size() if _several() else 1


def is_first() -> bool:
    """Whether this process writes what all of them made."""
    return not _several() or distributed.get_rank() == 0


def own_part(rows: int) -> slice:
    """Which of so many rows of a batch are this process's: nearly as many as those of others.

    >>> own_part(32)
    slice(0, 32, None)
    """
    if not _several():
        return slice(0, rows)
    count, number = distributed.get_world_size(), distributed.get_rank()
    return slice(rows * number // count, rows * (number + 1) // count)


def add_up(network: nn.Module, loss: Tensor) -> Tensor:
    """Sum the slopes of all processes in place, and their losses, which is given back.

    Each loss has to be weighted by the process's share of the batch.
    """
    if not _several():
        return loss
    learned = [p for p in network.parameters() if p.requires_grad]
    for parameter in learned:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    slopes = [p.grad for p in learned if p.grad is not None]
    return _summed([*slopes, loss.detach().clone()])[-1]


def even_out(network: nn.Module) -> None:
    """Let statistics of batch norms be the mean of those of all processes, in place."""
    if _several():
        kept = [b for b in network.buffers() if b.is_floating_point()]
        for buffer in _summed(kept):
            buffer /= distributed.get_world_size()


def agreed(value: Any) -> Any:
    """What the first process has, as JSON can say it: clocks of processes differ."""
    if not _several():
        return value
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    told = torch.frombuffer(bytearray(json.dumps(value).encode()), dtype=torch.uint8)
    size = torch.tensor([len(told)], device=device)
    distributed.broadcast(size, 0)
    data = told.to(device) if is_first() else torch.empty(int(size), dtype=torch.uint8).to(device)
    distributed.broadcast(data, 0)
    return json.loads(data.cpu().numpy().tobytes())


@torch.no_grad()
def _summed(tensors: Iterable[Tensor]) -> list[Tensor]:
    """The same tensors, each the sum over all processes: those of a type in one message."""
    given = list(tensors)
    for kind in dict.fromkeys(tensor.dtype for tensor in given):
        alike = [tensor for tensor in given if tensor.dtype == kind]
        flat = torch.cat([tensor.reshape(-1) for tensor in alike])
        distributed.all_reduce(flat)
        at = 0
        for tensor in alike:
            tensor.copy_(flat[at : at + tensor.numel()].view(tensor.shape))
            at += tensor.numel()
    return given


def _several() -> bool:
    return distributed.is_available() and distributed.is_initialized()
