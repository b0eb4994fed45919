"""Runs of a sweep that others make."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from finished import finished

import headstart
from headstart.errors import DataError
from headstart.events import Event, quiet
from headstart.run import api, sweep_jobs
from headstart.run.sweep_grid import cells_of
from headstart.run.sweep_jobs import RunJob, by_workers, known, made_afar
from headstart.scale import Answer, On

LOCAL = On("local", 2)
CELLS = {cell: {"backbone": "a", "on": "local:2"} for cell in cells_of("a", "probe,full", 0, 1)}


@pytest.fixture
def asked(monkeypatch) -> list[list[RunJob]]:
    """Jobs that workers were given; they do them last to first, in this process."""
    jobs = list[list[RunJob]]()

    def over(work, some):
        jobs.append([one.job for one in some])
        yield from map(work, reversed(some))

    monkeypatch.setattr(sweep_jobs, "map_at", lambda on: nullcontext(over))
    return jobs


def test_each_run_is_a_job_of_one_process(asked, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(api, "train", lambda place, **given: given["tell"](Event("note", place)))
    found = by_workers("data", Path("sweep"), tmp_path, CELLS, LOCAL, quiet)
    (jobs,) = asked
    assert [job.out for job in jobs] == [Path.cwd() / "sweep" / cell.name for cell in CELLS]
    assert all(dict(job.options) == {"backbone": "a", "on": ""} for job in jobs)
    assert list(found) == list(CELLS)
    assert all(answer.said == (Event("note", "data"),) for answer in found.values())


def test_here_and_of_a_single_run_nothing_is_given_to_others(asked, tmp_path) -> None:
    one = dict(list(CELLS.items())[:1])
    assert by_workers("data", tmp_path, tmp_path, CELLS, On("here"), quiet) == {}
    assert by_workers("data", tmp_path, tmp_path, one, LOCAL, quiet) == {} and asked == []


@pytest.mark.parametrize(
    ("raised", "kind", "told"),
    [
        (DataError("D101", "found 1 class", "add one"), DataError, "D101"),
        (ZeroDivisionError("odd"), RuntimeError, "ZeroDivisionError: odd"),
    ],
)
def test_what_ends_a_run_is_its_answer_and_raised_where_it_is_its_turn(
    monkeypatch, tmp_path, raised, kind, told
) -> None:
    def train(place, **given):
        raise raised

    monkeypatch.setattr(api, "train", train)
    made = made_afar(RunJob("data", tmp_path, tmp_path, (), 1), quiet)
    heard: list[Event] = []
    over = [Event(kind, "sums", 1, 1) for kind in ("start", "step", "end")]
    answer = Answer(made, (*over, Event("note", "before")), 1.0, 1.0)
    with pytest.raises(kind, match=told):
        known(answer, tmp_path, heard.append)
    assert heard == [Event("note", "before")]


def test_a_run_that_is_not_to_be_seen_from_here_is_made_here(tmp_path) -> None:
    there = finished(tmp_path / "run", [True] * 40 + [False] * 20)
    answer = Answer(None, (), 1.0, 1.0)
    assert known(answer, tmp_path / "none", quiet) is None
    assert known(answer, there, quiet).path == there


@pytest.mark.slow
def test_two_processes_make_the_bytes_of_one(photos, tiny_folder, tmp_path) -> None:
    given = {"backbone": str(tiny_folder), "strategy": "full", "epochs": 1, "seeds": 2}
    asked = {"one": "", "two": "local:2"}
    one, two = (
        headstart.sweep(photos, out=tmp_path / n, cache=tmp_path / f"c {n}", on=on, **given)
        for n, on in asked.items()
    )
    for name in ("tiny_full_seed0", "tiny_full_seed1"):
        files = [sweep.path / name / "predictions.parquet" for sweep in (one, two)]
        assert files[0].read_bytes() == files[1].read_bytes()
    draws = [sweep.record()["runs"][0]["draws"] for sweep in (one, two)]
    assert draws[0] == draws[1]
