"""Boxes on a picture that is too large for a network: looked for part by part, then merged."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import torch
from jaxtyping import Bool, Float

from headstart.data import InMemory, Source
from headstart.head import FOUND
from headstart.head.box_head import ALIKE
from headstart.modality import Image, Modality
from headstart.task.box_places import placed

LAP = 0.25
"""Of a tile's side, at least, that the next one sees too: things of that size are whole in one."""
EDGE_PX = 2.0
"""Boxes that come so near to an inner edge of their tile are taken for parts of something."""
_AT_ONCE = 32

Tile = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""


def tiles_of(width: int, height: int, side: int) -> list[Tile]:
    """Squares that cover a picture, evenly spaced; of the picture's own sides where these are less.

    >>> tiles_of(100, 50, 64)
    [(0, 0, 64, 50), (36, 0, 100, 50)]
    """
    wide, high = min(side, width), min(side, height)
    places = product(_starts(height, high), _starts(width, wide))
    return [(x, y, x + wide, y + high) for y, x in places]


def _starts(length: int, side: int) -> list[int]:
    step = max(1, int(side * (1 - LAP)))
    count = 1 + -(-(length - side) // step)
    return [round(place) for place in np.linspace(0, length - side, count).tolist()]


def found_in_tiles(
    ask: Callable[[Sequence[Source]], Float[np.ndarray, "n m"]],
    modality: Modality,
    source: Source,
    side: int,
) -> Float[np.ndarray, "k 6"]:
    """Class, probability and box of all that `ask` finds on tiles and on the whole picture.

    Boxes are in pixels of the upright picture. What a tile cuts is left to its neighbors, which see
    more of it, and to the whole. Raises `DataError` for a picture that can't be read.
    """
    if not isinstance(modality, Image):
        raise TypeError("boxes are on pictures")
    pixels = modality.pixels(source, whole=True).numpy()
    size = pixels.shape[1], pixels.shape[0]
    every = [placed(ask([source])[0], modality, source)]
    tiles = tiles_of(*size, side)
    for start in range(0, len(tiles) if len(tiles) > 1 else 0, _AT_ONCE):
        some = tiles[start : start + _AT_ONCE]
        parts = [InMemory(f"tile {x0}, {y0}", pixels[y0:y1, x0:x1]) for x0, y0, x1, y1 in some]
        for tile, part, answer in zip(some, parts, ask(parts), strict=True):
            found = placed(answer, modality, part)
            found[:, 2:] += np.tile(np.array(tile[:2], float), 2)
            every.append(found[~cut(found[:, 2:], tile, size)])
    return merged(np.concatenate(every))


def cut(
    boxes: Float[np.ndarray, "k 4"], tile: Tile, size: tuple[int, int]
) -> Bool[np.ndarray, " k"]:
    """Which boxes end where their tile does and the picture goes on."""
    x0, y0, x1, y1 = tile
    inner = np.array([x0 > 0, y0 > 0, x1 < size[0], y1 < size[1]])
    near = np.abs(boxes - np.array(tile, float)) <= EDGE_PX
    ends: Bool[np.ndarray, " k"] = np.any(near & inner, axis=1)
    return ends


def merged(found: Float[np.ndarray, "k 6"]) -> Float[np.ndarray, "m 6"]:
    """Of boxes of one class that overlap much the likeliest, likeliest first (NMS)."""
    from torchvision.ops import batched_nms

    told = torch.from_numpy(found.reshape(-1, FOUND))
    kept = batched_nms(told[:, 2:], told[:, 1], told[:, 0].long(), ALIKE)
    left: Float[np.ndarray, "m 6"] = told[kept].numpy()
    return left
