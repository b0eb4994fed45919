"""The fast form of a frozen network gives the same numbers."""

import pytest
import torch
from torch import nn

from headstart.backbone import Architecture, build
from headstart.features import fast, noise
from headstart.modality import Image

SMALL = {
    "headstart_resnet10": (("channels", (8, 8, 16, 24)), ("stem_width", 4)),
    "mobilenetv2_035": (),
    "mobilenetv3_small_050": (),
    "convnext_atto": (),
    "vit_tiny_patch16_224": (("img_size", 64),),
}


def lively(network: nn.Sequential) -> nn.Sequential:
    """Give batch norms statistics of their own: folding fresh ones would prove nothing."""
    generator = torch.Generator().manual_seed(2)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.running_mean, module.bias):
                tensor.data.normal_(0, 0.1, generator=generator)
            for tensor in (module.running_var, module.weight):
                tensor.data.uniform_(0.8, 1.2, generator=generator)
    return network


@pytest.mark.parametrize(("name", "settings"), SMALL.items(), ids=SMALL)
@torch.inference_mode()
def test_rows_stay_the_same(name, settings) -> None:
    network = lively(build(Architecture(name, settings), 3))
    rows = torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(4))
    expected = network(rows)
    torch.testing.assert_close(fast(network, rows[:2])(rows), expected, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(network(rows), expected, rtol=0, atol=0)  # it was a copy


def test_norms_after_convolutions_are_gone() -> None:
    network = lively(build(Architecture("mobilenetv2_035"), 3))
    quick = fast(network, torch.randn(2, 3, 64, 64))
    assert sum(isinstance(m, nn.BatchNorm2d) for m in network.modules()) > 30
    assert not any(isinstance(m, nn.BatchNorm2d) for m in quick.modules())


class _Crossed(nn.Module):
    """Its submodules stand in an order in which they are not run."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)

    def forward(self, x):
        return self.conv(torch.relu(self.norm(x)))


@torch.inference_mode()
def test_what_only_looks_like_a_pair_is_left_alone() -> None:
    network = lively(nn.Sequential(_Crossed()).eval())
    rows = torch.randn(4, 3, 8, 8)
    quick = fast(network, rows)
    torch.testing.assert_close(quick(rows), network(rows))
    assert any(isinstance(m, nn.BatchNorm2d) for m in quick.modules())


def test_no_stages_are_no_trouble() -> None:
    rows = torch.randn(2, 5)
    assert torch.equal(fast(nn.Sequential(), rows)(rows), rows)


def test_noise_has_the_shape_of_the_contract_and_is_always_the_same() -> None:
    image = Image(size_px=48)
    torch.manual_seed(0)
    first = noise(image)
    torch.manual_seed(1)
    assert first.shape == (2, 3, 48, 48) and torch.equal(first, noise(image))
