"""What was chosen once stays, as long as it holds."""

import pytest
import torch
from engines_tried import quick, wrong
from stand_ins import InMemory
from torch import nn

from headstart.events import quiet
from headstart.features import Prefix, engine, extract, noise
from headstart.features.batches import WORKERS
from headstart.features.choices import Choice, Memory, memory_of
from headstart.features.engine import Recalled, choose, recall
from headstart.features.extraction import _made_by
from headstart.features.running import Engine, Run


def test_a_job_that_changes_engines_ends_in_one_table_and_does_not_try_again(
    tiny, tmp_path, others, monkeypatch
) -> None:
    others(Engine("quick", quick))
    monkeypatch.setattr(engine, "WORTH_S", 0.1)
    items = InMemory(tuple(torch.randint(0, 256, (20, 3, 32, 32), dtype=torch.uint8)))
    prefix = Prefix(tiny.modality, tiny.stages, "same")
    first = extract(items, range(10), prefix, cache=tmp_path)
    monkeypatch.setattr("headstart.features.extraction.choose", None)
    made = extract(items, range(20), prefix, cache=tmp_path)
    assert made.table == first.table
    with torch.inference_mode():
        expected = tiny.stages(tiny.modality.batch(items.take(range(20))))
    torch.testing.assert_close(made.all(), expected, rtol=1e-4, atol=1e-5)


def test_a_remembered_engine_that_no_longer_starts_is_replaced(tiny, tmp_path, monkeypatch) -> None:
    def broken(network: nn.Sequential, batch: torch.Tensor) -> Run:
        raise RuntimeError("no such operation")

    monkeypatch.setattr(engine, "called", lambda *_: Engine("old", broken))
    items = InMemory(tuple(torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8)))
    prefix = Prefix(tiny.modality, tiny.stages, "same")
    memory = memory_of(tmp_path, _made_by(prefix, 16), WORKERS)
    memory.keep("old", 100)
    made = extract(items, range(5), prefix, cache=tmp_path)
    assert made.shape == (5, tiny.width) and memory.recalled() == Choice()


@pytest.mark.parametrize(("rows", "tried"), [(20_000, False), (20_001, True)])
def test_the_default_that_was_best_is_taken_for_up_to_twice_the_rows(
    tiny, tmp_path, others, rows, tried
) -> None:
    others(Engine("wrong", wrong))
    memory = Memory(tmp_path / "one", "network")
    batch = noise(tiny.modality).repeat(2, 1, 1, 1)
    choose(tiny.stages, batch, 100, 1, quiet, memory=memory)  # too short to try
    assert not recall(memory, 1).holds(1)
    choose(tiny.stages, batch, 10_000, 1, quiet, memory=memory)
    assert recall(memory, 1).engine.name == "slow"
    assert recall(memory, 1).holds(rows) == (not tried)


def test_another_engine_is_recalled_for_any_rows() -> None:
    assert Recalled(Engine("quick", quick), 10).holds(10**9)
