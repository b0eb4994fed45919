"""Whether steps are computed in bfloat16: only where that was measured to be quicker."""

import time
from collections.abc import Callable

import torch
from torch import Tensor

GAIN = 1.15
"""What bfloat16 has to gain."""
TRIED = 16
"""Rows of a step by which it is decided."""
WORTH_S = 60.0
"""CPU seconds of steps below which nothing is tried: short jobs are the same everywhere."""


def quicker_in_half(step: Callable[[], Tensor], steps: float) -> bool:
    """Whether a step in bfloat16 takes less than 1 / `GAIN` of one in single precision.

    `step` gives a number to go back from; `steps` such steps will be made. Not tried where they
    take less than `WORTH_S`, nor where the processor has no instructions for it, which emulating
    never beats.
    """
    known = (torch.cpu._is_amx_tile_supported, torch.cpu._is_avx512_bf16_supported)
    if not any(supported() for supported in known):
        return False
    with torch.random.fork_rng(devices=[]):
        _took(step, half=False)  # the first one sets up
        plain = _took(step, half=False)
        if plain * steps < WORTH_S:
            return False
        _took(step, half=True)
        return _took(step, half=True) * GAIN < min(plain, _took(step, half=False))


def _took(step: Callable[[], Tensor], *, half: bool) -> float:
    """CPU seconds forward and back."""
    began = time.process_time()
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        loss = step()
    loss.backward()
    return time.process_time() - began
