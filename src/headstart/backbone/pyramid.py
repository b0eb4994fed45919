"""What makes a detector of a network: maps at strides 8, 16 and 32, a pyramid of them, and towers.

Stages stay a row through which one tensor goes. Behind the first map that the pyramid needs, that
tensor holds several maps, each flattened, one behind the other: their channels and strides are
known, so the picture's side follows from its length. The last stage gives (b, p, c) numbers: a row
for each point of the three grids, the finest grid first, from left to right and top to bottom.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d

DETECTS, WIDTH = "detects", 64
"""In the settings of an architecture with a pyramid and towers: their channels; and the usual."""
PLACING, GRID, QUERIES, ANCHORS = "placing", "grid", "queries", "anchors"
"""In the settings of a detector: how its rows say where a box is. Of a grid's point, in strides; of
a query or an anchor, which has no point: as shares of the picture."""
SIDE = "side"
"""In the settings of a detector that takes squares of one size only: their side in pixels."""
INNER = "inner."
"""In names of tensors of a stage that hands on maps, behind the stage's name."""
STRIDES = (8, 16, 32)
"""Pixels between points of the grids."""
PLACED = 5
"""Numbers at the end of a row: the box as `head.boxes` reads it, and whether anything is there."""
RARE = -math.log((1 - 0.01) / 0.01)
"""What a network without weights says of whether anything is there: one point in a hundred."""
_GROUPS = 8

Shape = tuple[int, int]
"""Channels and stride of a map."""


class Hands(nn.Module):
    """A stage that hands on earlier maps beside the one that it makes."""

    def __init__(self, inner: nn.Module, came: Sequence[Shape], *, keeps: bool) -> None:
        super().__init__()
        self.inner = inner
        self.came, self.keeps = tuple(came), keeps

    def forward(self, x: Shaped[Tensor, "b ..."]) -> Shaped[Tensor, "b ..."]:
        """The last of the maps that came goes further on; it stays too where `keeps`."""
        *earlier, last = unpacked(x, self.came)
        return packed([*earlier, *([last] if self.keeps else []), self.inner(last)])


def packed(maps: Sequence[Tensor]) -> Shaped[Tensor, "b ..."]:
    """One map (b, c, h, w) as it is; several, each flattened, one behind the other."""
    return maps[0] if len(maps) == 1 else torch.cat([one.flatten(1) for one in maps], dim=1)


