"""Batches of a frozen prefix: what names their rows, and numbers that are refused."""

from dataclasses import replace

import pytest
import torch
from stand_ins import InMemory
from torch import nn

from headstart.errors import BackboneError
from headstart.features import Prefix, extract
from headstart.modality import Augmentation


@pytest.fixture
def items() -> InMemory:
    return InMemory((torch.zeros(3, 32, 32, dtype=torch.uint8),))


def test_numbers_that_are_not_finite_are_refused(items, tiny, tmp_path) -> None:
    class Odd(nn.Module):
        def forward(self, x):
            return x.mean(dim=(2, 3)) / 0

    with pytest.raises(BackboneError, match="M402"):
        extract(items, [0], Prefix(tiny.modality, nn.Sequential(Odd()), "odd"), cache=tmp_path)


def test_equal_fingerprints_are_equal_rows(tiny) -> None:
    plain = Prefix(tiny.modality, tiny.stages, "weights")
    others = [
        replace(plain, digest="other weights"),
        replace(plain, modality=replace(tiny.modality, size_px=64)),
        replace(plain, views=Augmentation()),
        replace(plain, views=Augmentation(flip=False)),
        replace(plain, half=True),
        replace(plain, half=True, views=Augmentation()),
    ]
    assert len({one.fingerprint for one in (plain, *others)}) == 7
    assert replace(plain).fingerprint == plain.fingerprint
