"""How much of the data a rehearsal takes; what it foretells is tested in the journeys."""

import pytest

from headstart.run import Settings, rehearsal
from headstart.run.rehearsal import FEWEST, OVER, QUICK_S, _afforded, _part, _Took, _took
from headstart.train import Probe, TaskData


@pytest.mark.parametrize(("count", "parts"), [(30, (24, 6)), (5, (12, 3)), (60, (48, 12))])
def test_a_part_has_its_share_of_both_and_is_never_too_small(
    task_data: TaskData, count: int, parts: tuple[int, int]
) -> None:
    """Of 48 rows to learn from and 12 to choose by; 16 at least."""
    found = _part(task_data, count).partition
    assert (len(found.train), len(found.val)) == parts
    assert set(found.train) <= set(task_data.partition.train)
    assert set(found.val) <= set(task_data.partition.val)


@pytest.mark.parametrize(("allowed", "rows"), [(1e9, 60), (0.0, 15)])
def test_a_rehearsal_takes_as_many_examples_as_its_time_allows(
    task_data, tiny, tmp_path, monkeypatch, allowed: float, rows: int
) -> None:
    monkeypatch.setattr(rehearsal, "ALLOWED_S", allowed)
    monkeypatch.setattr(rehearsal, "_took", lambda *_: _Took(0.0, 1.0, 0.0))
    found = _afforded(task_data, tiny, [Probe()], Settings(), tmp_path)
    assert len(found.pool) == rows and FEWEST == 16


@pytest.mark.parametrize(
    ("first", "again", "epoch", "taken"),
    [
        (QUICK_S, 1.0, QUICK_S, 1),
        (QUICK_S - 0.01, 4.0, 4.0 / OVER, 2),
        (QUICK_S - 0.01, 40.0, QUICK_S - 0.01, 2),
    ],
)
def test_a_quick_epoch_is_taken_again_with_more_rows(
    task_data, tiny, tmp_path, monkeypatch, first: float, again: float, epoch: float, taken: int
) -> None:
    """What an epoch takes beside its steps would count as theirs; the other parts stay as taken."""
    rows: list[int] = []

    def epochs(some: TaskData, *_: object) -> _Took:
        rows.append(len(some.partition.train))
        return _Took(2.0, again if len(rows) > 1 else first, 3.0)

    monkeypatch.setattr(rehearsal, "_epochs", epochs)
    found = _took(task_data, tiny, Probe(), Settings(), tmp_path)
    assert (found.frozen, found.answering) == (2.0, 3.0)
    assert found.epoch == pytest.approx(epoch)
    assert rows == [48, 48 * OVER][:taken]