def unpacked(x: Shaped[Tensor, "b ..."], shapes: Sequence[Shape]) -> list[Tensor]:
    """The maps that `packed` took, of a square picture whose side is a multiple of 32."""
    if len(shapes) == 1:
        return [x]
    side = side_of(x.shape[1], shapes)
    sides = [side // stride for _, stride in shapes]
    sizes = [c * s * s for (c, _), s in zip(shapes, sides, strict=True)]
    parts = x.split(sizes, dim=1)
    return [p.unflatten(1, (c, s, s)) for p, (c, _), s in zip(parts, shapes, sides, strict=True)]


def side_of(length: int, shapes: Sequence[Shape]) -> int:
    """Pixels a side of the picture whose maps have so many numbers.

    >>> side_of(36 * 36 + 18 * 18 + 9 * 9, [(1, 8), (1, 16), (1, 32)])
    288
    """
    return round(math.sqrt(length / sum(c / stride**2 for c, stride in shapes)))


class Block(nn.Sequential):
    """A convolution for each channel by itself, one across channels, GroupNorm, SiLU."""

    def __init__(self, width: int, kernel: int = 3, stride: int = 1) -> None:
        pad = kernel // 2
        super().__init__(
            nn.Conv2d(width, width, kernel, stride, pad, groups=width, bias=False),
            nn.Conv2d(width, width, 1, bias=False),
            nn.GroupNorm(_GROUPS, width),
            nn.SiLU(),
        )


class Pyramid(nn.Module):
    """Maps at several strides, each told what the coarser and the finer ones have seen.

    The path down and the path up again are those of PANet (Liu et al. 2018), with sums.
    """

    def __init__(self, shapes: Sequence[Shape], width: int) -> None:
        super().__init__()
        self.shapes = tuple(shapes)
        self.lateral = nn.ModuleList(
            nn.Sequential(nn.Conv2d(c, width, 1, bias=False), nn.GroupNorm(_GROUPS, width))
            for c, _ in shapes
        )
        self.down = nn.ModuleList(Block(width) for _ in STRIDES[1:])
        self.shrink = nn.ModuleList(Block(width, stride=2) for _ in STRIDES[1:])
        self.up = nn.ModuleList(Block(width) for _ in STRIDES[1:])

    def forward(self, x: Shaped[Tensor, "b ..."]) -> Float[Tensor, "b c p"]:
        """Three maps of `width` channels, joined along their points."""
        maps = unpacked(x, self.shapes)
        made = [lateral(one) for lateral, one in zip(self.lateral, maps, strict=True)]
        levels = _every_level(dict(zip((s for _, s in self.shapes), made, strict=True)))
        fine = [levels[-1]]
        for layer, level in zip(self.down, levels[-2::-1], strict=True):
            fine.append(layer(level + interpolate(fine[-1], scale_factor=2.0)))
        fine.reverse()
        coarse = [fine[0]]
        for shrink, layer, level in zip(self.shrink, self.up, fine[1:], strict=True):
            coarse.append(layer(level + shrink(coarse[-1])))
        return torch.cat([level.flatten(2) for level in coarse], dim=2)


def _every_level(maps: dict[int, Tensor]) -> list[Tensor]:
    """A map for each stride: one that is missing is made of the next finer or coarser one."""
    for stride, next_stride in pairwise(STRIDES):
        if stride in maps and next_stride not in maps:
            maps[next_stride] = max_pool2d(maps[stride], 2)
    for next_stride, stride in pairwise(reversed(STRIDES)):
        if stride not in maps:
            maps[stride] = interpolate(maps[next_stride], scale_factor=2.0)
    return [maps[stride] for stride in STRIDES]


class Towers(nn.Module):
    """What each point says of classes and of places, side by side; the same for every level.

    The last `PLACED` numbers are the box and whether anything is there, as pre-training has it: an
    output layer begins with them (see `head.boxes`).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.shared = Block(width, 5)
        self.classes, self.places = Block(width, 5), Block(width, 5)
        self.placed = nn.Conv2d(width, PLACED, 1)
        nn.init.normal_(self.placed.weight, std=0.01)
        self.placed.bias = nn.Parameter(torch.tensor([*([0.0] * (PLACED - 1)), RARE]))

    def forward(self, x: Float[Tensor, "b c p"]) -> Float[Tensor, "b p d"]:
        """Rows of twice the width and `PLACED` numbers, one a point."""
        side = side_of(x.shape[2], [(1, stride) for stride in STRIDES])
        counts = [(side // stride) ** 2 for stride in STRIDES]
        rows = []
        for level, stride in zip(x.split(counts, dim=2), STRIDES, strict=True):
            seen = self.shared(level.unflatten(2, (side // stride, side // stride)))
            places = self.places(seen)
            made = torch.cat([self.classes(seen), places, self.placed(places)], dim=1)
            rows.append(made.flatten(2))
        return torch.cat(rows, dim=2).transpose(1, 2)


def detecting(stages: nn.Sequential, sample: Float[Tensor, "b c h w"], width: int) -> nn.Sequential:
    """The stages of a network that does not pool, then a pyramid and towers with fresh weights.

    `sample` is a batch of square pictures whose side is a multiple of 32. Raises `ValueError` where
    the stages give no maps at these strides.
    """
    named, shapes = OrderedDict[str, nn.Module](), list[Shape]()
    side = sample.shape[-1]
    for name, stage in stages.named_children():
        with torch.inference_mode():
            sample = stage(sample)
        if sample.ndim != 4 or sample.shape[2] != sample.shape[3] or side % sample.shape[2]:
            raise ValueError(
                f"its stage {name} gives no map, but {tuple(sample.shape[1:])} numbers"
            )
        shape = (sample.shape[1], side // sample.shape[2])
        keeps = bool(shapes) and shapes[-1][1] in STRIDES and shape[1] > shapes[-1][1]
        hands = keeps or len(shapes) > 1
        named[name] = Hands(stage, shapes, keeps=keeps) if hands else stage
        shapes = [*(shapes if keeps else shapes[:-1]), shape]
    if any(stride not in STRIDES for _, stride in shapes):
        raise ValueError(f"its last map has stride {shapes[-1][1]}")
    named["pyramid"], named["towers"] = Pyramid(shapes, width), Towers(width)
    return nn.Sequential(named)
