"""Where networks learn: on a graphics processor where there is one, else on the CPU."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

import torch
from torch import nn

from headstart.features import card

CPU = torch.device("cpu")


def processor() -> torch.device:
    """The device that training runs on: the first graphics processor that PyTorch sees.

    `CUDA_VISIBLE_DEVICES=` in the environment hides them all.
    """
    return card() or CPU


def device_of(network: nn.Module) -> torch.device:
    """Where its numbers lie; the CPU where it has none."""
    first = next(chain(network.parameters(), network.buffers()), None)
    return CPU if first is None else first.device


def spent_on(device: torch.device) -> float:
    """CPU seconds of this process so far; of another device, seconds on the clock when it is done
    with all that it was given.
    """  # noqa: D205 - one sentence
    if device == CPU:
        return time.process_time()
    torch.cuda.synchronize(device)
    return time.perf_counter()


@contextmanager
def lent(network: nn.Module, device: torch.device) -> Iterator[torch.device]:
    """Lay a network's numbers somewhere else for a while; its parameters stay the same objects."""
    home = device_of(network)
    _move(network, device)
    try:
        yield device
    finally:
        _move(network, home)


def _move(network: nn.Module, device: torch.device) -> None:
    """Numbers that were laid down in inference mode could not learn any more."""
    with torch.inference_mode(False):
        network.to(device)
