"""A device is asked for its precision and its batch; the CPU stands in for it."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import SimpleNamespace

import pytest
import torch
from stand_ins import InMemory
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.functional import cosine_similarity

from headstart.events import quiet
from headstart.features import Prefix, noise
from headstart.features import card as asked
from headstart.features.batches import FLYING, made_rows
from headstart.features.graphics_card import card_called, card_engine, choose_on, grown
from headstart.features.running import CPU
from headstart.modality import Image

module = import_module("headstart.features.graphics_card")


@pytest.fixture
def rates(monkeypatch):
    """In the place of a clock: rows a second of a batch of 1, 2, 4 and so on."""

    def says(*given: float) -> list[int]:
        sizes: list[int] = []

        def rate(run, batch) -> float:
            sizes.append(len(batch))
            return given[len(sizes) - 1]

        monkeypatch.setattr(module, "_rate", rate)
        return sizes

    return says


def test_a_batch_is_doubled_until_nothing_is_gained(rates) -> None:
    sizes = rates(100.0, 106.0, 110.0, 500.0)
    assert grown(lambda rows: rows, torch.zeros(1, 2), rows=1000) == 2
    assert sizes == [1, 2, 4]


def test_a_batch_is_no_larger_than_there_are_rows_nor_than_256_times(rates) -> None:
    rates(*[2.0**n for n in range(20)])
    assert grown(lambda rows: rows, torch.zeros(2, 2), rows=15) == 4
    rates(*[2.0**n for n in range(20)])
    assert grown(lambda rows: rows, torch.zeros(2, 2), rows=10**6) == 256


def test_a_batch_that_the_memory_does_not_hold_is_not_taken(monkeypatch) -> None:
    def rate(run, batch) -> float:
        if len(batch) > 4:
            raise torch.OutOfMemoryError
        return float(len(batch))

    monkeypatch.setattr(module, "_rate", rate)
    assert grown(lambda rows: rows, torch.zeros(1, 2), rows=1000) == 4


@pytest.mark.parametrize(("taken", "grows"), [(149, True), (151, False)])
def test_a_batch_grows_where_three_of_twice_its_size_leave_room(monkeypatch, taken, grows) -> None:
    memory = SimpleNamespace(total_memory=1000)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: memory)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: taken)
    assert module._room(torch.device("cuda", 0)) is grows
    assert 2 * FLYING * 150 / 1000 < 1


def test_the_first_precision_that_is_exact_enough_is_taken(tiny, rates) -> None:
    rates(1.0, 1.0, 1.0)
    batch = noise(tiny.modality).repeat(8, 1, 1, 1)
    told: list[str] = []
    found = choose_on(CPU, tiny.stages, batch, 64, lambda event: told.append(event.what))
    assert found and found[0].name == "cpu, bfloat16, 1 batches at once, 2"
    assert "bfloat16 cosine .99" in told[0].replace("0.99", ".99")
    with torch.inference_mode():
        made, whole = found[1](batch).float(), tiny.stages(batch)
    assert cosine_similarity(made, whole).min() >= 0.999


def test_a_network_that_overflows_in_half_runs_in_single(rates) -> None:
    class Masking(nn.Module):
        def forward(self, rows):
            half = rows.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")
            kind = torch.bfloat16 if half else rows.dtype
            mask = torch.zeros(2, dtype=kind).masked_fill(
                torch.tensor([True, False]), torch.finfo(torch.float32).min
            )
            return rows + 0 * mask.sum().clamp(min=-1.0)

    rates(1.0, 1.0)
    told: list[str] = []
    tell = lambda event: told.append(event.what)  # noqa: E731 - shorter
    found = choose_on(CPU, nn.Sequential(Masking()), torch.rand(4, 3), 8, tell)
    assert found and ", float32," in found[0].name
    assert told[0].count("failed with RuntimeError") == 2


def test_a_network_that_the_device_cannot_compute_is_left_to_the_cpu() -> None:
    class Broken(nn.Module):
        def forward(self, rows):
            raise RuntimeError("no such operation")

    assert choose_on(CPU, nn.Sequential(Broken()), torch.rand(4, 3), 8, quiet) is None


def test_an_engine_is_found_by_its_name_on_the_card_that_it_was_chosen_on(monkeypatch) -> None:
    device, name = torch.device("cuda", 0), "some card, bfloat16, 32 batches at once, 2"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: "some card")
    found = card_called(name)
    assert found and (found.name, found.scale, found.device) == (name, 32, device)
    assert card_called(name.replace("some", "another")) is None
    assert card_called("folded float32, channels last, 3") is None
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert card_called(name) is None and asked() is None


@pytest.mark.filterwarnings("ignore:CUDA is not available")
def test_network_and_items_meet_on_the_device_and_rows_come_back(monkeypatch) -> None:
    """On a device without a single number, which refuses what is elsewhere."""
    monkeypatch.setattr(module, "fast", lambda network, sample: network)
    monkeypatch.setattr(module, "_wait", lambda device: None)
    monkeypatch.setattr(module.copy, "deepcopy", lambda network: network)
    monkeypatch.setattr(module, "moved", lambda batch, device: batch.to(device))
    network = nn.Sequential(nn.Linear(4, 2)).eval().requires_grad_(False)
    with FakeTensorMode(allow_non_fake_inputs=True):
        batch = torch.ones(3, 4, device="cuda")
        made = module._made(network, batch, device=batch.device, precision="float32")(batch)
        assert made.device.type == "cuda" and made.shape == (3, 2)
        with pytest.raises(RuntimeError, match="cuda"):
            network(torch.ones(3, 4))


def test_rows_in_large_batches_are_those_in_small_ones(tiny) -> None:
    """Items of a prefix whose engine takes four times the usual batch, the last one filled up."""
    items = InMemory(tuple(torch.randint(0, 256, (21, 3, 32, 32), dtype=torch.uint8)))
    prefix, sizes = Prefix(tiny.modality, tiny.stages, "same"), []

    def run(rows):
        sizes.append(len(rows))
        return tiny.stages(rows)

    engine = card_engine(CPU, "float32", 4)
    with ThreadPoolExecutor(2) as pool:
        wanted = {digest: row for row, digest in enumerate(items.digests)}
        made = list(made_rows(items, wanted, prefix, (engine, run), 4, pool))
    assert sizes == [16, 16] and [row.key for row in made] == list(items.digests)
    with torch.inference_mode():
        expected = tiny.stages(tiny.modality.batch(items.take(range(21))))
    torch.testing.assert_close(torch.stack([row.tensor for row in made]), expected)


def test_pixels_normalized_apart_are_those_of_a_batch() -> None:
    contract = Image(size_px=8)
    pixels = torch.randint(0, 256, (3, 3, 8, 8), dtype=torch.uint8)
    assert torch.equal(contract.normalized(pixels), contract.batch(list(pixels)))
