"""What is made of items on a device is what is made of them on the CPU."""

import pytest
import torch

from headstart.modality import Augmentation, Image, Masks, augment, batch_on, seen_on, transfer

CPU, OTHER = torch.device("cpu"), torch.device("meta")


@pytest.fixture
def items() -> list[torch.Tensor]:
    return list(torch.randint(0, 256, (3, 3, 16, 16), dtype=torch.uint8))


def test_on_the_cpu_a_batch_is_the_modality_s_own(items) -> None:
    contract = Image(size_px=16)
    assert torch.equal(batch_on(CPU, contract, items), contract.batch(items))


def test_pixels_cross_as_bytes(items, monkeypatch) -> None:
    crossed = []

    def moved(batch, device):
        crossed.append(batch.dtype)
        return batch.to(device)

    monkeypatch.setattr(transfer, "moved", moved)
    found = batch_on(OTHER, Image(size_px=16), items)
    assert crossed == [torch.uint8] and found.dtype == torch.float32
    assert found.device == OTHER and found.shape == (3, 3, 16, 16)


def test_views_are_those_of_the_keys(items) -> None:
    contract, views = Image(size_px=16), Augmentation()
    expected = augment(contract.batch(items), [1, 2, 3], views)
    assert torch.equal(seen_on(CPU, contract, items, [1, 2, 3], views), expected)
    assert torch.equal(seen_on(CPU, contract, items, [], None), contract.batch(items))


def test_pictures_are_varied_on_the_device_and_sound_before_it_gets_there(monkeypatch) -> None:
    where = []

    def varied(batch, keys, views):
        where.append(batch.device)
        return batch

    monkeypatch.setattr(transfer, "augment", varied)
    monkeypatch.setattr(transfer, "batch_on", lambda device, *_: torch.zeros(1, device=device))
    for views, expected in ((Augmentation(), OTHER), (Masks(), CPU)):
        assert seen_on(OTHER, Image(), [], [1], views).device == OTHER
        assert where.pop() == expected
