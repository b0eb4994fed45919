"""Batches of a frozen prefix: what names their rows, and numbers that are refused."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch
from stand_ins import InMemory
from torch import nn

from headstart.errors import BackboneError
from headstart.features import Prefix, batches, extract
from headstart.features.running import Engine
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


class AtOnce(ThreadPoolExecutor):
    """In the place of a pool: how much of it was asked for."""

    sent = 0

    def submit(self, work, *given) -> Future:
        self.sent += 1
        done: Future = Future()
        done.set_result(work(*given))
        return done


@pytest.mark.parametrize(("device", "sent"), [("meta", batches.FLYING), ("cpu", 9)])
def test_a_card_has_three_batches_at_once_whose_memory_was_looked_at(
    tiny, monkeypatch, device, sent
) -> None:
    monkeypatch.setattr(batches, "WORKERS", 8)
    items, pool = InMemory(tuple(torch.zeros(40, 3, 32, 32, dtype=torch.uint8))), AtOnce(1)
    engine = Engine("any", lambda network, batch: network, device=torch.device(device))
    ready = engine, lambda rows: torch.zeros(len(rows), 2)
    rows = {digest: row for row, digest in enumerate(items.digests)}
    made = batches.made_rows(items, rows, Prefix(tiny.modality, tiny.stages, "any"), ready, 4, pool)
    next(made)
    assert pool.sent == sent
    assert len([row.key for row in made]) == 39
