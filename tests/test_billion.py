"""The plan for a billion pictures says what its simulator says."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def billion():
    spec = importlib.util.spec_from_file_location("billion", ROOT / "benchmarks" / "billion.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["billion"] = module  # dataclasses look there
    spec.loader.exec_module(module)
    yield module
    del sys.modules["billion"]


@pytest.mark.journey
def test_the_page_has_the_table_of_the_simulator(billion) -> None:
    page = (ROOT / "docs" / "billion.md").read_text()
    shown = page.split("<!-- table -->")[1].split("<!-- end -->")[0].strip()
    assert shown == billion.table()


def test_where_nothing_goes_wrong_hours_are_those_of_the_work(billion) -> None:
    job = billion.Job(10, size=100, pictures=10**5)
    shard = billion.Shard(0.01, 0.5, 3.0, 1, 1)
    found = billion.simulate(shard, billion.CALM, job)
    assert found.lost == found.again == 0
    assert found.useful_h == pytest.approx(1000 * (0.5 + 1.0 + 1.0) / 3600)
    assert found.machine_h == pytest.approx(found.useful_h + 40 * 3.0 / 3600)
    assert found.wall_h == pytest.approx(found.machine_h / 10)


def test_what_goes_wrong_costs_hours(billion) -> None:
    job, shard = billion.Job(50, pictures=10**7), billion.Shard(0.01, 0.5, 3.0, 1, 1)
    calm = billion.simulate(shard, billion.CALM, job)
    for fault in ({"lost_per_hour": 0.5}, {"slow_share": 0.3}, {"bad_share": 0.5}):
        worse = billion.simulate(shard, replace(billion.CALM, **fault), job)
        assert worse.machine_h > calm.machine_h and worse.wall_h > calm.wall_h, fault
        assert worse.useful_h == calm.useful_h
    lossy = billion.simulate(shard, replace(billion.CALM, lost_per_hour=0.5), job)
    assert lossy.lost > 0 and 0 < lossy.again < 0.1


def test_parts_let_others_do_what_a_slow_machine_does_not(billion) -> None:
    faults = replace(billion.CALM, slow_share=0.1)
    shard = billion.Shard(0.01, 0.5, 3.0, 1, 1)
    walls = [
        billion.simulate(shard, faults, billion.Job(50, parts=parts, pictures=10**7)).wall_h
        for parts in (1, 4, 16)
    ]
    assert walls[0] > 1.3 * walls[1] > 1.3 * walls[2]
