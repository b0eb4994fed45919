"""The engine that is taken is the quickest of those that are exact, and stays so."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import torch
from stand_ins import InMemory
from torch import nn
from torch.nn.functional import cosine_similarity

from headstart.backbone import Backbone
from headstart.events import quiet
from headstart.features import Prefix, engine, extract, noise
from headstart.features.engine import (
    FOLDED,
    called,
    choose,
    engines,
    missed,
    recall,
    remember,
)
from headstart.features.running import Engine, Run


def _slow(network: nn.Sequential, batch: torch.Tensor) -> Run:
    """As the default, but said to take its time."""
    return lambda rows: network(rows)


def _told_seconds(run: Run, batch: torch.Tensor) -> tuple[float, torch.Tensor]:
    """In the place of a clock, which says what it likes on a busy machine."""
    return (0.001 if isinstance(run, nn.Module) else 0.02) * len(batch), run(batch)


def _quick(network: nn.Sequential, batch: torch.Tensor) -> Run:
    return network


def _wrong(network: nn.Sequential, batch: torch.Tensor) -> Run:
    return lambda rows: -network(rows)


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch):
    """Make the default slow, and offer these beside it."""
    slow = Engine("slow", _slow)
    monkeypatch.setattr(engine, "_timed", _told_seconds)
    monkeypatch.setattr(engine, "FOLDED", slow)

    def offer(*given: Engine) -> None:
        monkeypatch.setattr(engine, "engines", lambda workers: (slow, *given))

    return offer


def _chosen(tiny: Backbone, rows: int, told: list[str] | None = None) -> str:
    batch = noise(tiny.modality).repeat(2, 1, 1, 1)
    tell = quiet if told is None else lambda event: told.append(event.what)
    return choose(tiny.stages, batch, rows, 1, tell)[0].name


def test_a_short_job_takes_the_default_and_tries_nothing(tiny, others) -> None:
    others(Engine("quick", _quick))
    assert _chosen(tiny, rows=100) == "slow"


def test_a_long_job_takes_the_quickest_and_says_what_was_tried(tiny, others) -> None:
    others(Engine("quick", _quick))
    told: list[str] = []
    assert _chosen(tiny, 10_000, told) == "quick"
    assert "engine quick" in told[0] and "slow" in told[0] and "cosine 1.0000" in told[0]


def test_an_engine_with_other_rows_is_not_taken_however_quick(tiny, others) -> None:
    others(Engine("wrong", _wrong))
    assert _chosen(tiny, rows=10_000) == "slow"


def test_an_engine_that_fails_is_passed_over(tiny, others) -> None:
    def broken(network: nn.Sequential, batch: torch.Tensor) -> Run:
        raise RuntimeError("no such operation")

    others(Engine("broken", broken), Engine("quick", _quick))
    told: list[str] = []
    assert _chosen(tiny, 10_000, told) == "quick"
    assert "broken failed with RuntimeError" in told[0]


def test_what_was_chosen_is_remembered_for_this_network(tmp_path, others) -> None:
    quick = Engine("quick", _quick)
    others(quick)
    remember(tmp_path, "network", quick)
    assert recall(tmp_path, "network", 1) == quick
    assert recall(tmp_path, "another", 1).name == "slow"


@pytest.mark.parametrize("content", ["", "[", "[1]", '{"network": "no such engine"}'])
def test_a_memory_that_cannot_be_used_is_no_trouble(tmp_path: Path, content: str) -> None:
    (tmp_path / "engines.json").write_text(content)
    assert recall(tmp_path, "network", 1) == FOLDED


def test_rows_of_openvino_are_those_of_the_network(tiny: Backbone, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    batch = noise(tiny.modality).repeat(2, 1, 1, 1)
    found = next(e for e in engines(2) if e.name.startswith("OpenVINO")).make(tiny.stages, batch)
    with torch.inference_mode():
        expected, made = tiny.stages(batch), found(batch)
    assert cosine_similarity(made, expected).min() > 0.999
    if not torch.cpu._is_amx_tile_supported():  # else it computes in bfloat16
        torch.testing.assert_close(made, expected, rtol=1e-3, atol=1e-4)


def test_what_takes_longer_to_set_up_than_there_is_to_gain_is_not_tried(tiny, others) -> None:
    tried: list[str] = []

    def costly(network: nn.Sequential, batch: torch.Tensor) -> Run:
        tried.append("costly")
        return network

    others(Engine("costly", costly, setup_s=50.0))
    assert _chosen(tiny, rows=1_000) == "slow" and not tried
    assert _chosen(tiny, rows=100_000) == "costly" and tried


def test_an_engine_that_is_nearly_exact_is_taken_and_its_cosine_told(tiny, others) -> None:
    def rough(network: nn.Sequential, batch: torch.Tensor) -> Run:
        noisy = torch.Generator().manual_seed(0)
        return _Noisy(network, noisy)

    others(Engine("rough", rough))
    told: list[str] = []
    assert _chosen(tiny, 10_000, told) == "rough"
    assert "cosine 0.99" in told[0]


class _Noisy(nn.Module):
    """Rows a little beside those of a network."""

    def __init__(self, network: nn.Sequential, generator: torch.Generator) -> None:
        super().__init__()
        self.network, self.generator = network, generator

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        rows = self.network(batch)
        noisy = torch.randn(rows.shape, generator=self.generator)
        return rows + 0.03 * noisy * rows.norm() / noisy.norm()


def test_a_job_that_changes_engines_ends_in_one_table(tiny, tmp_path, monkeypatch) -> None:
    quick = Engine("quick", _quick)
    monkeypatch.setattr("headstart.features.extraction.choose", lambda p, *_, **__: (quick, p))
    items = InMemory(tuple(torch.randint(0, 256, (20, 3, 32, 32), dtype=torch.uint8)))
    made = extract(items, range(20), Prefix(tiny.modality, tiny.stages, "same"), cache=tmp_path)
    assert "quick" in (tmp_path / "engines.json").read_text()
    with torch.inference_mode():
        expected = tiny.stages(tiny.modality.batch(items.take(range(20))))
    torch.testing.assert_close(made.all(), expected, rtol=1e-4, atol=1e-5)


def test_a_remembered_engine_that_no_longer_starts_is_replaced(tiny, tmp_path, monkeypatch) -> None:
    def broken(network: nn.Sequential, batch: torch.Tensor) -> Run:
        raise RuntimeError("no such operation")

    monkeypatch.setattr("headstart.features.extraction.recall", lambda *_: Engine("old", broken))
    items = InMemory(tuple(torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8)))
    made = extract(items, range(5), Prefix(tiny.modality, tiny.stages, "same"), cache=tmp_path)
    assert made.shape == (5, tiny.width)
    assert FOLDED.name in (tmp_path / "engines.json").read_text()


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
        (50_000, 0.9989, 100.0, False),
        (50_000, 0.9991, 100.0, True),
        (50_000, 1.0, 1.27, False),
        (50_000, 1.0, 1.33, True),
    ],
)
def test_an_engine_is_taken_from_10_s_a_cosine_of_999_and_a_gain_of_3_tenths_on(
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
    others(Engine("costly", _quick, setup_s=7.6))
    assert _chosen(tiny, rows=1_000) == "costly"
    others(Engine("costly", _quick, setup_s=7.8))
    assert _chosen(tiny, rows=1_000) == "slow"


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


def test_a_card_that_answers_is_taken_and_nothing_else_is_tried(tiny, others, monkeypatch) -> None:
    others(Engine("quick", _quick))
    device, asked = torch.device("cuda", 0), []
    own = Engine("card", _quick, device=device, scale=8)

    def answers(where, network, batch, rows, tell):
        asked.append((where, rows))
        return own, network

    monkeypatch.setattr(engine, "card", lambda: device)
    monkeypatch.setattr(engine, "choose_on", answers)
    assert _chosen(tiny, rows=10_000) == "card" and asked == [(device, 10_000)]
    assert _chosen(tiny, rows=256) == "card"
    assert _chosen(tiny, rows=99) == "slow"  # 1.98 s on the CPU
    assert _chosen(tiny, rows=101) == "card"
    monkeypatch.setattr(engine, "choose_on", lambda *_: None)
    assert _chosen(tiny, rows=10_000) == "quick"


def test_a_card_is_not_asked_for_few_rows_that_the_cpu_makes_quickly(tiny, monkeypatch) -> None:
    own = Engine("card", _quick, device=torch.device("cuda", 0))
    monkeypatch.setattr(engine, "card", lambda: own.device)
    monkeypatch.setattr(engine, "choose_on", lambda where, network, *_: (own, network))
    monkeypatch.setattr(engine, "_timed", _told_seconds)  # a thousandth of a second a row
    assert _chosen(tiny, rows=255) == FOLDED.name
    assert _chosen(tiny, rows=256) == "card"


def test_bfloat16_of_openvino_is_tried_where_the_processor_has_instructions_for_it(
    monkeypatch,
) -> None:
    pytest.importorskip("openvino")
    for known, expected in ((True, ["bfloat16", "float32"]), (False, ["float32"])):
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda known=known: known)
        found = [one.name.split()[2].rstrip(",") for one in engines(1)[1:]]
        assert found == expected
    assert called("some card, bfloat16, 8 batches at once, 2", 1) is None


@pytest.mark.parametrize(
    ("spent", "halves", "saved"), [(9.9, True, 0.0), (10.0, True, 2.5), (15.0, False, 0.0),
                                   (20.0, False, 1.0)],
)  # fmt: skip
def test_what_openvino_would_have_saved(monkeypatch, spent, halves, saved) -> None:
    monkeypatch.setattr(engine, "_has_halves", lambda: halves)

    def nowhere(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(engine, "version", lambda name: "2026.0")
    assert missed(FOLDED, spent) == 0
    monkeypatch.setattr(engine, "version", nowhere)
    assert missed(FOLDED, spent) == pytest.approx(saved)
    assert missed(Engine("another", lambda *_: None), spent) == 0
