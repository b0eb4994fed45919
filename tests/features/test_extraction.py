"""A frozen prefix runs once over every example, and only where something could have changed."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from stand_ins import InMemory
from torch import nn

from headstart.backbone import Backbone
from headstart.errors import ResourceError
from headstart.events import Event
from headstart.features import ROWS, Prefix, Row, Shared, extract, extraction, settled
from headstart.features.engine import FOLDED, Recalled
from headstart.features.table import table_of


class Counting(nn.Module):
    """Adds up how many pictures it has seen."""

    seen = 0

    def forward(self, x):
        Counting.seen += len(x)
        return x


@pytest.fixture
def items() -> InMemory:
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randint(0, 256, (11, 3, 32, 32), generator=generator, dtype=torch.uint8)
    return InMemory(tuple(drawn))


def run(items: InMemory, tiny: Backbone, cache: Path, rows=None, at=3, **changed):
    wanted = range(len(items.tensors)) if rows is None else rows
    prefix, _ = tiny.cut(at)
    given = {"batch": 4, **changed}
    return extract(
        items, wanted, Prefix(tiny.modality, prefix, tiny.digest(at)), cache=cache, **given
    )


def test_rows_are_those_of_the_plain_network(items, tiny, tmp_path) -> None:
    found = run(items, tiny, tmp_path).all()
    with torch.inference_mode():
        expected = tiny.stages[:3](tiny.modality.batch(items.take(range(11))))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_every_example_is_run_exactly_once(items, tiny, tmp_path) -> None:
    counting = nn.Sequential(Counting())

    def ran(rows, name="counted") -> int:
        before = Counting.seen
        extract(items, rows, Prefix(tiny.modality, counting, name), cache=tmp_path, batch=1)
        return Counting.seen - before

    trial = ran([0]) - 1  # the engine tries the network with noise
    assert ran(range(11)) == 10 + trial
    assert ran([5, 5, 2]) == 0
    assert ran(range(11), "other weights") == 11 + trial


def test_rows_do_not_depend_on_what_they_ride_with(items, tiny, tmp_path) -> None:
    together = run(items, tiny, tmp_path / "a").all()
    parts = [run(items, tiny, tmp_path / "b", rows).all() for rows in ([7], [3, 1], range(11))]
    assert torch.equal(parts[2], together)
    assert torch.equal(parts[0], together[[7]]) and torch.equal(parts[1], together[[3, 1]])


def test_rows_can_be_taken_in_any_order(items, tiny, tmp_path) -> None:
    found = run(items, tiny, tmp_path, [4, 9, 4])
    assert found.shape == (3, *tiny.stages[:3](torch.zeros(1, 3, 32, 32)).shape[1:])
    assert torch.equal(found.take([2, 0]), found.all()[[2, 0]])
    assert torch.equal(found.take([0]), found.take([2]))


def test_anything_that_could_change_a_number_changes_the_table(items, tiny, tmp_path) -> None:
    def tables() -> int:
        return len(list(tmp_path.rglob("*.safetensors")))

    run(items, tiny, tmp_path)
    assert tables() == 1
    run(items, tiny, tmp_path, at=2)
    assert tables() == 2
    run(items, tiny, tmp_path, batch=3)
    assert tables() == 3
    other = replace(tiny, modality=replace(tiny.modality, mean=(0.4, 0.5, 0.5)))
    run(items, other, tmp_path)
    assert tables() == 4
    run(items, tiny, tmp_path)
    assert tables() == 4


def test_how_many_rows_were_there_is_told(items, tiny, tmp_path) -> None:
    told: list[dict[str, object]] = []

    def hear(event: Event) -> None:
        if event.what == ROWS:
            told.append({name: value for name, value in event.facts if name != "table"})

    for rows in ([3, 3, 4], range(11)):
        run(items, tiny, tmp_path, rows, tell=hear)
    assert told == [{"read": 0, "computed": 2}, {"read": 2, "computed": 9}]


def test_rows_that_another_machine_made_are_not_computed(items, tiny, tmp_path) -> None:
    shared, prefix = Shared("memory://test_extraction"), _prefix(tiny)
    engine, table = settled(prefix, lambda: items, 11, shared, cache=tmp_path / "a", batch=4)
    made = run(items, tiny, tmp_path / "a", range(7), engine=engine)
    keys = items.digests[:7]
    tensors = made.table.read(made.places)
    shared.put(table, "0" * 32, [Row(*one) for one in zip(keys, tensors, strict=True)])
    told: list[Event] = []
    found = run(items, tiny, tmp_path / "b", shared=shared, tell=told.append)
    assert dict(next(e for e in told if e.what == ROWS).facts)["read"] == 7
    assert torch.equal(found.all()[:7], made.all())


def test_machines_that_share_go_by_the_engine_of_the_first(
    items, tiny, tmp_path, monkeypatch
) -> None:
    shared, prefix = Shared("memory://test_engines"), _prefix(tiny)
    odd = replace(FOLDED, name="odd")
    monkeypatch.setattr(extraction, "choose", lambda network, *_, **__: (odd, network))
    monkeypatch.setattr(extraction, "called", lambda name, _: odd if name == "odd" else None)
    assert settled(prefix, lambda: items, 11, shared, cache=tmp_path)[0] == odd
    monkeypatch.setattr(extraction, "choose", lambda network, *_, **__: (FOLDED, network))
    assert settled(prefix, lambda: items, 11, shared, cache=tmp_path)[0] == odd
    monkeypatch.setattr(extraction, "called", lambda *_: None)
    with pytest.raises(ResourceError, match="R352"):
        settled(prefix, lambda: items, 11, shared, cache=tmp_path)


def test_an_engine_is_chosen_on_items_of_the_data(items, tiny, tmp_path, monkeypatch) -> None:
    tried: list[torch.Tensor] = []

    def choose(network, batch, *_, **__):
        tried.append(batch)
        return FOLDED, network

    monkeypatch.setattr(extraction, "choose", choose)
    shared = Shared("memory://test_chosen")
    settled(_prefix(tiny), lambda: items, 11, shared, cache=tmp_path / "a", batch=4)
    run(items, tiny, tmp_path / "b", range(11))
    expected = tiny.modality.batch(items.take([0, 2, 5, 8]))
    assert [torch.equal(batch, expected) for batch in tried] == [True, True]


def test_where_nothing_can_be_read_an_engine_is_chosen_on_noise(tiny, tmp_path) -> None:
    nothing = InMemory(())
    shared = Shared("memory://test_nothing")
    found, _ = settled(_prefix(tiny), lambda: nothing, 11, shared, cache=tmp_path)
    assert found == FOLDED


def _prefix(tiny: Backbone) -> Prefix:
    return Prefix(tiny.modality, tiny.cut(3)[0], tiny.digest(3))


def test_no_rows_are_no_trouble(items, tiny, tmp_path) -> None:
    assert len(run(items, tiny, tmp_path, [])) == 0


@pytest.mark.parametrize("library", ["headstart", "torch", "timm", "processor"])
def test_rows_of_another_version_or_processor_are_not_taken(
    items, tiny, tmp_path, monkeypatch, library
) -> None:
    run(items, tiny, tmp_path)
    if library == "headstart":
        monkeypatch.setattr(extraction, "version", lambda name: name[:4])
    elif library == "torch":
        monkeypatch.setattr(torch, "__version__", "0.0.1")
    elif library == "timm":
        monkeypatch.setattr(extraction, "version", lambda name: f"{name} 0.0.1")
    else:
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX1024")
    run(items, tiny, tmp_path)
    assert len(list((tmp_path / "tables").iterdir())) == 2


def test_rows_of_another_engine_are_not_taken(items, tiny, tmp_path, monkeypatch) -> None:
    run(items, tiny, tmp_path)
    another = Recalled(replace(FOLDED, name="another"))
    monkeypatch.setattr(extraction, "recall", lambda *_: another)
    run(items, tiny, tmp_path)
    assert len(list((tmp_path / "tables").iterdir())) == 2


@pytest.mark.parametrize("name", ["READER", "LOAD"])
def test_rows_read_or_put_together_in_another_way_are_not_taken(
    items, tiny, words, tmp_path, monkeypatch, name
) -> None:
    named: list[tuple[str, ...]] = []
    keep = extraction.table_of
    monkeypatch.setattr(
        extraction, "table_of", lambda cache, *by: named.append(by) or keep(cache, *by)
    )
    some = InMemory(tuple(torch.arange(5, dtype=torch.int32) + i for i in range(3)))
    prefix = Prefix(words, nn.Sequential(_Mean()), "mean")
    for value in (getattr(extraction, name), 7 if name == "LOAD" else "another"):
        monkeypatch.setattr(extraction, name, value)
        extract(some, range(3), prefix, cache=tmp_path)
    assert len(set(named)) == 2


@pytest.mark.parametrize("changed", ["headstart", "timm"])
def test_rows_of_another_version_are_made_anew(monkeypatch, changed: str) -> None:
    before, known = extraction._libraries(), extraction.version
    monkeypatch.setattr(extraction, "version", lambda name: known(name) + "x" * (name == changed))
    assert extraction._libraries() != before


class _Mean(nn.Module):
    def forward(self, x):
        return x.float().mean(dim=1, keepdim=True)


def test_tables_of_other_fingerprints_lie_elsewhere(tmp_path) -> None:
    names = [("a", "b"), ("ab",), ("b", "a"), ("a", "b", ""), ("a, b",)]
    assert len({table_of(tmp_path, *name).folder for name in names}) == len(names)
    assert table_of(tmp_path, "a", "b").folder == table_of(tmp_path, "a", "b").folder
