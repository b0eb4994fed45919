"""Several runs of one data set."""

import json
from pathlib import Path

import pytest
from finished import finished

import headstart
from headstart.errors import DataError, Interrupted
from headstart.events import quiet
from headstart.run.sweep_grid import cells_of
from headstart.run.sweeping import swept


def maker(place: Path, fails=()):
    def make(cell):
        if cell.name in fails:
            raise DataError("D101", "found 1 class", "add a second folder")
        if (path := place / cell.name).exists():
            return headstart.report(path)
        many = 30 if cell.strategy == "probe" else 55
        right = [True] * many + [False] * (60 - many)
        return headstart.report(finished(path, right, seed=cell.seed, strategy=cell.strategy))

    return make


CELLS = cells_of("resnet", "probe,full", 0, 2)


def test_runs_are_compared_by_group_and_tables_are_left(tmp_path) -> None:
    found = swept(tmp_path, CELLS, maker(tmp_path), quiet)
    assert [entry.name for entry in found.comparison.entries] == ["resnet probe", "resnet full"]
    assert found.comparison.pairs[0].word == "better" and found.failed == ()
    kept = json.loads((tmp_path / "compared.json").read_text())
    assert kept == json.loads(json.dumps(found.record()))
    assert (tmp_path / "compared.csv").exists() and (tmp_path / "compared.html").exists()


def test_what_fails_is_listed_and_the_others_go_on(tmp_path) -> None:
    heard = []
    found = swept(tmp_path, CELLS, maker(tmp_path, {"resnet_full_seed0"}), heard.append)
    assert [(one.cell, one.code) for one in found.failed] == [("resnet_full_seed0", "D101")]
    assert found.comparison.pairs[0].rows == 60
    assert any(event.kind == "warning" and "found 1 class" in event.what for event in heard)


def test_runs_without_a_seed_in_common_have_figures_and_no_pair(tmp_path) -> None:
    fails = {"resnet_full_seed0", "resnet_probe_seed1"}
    found = swept(tmp_path, CELLS, maker(tmp_path, fails), quiet)
    assert len(found.comparison.entries) == 2 and found.comparison.pairs == ()


def test_where_all_fail_the_first_error_is_told(tmp_path) -> None:
    with pytest.raises(DataError, match="found 1 class"):
        swept(tmp_path, CELLS, maker(tmp_path, {cell.name for cell in CELLS}), quiet)


def test_an_error_of_nobodys_making_does_not_end_it_but_a_stop_does(tmp_path) -> None:
    make = maker(tmp_path)

    def odd(cell):
        if cell.seed == 0:
            raise ZeroDivisionError("odd")
        return make(cell)

    assert {one.code for one in swept(tmp_path, CELLS, odd, quiet).failed} == {"X100"}

    def stopped(cell):
        raise Interrupted("I130", "stopped", "again")

    with pytest.raises(Interrupted):
        swept(tmp_path, CELLS, stopped, quiet)


@pytest.mark.journey
def test_the_same_sweep_again_trains_nothing_and_a_wider_one_the_rest(
    photos, tiny_folder, tmp_path
) -> None:
    asked = {"backbone": str(tiny_folder), "out": tmp_path / "sweep", "strategy": "probe"}
    first = headstart.sweep(photos, seeds=1, **asked)
    before = (first.path / "tiny_probe_seed0" / "metrics.json").stat().st_mtime_ns
    assert first.record()["runs"][0]["draws"] == [first.comparison.entries[0].figure.value]
    again = headstart.sweep(photos, seeds=2, **asked)
    assert (first.path / "tiny_probe_seed0" / "metrics.json").stat().st_mtime_ns == before
    assert len(again.comparison.entries[0].draws) == 2
