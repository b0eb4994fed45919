"""Steps are in bfloat16 only where that was measured to be quicker, and long enough to matter."""

import pytest
import torch

from headstart.train import precision
from headstart.train.precision import quicker_in_half


def _step() -> torch.Tensor:
    return torch.ones(1, requires_grad=True).sum()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """In the place of a measurement: seconds in single precision and in bfloat16."""

    def says(plain: float, half: float, *, supported: bool = True) -> list[bool]:
        tried: list[bool] = []

        def took(step, device, *, half: bool) -> float:
            tried.append(half)
            return halved if half else plain

        halved = half
        monkeypatch.setattr(precision, "_took", took)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: supported)
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: supported)
        return tried

    return says


def test_quicker_steps_are_taken(clock) -> None:
    clock(1.0, 0.5)
    assert quicker_in_half(_step, steps=100.0)


def test_a_little_quicker_is_not_enough(clock) -> None:
    clock(1.0, 0.9)
    assert not quicker_in_half(_step, steps=100.0)


def test_short_jobs_are_the_same_everywhere(clock) -> None:
    tried = clock(1.0, 0.1)
    assert not quicker_in_half(_step, steps=50.0) and True not in tried


def test_a_processor_without_instructions_is_not_asked(clock) -> None:
    tried = clock(1.0, 0.1, supported=False)
    assert not quicker_in_half(_step, steps=1e6) and not tried


def test_trying_leaves_the_random_state_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: True)
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    quicker_in_half(lambda: torch.rand(4, requires_grad=True).sum(), steps=1e12)
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize(("half", "taken"), [(0.86, True), (0.88, False)])
def test_it_has_to_gain_15_in_100(clock, half: float, taken: bool) -> None:
    clock(1.0, half)
    assert quicker_in_half(_step, steps=100.0) == taken


@pytest.mark.parametrize(("steps", "taken"), [(59.0, False), (60.0, True)])
def test_a_minute_of_steps_is_worth_trying(clock, steps: float, taken: bool) -> None:
    clock(1.0, 0.1)
    assert quicker_in_half(_step, steps) == taken


def test_a_network_that_overflows_in_half_is_computed_in_single(clock, monkeypatch) -> None:
    """DeBERTa masks with the least number of single precision, which bfloat16 has not."""
    clock(1.0, 0.1)
    mask = torch.zeros(2, dtype=torch.bfloat16), torch.tensor([True, False])

    def took(step, device, *, half: bool) -> float:
        if half:
            mask[0].masked_fill(mask[1], torch.finfo(torch.float32).min)
        return 1.0

    monkeypatch.setattr(precision, "_took", took)
    with pytest.raises(RuntimeError, match="overflow"):
        took(None, None, half=True)
    assert not quicker_in_half(_step, steps=1e6)


def test_on_a_graphics_processor_two_seconds_of_steps_are_worth_trying(clock, monkeypatch) -> None:
    card = torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    for steps, tried in ((1.9, False), (2.1, True)):
        clock(1.0, 0.1)
        assert quicker_in_half(_step, steps, card) == tried
