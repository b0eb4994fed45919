"""The network of headstart's own weights for pictures, without timm: importing it takes seconds.

The same modules by the same names as timm's `resnet10t`, drawn in the same order, so that weights,
fresh ones too, and outputs are those of timm to the bit: three convolutions, then four residual
blocks of two (He et al. 2016), whose shortcuts average before they halve (He et al. 2019).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, pad


class Averaged(nn.Module):
    """Each number becomes the mean of two by two, zeros behind the edges."""

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """Maps of the same size."""
        return avg_pool2d(pad(x, (0, 1, 0, 1)), 2, 1)


class Block(nn.Module):
    """Two convolutions and what they are added to."""

    def __init__(self, widths: tuple[int, int], stride: int, dilations: tuple[int, int]) -> None:
        super().__init__()
        (width_in, width), (first, then), shortcut = widths, dilations, None
        if stride != 1 or width_in != width:  # drawn before the convolutions beside it
            halves = nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False)
            pool = Averaged() if then > 1 else nn.Identity() if stride == 1 else halves
            mixed = nn.Conv2d(width_in, width, 1, bias=False)
            shortcut = nn.Sequential(pool, mixed, nn.BatchNorm2d(width))
        self.conv1 = nn.Conv2d(width_in, width, 3, stride, first, first, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(width, width, 3, 1, then, then, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.act2 = nn.ReLU(inplace=True)
        self.downsample = shortcut

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d i j"]:
        """Maps at half the side where the block halves."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.act1(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x))
        x += shortcut
        made: Tensor = self.act2(x)
        return made


class ResNet10(nn.Module):
    """Pictures in, pooled rows out."""

    def __init__(
        self,
        channels: Sequence[int],
        stem_width: int,
        in_chans: int = 3,
        output_stride: int = 32,
        global_pool: str = "avg",
    ) -> None:
        super().__init__()
        first, wide = 3 * (stem_width // 4), 2 * stem_width
        self.conv1 = nn.Sequential(
            nn.Conv2d(in_chans, first, 3, 2, 1, bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(inplace=True),
            nn.Conv2d(first, stem_width, 3, 1, 1, bias=False),
            nn.BatchNorm2d(stem_width),
            nn.ReLU(inplace=True),
            nn.Conv2d(stem_width, wide, 3, 1, 1, bias=False),
        )
        self.bn1 = nn.BatchNorm2d(wide)
        self.act1 = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1, self.layer2, self.layer3, self.layer4 = map(
            nn.Sequential, _blocks((wide, *channels), output_stride)
        )
        pooled = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(1))
        self.global_pool = pooled if global_pool else nn.Identity()
        self._draw()

    def forward(self, x: Any) -> Any:
        """Pictures (b, c, h, w) to rows (b, d), or maps where nothing is pooled.

        No type, since stages are found by what a placeholder goes through.
        """
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.global_pool(x)

    def _draw(self) -> None:
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
        for layer in self.modules():
            if isinstance(layer, Block):
                nn.init.zeros_(layer.bn2.weight)


def _blocks(widths: Sequence[int], output_stride: int) -> Iterator[Block]:
    """They halve until a picture is that much smaller, then look further apart instead."""
    smaller, last = 4, 1
    for number, pair in enumerate(pairwise(widths)):
        stride, dilation = 1 if number == 0 else 2, last
        if smaller >= output_stride:
            stride, dilation = 1, last * stride
        smaller *= stride
        yield Block(pair, stride, (last, dilation))
        last = dilation
