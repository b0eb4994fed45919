"""The log-mel spectrogram of `Sound` as products of matrices, in a graph of tensors."""

import math

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.modality import Sound
from headstart.modality.sound import FLOOR, STEP, filters, hann

_SPLIT = 2.0**13 + 1
"""Leaves 11 of 24 binary digits (Veltkamp 1968)."""


def in_half(numbers: Float[Tensor, "*n"]) -> Float[Tensor, "*n"]:
    """Rounded to half precision by arithmetic: OpenVINO drops a cast to half and back.

    Numbers below 2**-14 keep more digits than half precision has.
    """
    far = numbers * _SPLIT
    return far - (far - numbers)


class SoundInput(nn.Module):
    """What `Sound.read` and `Sound.batch` do with samples at the contract's rate."""

    def __init__(self, contract: Sound) -> None:
        super().__init__()
        rate = contract.rate_hz
        self.window, self.hop = round(contract.window_s * rate), round(contract.hop_s * rate)
        self.least = round(contract.least_s * rate) + self.window - self.hop
        size = 2 ** math.ceil(math.log2(self.window))
        mel = filters(contract.bands, contract.low_hz, contract.high_hz, size, rate)
        turns = np.outer(np.arange(self.window), np.arange(size // 2 + 1)) * 2 * np.pi / size
        shape = hann(self.window)[:, None].astype(np.float64)
        waves = np.concatenate([shape * np.cos(turns), shape * np.sin(turns)], axis=1)
        self.mel: Tensor
        self.waves: Tensor
        self.register_buffer("mel", torch.from_numpy(mel))
        self.register_buffer("waves", torch.from_numpy(waves.astype(np.float32)))

    def forward(self, samples: Float[Tensor, "n t"]) -> Float[Tensor, "n m g"]:
        """Rows of moments, in whole steps, with 1 in the last column where there is sound."""
        lacking = torch.sym_max(0, self.least - samples.shape[1])
        before = samples.new_zeros(samples.shape[0], lacking // 2)
        after = samples.new_zeros(samples.shape[0], lacking - lacking // 2)
        frames = torch.cat([before, samples, after], dim=1).unfold(1, self.window, self.hop)
        real, imaginary = (frames @ self.waves).chunk(2, dim=-1)  # (n, m, s)
        amounts = (real**2 + imaginary**2).sqrt() @ self.mel  # (n, m, f)
        levels = in_half((amounts / FLOOR).log1p())
        rows = torch.cat([levels, torch.ones_like(levels[..., :1])], dim=2)
        spare = -rows.shape[1] % STEP
        return torch.cat([rows, rows.new_zeros(rows.shape[0], spare, rows.shape[2])], dim=1)
