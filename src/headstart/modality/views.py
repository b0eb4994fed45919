"""Varied views of pictures: crops, mirror images and light, each drawn from its own key alone.

A row's view does not depend on the rows around it, on the order of the batches or on any global
random state, so a run that resumes sees what it would have seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import grid_sample

from headstart.modality.masks import Masks, cover

VISIBLE = 0.4
"""Share of a box that is left by a crop, from which on it is still to be found."""
_DRAWS = 8
_ASPECT = np.log(4 / 3)  # of a crop, wide or tall at most, as in Inception and timm


@dataclass(frozen=True)
class Augmentation:
    """How much views may differ from what was seen."""

    crop: tuple[float, float] = (0.6, 1.0)
    """Least and greatest share of the area that is kept; (1, 1) never crops."""
    flip: bool = True
    """Mirror half of them left to right; wrong for letters, digits and most X-rays."""
    color: float = 0.2
    """Greatest change of contrast and saturation, and of brightness in standard deviations."""
    growing: float = 0.0
    """Share of the epochs, the first, in which pictures are seen at two thirds of their side
    (Touvron et al. 2019; Tan and Le 2021); 0 for none. Only where nothing is frozen."""
    kept: int = 4
    """How many views of each are kept where a frozen prefix makes rows of them; epochs take them
    in turn. Without a prefix every epoch draws a new one."""


Variation = Augmentation | Masks
"""Of pictures, or of sound."""


def augment(
    batch: Float[Tensor, "b ..."], keys: Sequence[int], views: Variation | None = None
) -> Float[Tensor, "b ..."]:
    """One view of every row: `keys[i]` alone decides how row i is varied; of sound, see `cover`.

    `batch` is what `Image.batch` gives, centered on zero; it is left as it is. A crop is scaled up
    to the full size bilinearly, so it never needs a low-pass filter. Contrast varies about zero,
    saturation about the mean of the channels.
    """
    if isinstance(views, Masks):
        return cover(batch, keys, views)
    views = views or Augmentation()
    draws = _uniform(keys)  # (b, 8)
    seen = batch.clone() if views.crop == (1.0, 1.0) else _cropped(batch, draws, views.crop)
    if views.flip:
        rows = torch.from_numpy(np.flatnonzero(draws[:, 4] < 0.5)).to(seen.device)
        seen[rows] = seen[rows].flip(-1)
    if views.color:
        _recolor(seen, draws, views.color)
    return seen


def follow(
    targets: Float[Tensor, "b m 5"], keys: Sequence[int], views: Augmentation
) -> Float[Tensor, "b m 5"]:
    """Classes and boxes of each row as `augment` moves what they are on; boxes are shares.

    A box of which less than `VISIBLE` is left is to be ignored: its class c becomes -1 - c. One of
    which nothing is left has no area.
    """
    draws, moved = _uniform(keys), targets.clone()
    if views.crop != (1.0, 1.0):
        part, middle = (torch.from_numpy(a).to(targets) for a in _rectangle(draws, views.crop))
        low = (1 + middle - part) / 2  # (b, 2), left and top of what is kept, as shares
        ends = (targets[..., 1:].unflatten(-1, (2, 2)) - low[:, None, None]) / part[:, None, None]
        seen = ends.clamp(0, 1)
        whole, left = ((e[..., 1, :] - e[..., 0, :]).prod(dim=-1) for e in (ends, seen))
        moved[..., 1:] = seen.flatten(-2)
        gone = (left < VISIBLE * whole) & (moved[..., 0] >= 0)
        moved[..., 0] = torch.where(gone, -1 - moved[..., 0], moved[..., 0])
    if views.flip:
        rows = torch.from_numpy(np.flatnonzero(draws[:, 4] < 0.5))
        moved[rows, :, 1], moved[rows, :, 3] = 1 - moved[rows, :, 3], 1 - moved[rows, :, 1]
    return moved


def _uniform(keys: Sequence[int]) -> np.ndarray:
    """Numbers in [0, 1), `_DRAWS` a key, by SplitMix64 (Steele, Lea and Flood 2014).

    The generator's state is a counter; each key starts its own at its hash.
    """
    start = np.array([int(key) & 0xFFFF_FFFF_FFFF_FFFF for key in keys], dtype=np.uint64)
    steps = np.arange(1, _DRAWS + 1, dtype=np.uint64) * np.uint64(0x9E37_79B9_7F4A_7C15)
    bits = mixed(mixed(start + steps[0])[:, None] + steps)  # (b, draws)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def mixed(bits: np.ndarray) -> np.ndarray:
    """SplitMix64's finalizer: each bit depends on all 64 bits that the number came from."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    mixed: np.ndarray = bits ^ (bits >> np.uint64(31))
    return mixed


def _cropped(batch: Tensor, draws: np.ndarray, share: tuple[float, float]) -> Tensor:
    """A rectangle of each row at full size; positions run from -1 to 1 across a picture."""
    part, middle = _rectangle(draws, share)
    x, y = (
        _positions(batch.shape[axis], part[:, i], middle[:, i]) for i, axis in enumerate((3, 2))
    )
    along, down = x.to(batch)[:, None, :], y.to(batch)[:, :, None]
    grid = torch.stack(torch.broadcast_tensors(along, down), dim=-1)
    return grid_sample(batch, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _rectangle(draws: np.ndarray, share: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Width and height that are kept of each row, and where the middle is, from -1 to 1."""
    area = share[0] + (share[1] - share[0]) * draws[:, 0]
    tilt = np.exp((draws[:, 1] - 0.5) * _ASPECT)
    part = np.minimum(np.sqrt(area)[:, None] * np.stack([tilt, 1 / tilt], 1), 1.0)
    return part, (1 - part) * (2 * draws[:, 2:4] - 1)


def _positions(size: int, part: np.ndarray, middle: np.ndarray) -> Tensor:
    centers = (2 * np.arange(size) + 1) / size - 1  # of the pixels, from -1 to 1
    return torch.from_numpy(middle[:, None] + part[:, None] * centers)  # (b, size)


def _recolor(seen: Tensor, draws: np.ndarray, most: float) -> None:
    """In place; only sums of two and products, so a row's bits do not depend on the batch."""
    change = torch.from_numpy((2 * draws[:, 5:8] - 1) * most).to(seen)
    light, contrast, saturation = change[:, :, None, None, None].unbind(1)
    if seen.shape[1] == 3:
        gray = (seen[:, 0:1] + seen[:, 1:2] + seen[:, 2:3]) / 3
        seen.mul_((1 + contrast) * (1 + saturation)).sub_(gray.mul_((1 + contrast) * saturation))
    else:
        seen.mul_(1 + contrast)
    seen.add_(light)
