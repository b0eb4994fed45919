"""Damage of tables, checkpoints and runs in the counts that were asked, or in the time there is."""

import pytest
from damage import Harvest
from damaged_runs import checkpoints, runs, tables
from torture.tally import Tally, in_time, report

pytestmark = pytest.mark.torture


def _whole(part: str, found: Harvest) -> None:
    wrong = [*found.believed, *found.crashed, *found.hung]
    report(Tally(part, found.tried, found.tried - len(wrong), len(found.believed)))
    print(found)
    assert not wrong, str(found)


def test_tables(tmp_path) -> None:
    _whole("damaged tables", tables(in_time(range(700), 0.2), tmp_path))


def test_checkpoints(tmp_path, task_data, tiny) -> None:
    _whole("damaged checkpoints", checkpoints(in_time(range(100), 0.2), tmp_path, task_data, tiny))


@pytest.mark.parametrize("ends", [True, False])
def test_runs(tmp_path, photos, tiny_folder, ends: bool) -> None:
    found = runs(in_time(range(150), 0.3), tmp_path, photos, tiny_folder, ends=ends)
    _whole(f"damaged runs that {'ended' if ends else 'were stopped'}", found)
