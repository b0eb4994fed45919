"""Whether steps are computed in bfloat16: only where that was measured to be quicker."""

from collections.abc import Callable

import torch
from torch import Tensor

from headstart.train.devices import CPU, spent_on

GAIN = 1.15
"""What bfloat16 has to gain."""
TRIED = 16
"""Rows of a step by which it is decided."""
WORTH_S = {"cpu": 60.0, "cuda": 2.0}
"""Seconds of steps below which nothing is tried: short jobs are the same on every processor, and on
a graphics processor trying takes no time to speak of."""


def quicker_in_half(step: Callable[[], Tensor], steps: float, device: torch.device = CPU) -> bool:
    """Whether a step in bfloat16 takes less than 1 / `GAIN` of one in single precision.

    `step` gives a number on the device to go back from; `steps` such steps will be made. Not tried
    where they take less than `WORTH_S`, nor where the processor has no instructions for it, which
    emulating never beats. False where the network can't be computed so: DeBERTa, say, masks with
    a number that overflows.
    """
    if not has_halves(device):
        return False
    with torch.random.fork_rng(devices=[]):
        _took(step, device, half=False)  # the first one sets up
        plain = _took(step, device, half=False)
        if plain * steps < WORTH_S[device.type]:
            return False
        try:
            _took(step, device, half=True)
        except RuntimeError:
            return False
        once, again = (_took(step, device, half=half) for half in (True, False))
        return once * GAIN < min(plain, again)


def has_halves(device: torch.device) -> bool:
    """Whether the device has instructions for bfloat16."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    known = (torch.cpu._is_amx_tile_supported, torch.cpu._is_avx512_bf16_supported)
    return any(supported() for supported in known)


def _took(step: Callable[[], Tensor], device: torch.device, *, half: bool) -> float:
    """CPU seconds forward and back; elsewhere, seconds until the device is done."""
    began = spent_on(device)
    with torch.autocast(device.type, torch.bfloat16, enabled=half):
        loss = step()
    loss.backward()
    return spent_on(device) - began
