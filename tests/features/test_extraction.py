"""A frozen prefix runs once over every example, and only where something could have changed."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from stand_ins import Held
from torch import nn

from headstart.backbone import Backbone
from headstart.errors import BackboneError
from headstart.features import Prefix, extract


class Counting(nn.Module):
    """Adds up how many pictures it has seen."""

    seen = 0

    def forward(self, x):
        Counting.seen += len(x)
        return x


@pytest.fixture
def items() -> Held:
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randint(0, 256, (11, 3, 32, 32), generator=generator, dtype=torch.uint8)
    return Held(tuple(drawn))


def run(items: Held, tiny: Backbone, cache: Path, rows=None, at=3, **changed):
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


def test_no_rows_are_no_trouble(items, tiny, tmp_path) -> None:
    assert len(run(items, tiny, tmp_path, [])) == 0


def test_numbers_that_are_not_finite_are_refused(items, tiny, tmp_path) -> None:
    class Odd(nn.Module):
        def forward(self, x):
            return x.mean(dim=(2, 3)) / 0

    with pytest.raises(BackboneError, match="M402"):
        extract(items, [0], Prefix(tiny.modality, nn.Sequential(Odd()), "odd"), cache=tmp_path)
