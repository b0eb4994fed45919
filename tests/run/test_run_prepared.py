"""What a run learns from, and what is told of leaks."""

from dataclasses import replace
from pathlib import Path

import pytest

from headstart.backbone import Backbone
from headstart.data import Dataset, Problem, find, with_task
from headstart.errors import UsageError
from headstart.events import Event, quiet
from headstart.run import Settings
from headstart.run.division import divided
from headstart.run.prepared import LEAKS, Known, _tell_division, task_data_of
from headstart.train import Hyperparameters


@pytest.fixture
def known(photos: Path, tiny: Backbone, cache: Path) -> Known:
    data, seen = divided(find(photos), tiny, Settings(), cache, quiet)
    return Known(data, seen.items, seen.looks)


def leaking(data: Dataset, count: int) -> Dataset:
    leaks = tuple(Problem("D151", "leak", f"{i}.png", "is in train and test") for i in range(count))
    return replace(data, audit=replace(data.audit, problems=leaks))


@pytest.mark.parametrize(("count", "lines"), [(LEAKS, LEAKS), (LEAKS + 1, LEAKS + 1)])
def test_of_many_leaks_the_first_are_told_by_name(known: Known, count: int, lines: int) -> None:
    told: list[Event] = []
    _tell_division(leaking(known.data, count), told.append)
    warned = [event.what for event in told if "png" in event.what or "leak into" in event.what]
    assert len(warned) == lines
    assert any("1 more examples leak" in what for what in warned) == (count > LEAKS)


def test_labels_of_test_rows_are_closed_and_the_head_is_one_of_the_task(known, tiny, cache) -> None:
    task_data = task_data_of(known, tiny, Settings(), cache)
    assert task_data.task.classes == ("blue", "green", "red") and task_data.profiled
    assert not set(task_data.pool) & set(task_data.partition.test)
    asked = Settings(hyperparameters=Hyperparameters(head="ridge"))
    assert task_data_of(known, tiny, asked, cache).head == "ridge"


def test_a_head_that_the_task_does_not_fit_is_refused(photos, tiny, cache) -> None:
    found = with_task(find(photos), "ordinal", ("blue", "green", "red"))
    data, seen = divided(found, tiny, Settings(), cache, quiet)
    asked = Settings(hyperparameters=Hyperparameters(head="lda"))
    with pytest.raises(UsageError, match="U114"):
        task_data_of(Known(data, seen.items, seen.looks), tiny, asked, cache)
