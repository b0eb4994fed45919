"""Varied views of spectrograms, each drawn from its own key alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Masks:
    """How much of a spectrogram is covered, and how else it may differ from what was heard.

    Covered bands and moments are SpecAugment's (Park et al. 2019); stretched bands stand for other
    throats (Jaitly and Hinton 2013).
    """

    growing: ClassVar[float] = 0.0

    bands: float = 0.15
    """Greatest share of the bands that one of two masks covers."""
    moments: float = 0.1
    """Greatest share of the moments that a mask covers."""
    throat: float = 0.12
    """Greatest stretch of the bands, up or down."""
    tempo: float = 0.15
    """Greatest share by which it is faster; never slower, so that its end is not cut off."""
    loud: float = 0.7
    """Greatest change of loudness, in natural logarithms of amounts."""
    noise: float = 0.01
    """Greatest amount of white noise that is added, as a share of the mean amount."""
    late: float = 1.0
    """Greatest share of the time that it is faster by, that it begins later: silence before."""
    kept: int = 4
    """How many views of each are kept where a frozen prefix makes rows of them."""


def cover(
    batch: Float[Tensor, "b t d"], keys: Sequence[int], masks: Masks | None = None
) -> Float[Tensor, "b t d"]:
    """One view of every row: `keys[i]` alone decides how row i is varied.

    `batch` is what `Sound.batch` gives: logarithms of 1 + amounts, 0 for silence, and in the last
    column 1 for a moment and 0 for padding, which is behind. It is left as it is.
    """
    masks, seen = masks or Masks(), torch.zeros_like(batch)
    for row, given, key in zip(seen, batch, keys, strict=True):
        rng = np.random.default_rng(int(key) & 0xFFFF_FFFF_FFFF_FFFF)
        heard = given[: int(given[:, -1].sum()), :-1].float()
        if len(heard):
            made = _masked(_noisy(_stretched(heard, rng, masks), rng, masks), rng, masks)
            late = int(rng.uniform(0, masks.late) * (len(heard) - len(made) + 1))
            end = late + len(made)
            row[late:end, :-1], row[:end, -1] = made.to(row), 1
    return seen


def _stretched(
    heard: Float[Tensor, "t f"], rng: np.random.Generator, masks: Masks
) -> Float[Tensor, "s f"]:
    """Louder or softer, by another throat, and faster."""
    loud = float(np.exp(rng.uniform(-masks.loud, masks.loud)))
    heard = torch.log1p(loud * torch.expm1(heard))
    stretch, tempo = 1 + rng.uniform(-masks.throat, masks.throat), 1 - rng.uniform(0, masks.tempo)
    heard = _at(heard.T, np.arange(heard.shape[1]) * stretch).T
    count = max(1, round(len(heard) * tempo))
    return _at(heard, np.linspace(0, len(heard) - 1, count))


def _at(rows: Float[Tensor, "t f"], places: np.ndarray) -> Float[Tensor, "s f"]:
    """Rows between rows, by their distance to both; beyond the last, the last."""
    places = np.clip(places, 0, len(rows) - 1)
    low = np.floor(places).astype(int)
    part = torch.from_numpy(places - low).to(rows)[:, None]
    return torch.lerp(rows[low], rows[np.minimum(low + 1, len(rows) - 1)], part)


def _masked(heard: Tensor, rng: np.random.Generator, masks: Masks) -> Tensor:
    """Silent in two ranges of bands and one of moments."""
    heard = heard.clone()
    for _ in range(2):
        first, end = _range(rng, heard.shape[1], masks.bands)
        heard[:, first:end] = 0
    first, end = _range(rng, len(heard), masks.moments)
    heard[first:end] = 0
    return heard


def _noisy(heard: Float[Tensor, "t f"], rng: np.random.Generator, masks: Masks) -> Tensor:
    """With white noise, whose power in a band and moment is drawn from an exponential."""
    amounts = torch.expm1(heard)
    level = rng.uniform(0, masks.noise) * float(amounts.mean())
    added = torch.from_numpy(rng.exponential(level, heard.shape)) if level else 0.0
    return torch.log1p(amounts + added).to(heard)


def _range(rng: np.random.Generator, count: int, share: float) -> tuple[int, int]:
    width = int(rng.uniform(0, share) * count)
    first = int(rng.integers(0, count - width + 1))
    return first, first + width
