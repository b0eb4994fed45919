"""The engine that is taken is the quickest of those that are exact, and stays so."""

from dataclasses import replace

import pytest
import torch
from engines_tried import chosen, quick, wrong
from torch import nn

from headstart.events import quiet
from headstart.features import engine
from headstart.features.engine import (
    FOLDED,
    HALVED,
    called,
    choose,
    engines,
    missed,
)
from headstart.features.running import Engine, Run, alike


def test_a_short_job_takes_the_default_and_tries_nothing(tiny, others) -> None:
    others(Engine("quick", quick))
    assert chosen(tiny, rows=100) == "slow"


def test_a_long_job_takes_the_quickest_and_says_what_was_tried(tiny, others) -> None:
    others(Engine("quick", quick))
    told: list[str] = []
    assert chosen(tiny, 10_000, told) == "quick"
    assert "engine quick" in told[0] and "slow" in told[0] and "cosine 1.0000" in told[0]


def test_an_engine_with_other_rows_is_not_taken_however_quick(tiny, others) -> None:
    others(Engine("wrong", wrong))
    assert chosen(tiny, rows=10_000) == "slow"


def test_an_engine_that_fails_is_passed_over(tiny, others) -> None:
    def broken(network: nn.Sequential, batch: torch.Tensor) -> Run:
        raise RuntimeError("no such operation")

    others(Engine("broken", broken), Engine("quick", quick))
    told: list[str] = []
    assert chosen(tiny, 10_000, told) == "quick"
    assert "broken failed with RuntimeError" in told[0]


def test_what_takes_longer_to_set_up_than_there_is_to_gain_is_not_tried(tiny, others) -> None:
    tried: list[str] = []

    def costly(network: nn.Sequential, batch: torch.Tensor) -> Run:
        tried.append("costly")
        return network

    others(Engine("costly", costly, setup_s=50.0))
    assert chosen(tiny, rows=1_000) == "slow" and not tried
    assert chosen(tiny, rows=100_000) == "costly" and tried


def test_an_engine_that_is_nearly_exact_is_taken_and_its_cosine_told(tiny, others) -> None:
    def rough(network: nn.Sequential, batch: torch.Tensor) -> Run:
        noisy = torch.Generator().manual_seed(0)
        return _Noisy(network, noisy)

    others(Engine("rough", rough))
    told: list[str] = []
    assert chosen(tiny, 10_000, told) == "rough"
    assert "cosine 0.99" in told[0]


class _Noisy(nn.Module):
    """Rows a little beside those of a network."""

    def __init__(self, network: nn.Sequential, generator: torch.Generator) -> None:
        super().__init__()
        self.network, self.generator = network, generator

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        rows = self.network(batch)
        noisy = torch.randn(rows.shape, generator=self.generator)
        return rows + 0.012 * noisy * rows.norm() / noisy.norm()


def _turned(cosine: float, factor: float) -> Engine:
    """So many times quicker than the default, its rows at such an angle to those."""
    sine = (1 - cosine**2) ** 0.5
    turn = torch.tensor([[cosine, sine], [-sine, cosine]])
    run = _Paced(turn, 0.02 / factor)
    return Engine("turned", lambda network, batch: run)


class _Paced:
    def __init__(self, turn: torch.Tensor, seconds: float) -> None:
        self.turn, self.seconds = turn, seconds

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        return rows @ self.turn


@pytest.mark.parametrize(
    ("rows", "cosine", "factor", "taken"),
    [
        (495, 1.0, 100.0, False),  # 9.9 s of work: nothing is tried
        (505, 1.0, 100.0, True),
        (50_000, 0.99987, 100.0, False),
        (50_000, 0.99988, 100.0, True),
        (50_000, 1.0, 1.27, False),
        (50_000, 1.0, 1.33, True),
    ],
)
def test_an_engine_is_taken_from_10_s_a_mean_cosine_of_999875_and_a_gain_of_3_tenths_on(
    others, monkeypatch, rows, cosine, factor, taken
) -> None:
    def told(run, batch):
        return getattr(run, "seconds", 0.02) * len(batch), run(batch)

    monkeypatch.setattr(engine, "_timed", told)
    others(_turned(cosine, factor))
    batch = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    found, _ = choose(nn.Sequential(nn.Identity()), batch, rows, 1, quiet)
    assert (found.name == "turned") == taken


def test_what_sets_up_in_half_of_what_there_is_to_gain_is_tried(tiny, others) -> None:
    """The default takes 20 s for 1,000 rows; 15.4 are left of them where 1.3 times are gained."""
    others(Engine("costly", quick, setup_s=7.6))
    assert chosen(tiny, rows=1_000) == "costly"
    others(Engine("costly", quick, setup_s=7.8))
    assert chosen(tiny, rows=1_000) == "slow"


