"""Candidates ranked on real files, end to end."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import headstart
from headstart.cli import execute
from headstart.data import from_memory
from headstart.errors import UsageError
from headstart.run import candidate_jobs, candidate_ranking, successive_halving
from headstart.run.short_training import Trial
from headstart.run.units import count, seconds


@pytest.fixture
def pool(tiny_folder: Path) -> str:
    return f"{tiny_folder},{tiny_folder}=random"


@pytest.mark.journey
def test_candidates_come_with_predictions_costs_and_reasons(photos, tiny_folder, pool) -> None:
    found = headstart.rank(photos, backbones=pool)
    assert {one.backbone for one in found} == {str(tiny_folder), f"{tiny_folder}=random"}
    for one in found:
        assert 0 <= one.low <= one.predicted <= one.high <= 1
        assert one.ms_per_item > 0 and one.params > 1000 and one.why


@pytest.mark.slow
def test_the_same_call_gives_the_same_order(photos, pool) -> None:
    one, other = (headstart.rank(photos, backbones=pool, seed=3) for _ in range(2))
    assert [r.backbone for r in one] == [r.backbone for r in other]
    assert [r.predicted for r in one] == [r.predicted for r in other]


@pytest.mark.slow
def test_limits_leave_candidates_out_and_none_left_is_an_error(photos, pool) -> None:
    assert len(headstart.rank(photos, backbones=pool, license="apache")) == 1
    with pytest.raises(UsageError, match="every candidate was left out"):
        headstart.rank(photos, backbones=pool, max_params="1k")


@pytest.mark.journey
def test_a_candidate_that_cannot_be_had_is_passed_over(photos, tiny_folder) -> None:
    found = headstart.rank(photos, backbones=f"no_such_network,{tiny_folder}")
    assert [one.backbone for one in found] == [str(tiny_folder)]


@pytest.mark.slow
def test_the_command_prints_a_table_or_json(photos, pool, tiny_folder, capsys) -> None:
    assert execute(["rank", str(photos), "--backbones", pool]) == 0
    assert f"start from {tiny_folder}" in capsys.readouterr().out
    assert execute(["rank", str(photos), "--backbones", pool, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert {"backbone", "predicted", "low", "high", "ms_per_item", "params", "why"} <= set(first)


@pytest.mark.journey
def test_all_are_those_that_are_here(photos) -> None:
    assert headstart.rank(photos, budget="1m")[0].backbone in {
        row.name for row in headstart.backbones()
    }


@pytest.mark.parametrize("text", ["", "10x", "-1", "0", "m", "1e3"])
def test_amounts_that_are_none_are_refused(text) -> None:
    for read in (seconds, count):
        with pytest.raises(UsageError, match="U123"):
            read(text)


def test_amounts_are_read_as_people_write_them() -> None:
    assert (seconds("10m"), seconds("2 h"), seconds(30.0)) == (600, 7200, 30)
    assert (count("5M"), count("20k"), count(7.0)) == (5e6, 2e4, 7)


def test_near_duplicates_are_never_on_both_sides() -> None:
    from headstart.data import ClassTruth, Examples
    from headstart.run.candidate_ranking import _groups

    truth = ClassTruth(("x", "y"), (0, 0, 1, 1, 1))
    examples = Examples(tuple(map(Path, "abcde")), truth)
    assert _groups(examples, ()) == ()
    assert _groups(examples, [(1, 3)]) == ("#0", "alike 0", "#2", "alike 0", "#4")
    known = Examples(examples.sources, truth, ("p", "", "p", "", "q"))
    assert _groups(known, [(1, 4)]) == ("p", "alike 0", "p", "#3", "q")


class SideBySide:
    """Workers that answer the last job first, in this process."""

    def __init__(self):
        self.asked = []

    def __call__(self, work, jobs):
        self.asked.append(len(jobs))
        yield from map(work, reversed(jobs))


@pytest.fixture
def by_workers(monkeypatch):
    """A place whose workers are these."""
    from contextlib import nullcontext

    over = SideBySide()
    monkeypatch.setattr(candidate_ranking, "map_at", lambda on: nullcontext(over))
    return over


def ranked_of(photos, pool, heard, **asked):
    found = headstart.rank(photos, backbones=pool, tell=heard.append, **asked)
    said = [e.what.split(" by ")[0] for e in heard if e.kind in ("note", "warning")]
    return [replace(one, ms_per_item=0.0) for one in found], said


@pytest.mark.journey
def test_workers_see_in_candidates_what_this_process_sees(photos, pool, by_workers) -> None:
    pool = f"no_such_network,{pool}"
    here, there = [], []
    alone = ranked_of(photos, pool, here)
    assert by_workers.asked == []
    assert ranked_of(photos, pool, there, on="local:2") == alone
    assert by_workers.asked == [3]
    assert "no_such_network is left out" in " ".join(alone[1])


@pytest.mark.journey
def test_workers_fine_tune_the_first_of_a_ranking(photos, pool, by_workers, monkeypatch) -> None:
    def trial(examples, backbone, epochs, root):
        return Trial(1.0 - backbone.origin.pretrained / 2, np.arange(48) % 2 == epochs % 2)

    monkeypatch.setattr(candidate_jobs, "for_epochs", trial)
    monkeypatch.setattr(successive_halving, "for_epochs", trial)
    alone = ranked_of(photos, pool, [], budget="1h")
    assert ranked_of(photos, pool, [], budget="1h", on="local:2") == alone
    assert by_workers.asked == [2, 2] and "fine-tuned" in alone[0][0].why


@pytest.mark.journey
def test_one_candidate_and_pictures_in_memory_are_nothing_for_workers(
    photos, tiny_folder, pool, by_workers
) -> None:
    headstart.rank(photos, backbones=str(tiny_folder), on="local:2")
    inputs = [np.full((32, 32, 3), 40 * (n % 2), np.uint8) + n for n in range(24)]
    found = from_memory([i.astype(np.uint8) for i in inputs], ["x", "y"] * 12)
    heard = []
    headstart.rank(found, backbones=pool, on="local:2", tell=heard.append)
    assert by_workers.asked == []
    assert any("look at no candidates: they are in memory" in event.what for event in heard)


@pytest.mark.ray
def test_a_cluster_sees_in_candidates_what_this_process_sees(photos, pool, monkeypatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv("PYTHONPATH", ":".join(filter(None, sys.path)))
    alone = ranked_of(photos, pool, [])
    assert ranked_of(photos, pool, [], on="ray") == alone


@pytest.mark.slow
def test_two_processes_see_in_candidates_what_one_sees(photos, pool) -> None:
    asked = {"budget": "1h"}
    assert ranked_of(photos, pool, [], on="local:2", **asked) == ranked_of(
        photos, pool, [], **asked
    )