@pytest.mark.parametrize(("seconds", "passes"), [(0.49, 2), (0.51, 1)])
def test_a_pass_of_half_a_second_is_measured_once(monkeypatch, seconds, passes) -> None:
    clock, made = [0.0], list[int]()

    def run(rows: torch.Tensor) -> torch.Tensor:
        clock[0] += seconds
        made.append(len(rows))
        return rows

    monkeypatch.setattr(engine.time, "process_time", lambda: clock[0])
    found, rows = engine._timed(run, torch.ones(3, 2))
    assert made == [3] * passes and found == pytest.approx(seconds) and rows.shape == (3, 2)


@pytest.mark.parametrize(
    ("openvino", "halves", "tiles", "expected"),
    [
        ("", False, False, []),
        ("", True, False, ["folded bfloat16"]),
        ("2026.0", False, False, ["OpenVINO 2026.0 float32?"]),
        ("2026.0", True, False,
         ["OpenVINO 2026.0 bfloat16", "folded bfloat16?", "OpenVINO 2026.0 float32?"]),
        ("2026.0", True, True,
         ["OpenVINO 2026.0 bfloat16", "folded bfloat16", "OpenVINO 2026.0 float32?"]),
    ],
)  # fmt: skip
def test_bfloat16_is_tried_where_the_processor_has_instructions_for_it(
    monkeypatch, openvino, halves, tiles, expected
) -> None:
    """What ends in a question mark is tried only where none before it was taken."""
    monkeypatch.setattr(engine, "_version", lambda _: openvino)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: tiles)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: halves)
    found = [one.name.split(",")[0] + "?" * one.otherwise for one in engines(1)[1:]]
    assert found == expected
    assert called("some card, bfloat16, 8 batches at once, 2", 1) is None


def test_one_that_is_not_exact_in_bfloat16_keeps_others_in_it_from_being_tried(
    tiny, others
) -> None:
    half = Engine("halved", quick, halves=True)
    others(Engine("wrong", wrong, halves=True), half)
    assert chosen(tiny, rows=10_000) == "slow"
    others(Engine("wrong", wrong), half)
    assert chosen(tiny, rows=10_000) == "halved"


def test_one_for_otherwise_is_tried_where_none_before_it_was_taken(tiny, others) -> None:
    tried = list[str]()

    def made(network: nn.Sequential, batch: torch.Tensor) -> Run:
        tried.append("last")
        return network

    last = Engine("last", made, otherwise=True)
    others(Engine("quick", quick), last)
    assert chosen(tiny, rows=10_000) == "quick" and not tried
    others(Engine("wrong", wrong), last)
    assert chosen(tiny, rows=10_000) == "last" and tried


@pytest.mark.parametrize(("factor", "second"), [(1.08, False), (1.12, True)])
def test_a_second_engine_has_to_lead_by_a_tenth(others, monkeypatch, factor, second) -> None:
    monkeypatch.setattr(
        engine, "_timed", lambda run, b: (getattr(run, "seconds", 0.02) * len(b), run(b))
    )
    others(replace(_turned(1.0, 4.0), name="first"), _turned(1.0, 4.0 * factor))
    batch = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    found, _ = choose(nn.Sequential(nn.Identity()), batch, 50_000, 1, quiet)
    assert (found.name == "turned") == second


@pytest.mark.parametrize(
    ("cosines", "exact"),
    [([0.9989, 1.0] + [1.0] * 14, False), ([0.9991, 1.0] + [1.0] * 14, True),
     ([0.99987] * 4, False), ([0.99988] * 4, True)],
)  # fmt: skip
def test_rows_are_exact_by_the_least_cosine_and_by_the_mean(cosines, exact) -> None:
    angles = torch.tensor(cosines, dtype=torch.float64).arccos()
    made = torch.stack([angles.cos(), angles.sin()], 1)
    least, found = alike(torch.tensor([[1.0, 0.0]]).double().expand_as(made), made)
    assert least == pytest.approx(min(cosines)) and found == exact


@pytest.mark.parametrize(
    ("spent", "saved"), [(9.9, 0.0), (10.0, 0.5), (20.0, 2.5)]
)  # fmt: skip
def test_what_openvino_would_have_saved(monkeypatch, spent, saved) -> None:
    monkeypatch.setattr(engine, "_version", lambda name: "2026.0")
    assert missed(FOLDED, spent) == 0
    monkeypatch.setattr(engine, "_version", lambda name: "")
    assert missed(FOLDED, spent) == missed(HALVED, spent) == pytest.approx(saved)
    assert missed(Engine("another", lambda *_: None), spent) == 0
