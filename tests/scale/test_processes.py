"""Processes that do jobs, die, and are left behind by nobody."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import work

from headstart.errors import DataError, ResourceError
from headstart.scale import On, map_at

DRIVER = """
import sys, work
from headstart.scale.processes import Processes
if __name__ == "__main__":
    list(Processes(1)(work.alive, [sys.argv[1]]))
"""


def over_processes(workers, function, jobs):
    with map_at(On("local", workers)) as over:
        yield from over(function, jobs)


def test_every_job_is_done_once() -> None:
    assert sorted(over_processes(2, work.squared, range(5))) == [0, 1, 4, 9, 16]
    assert list(over_processes(2, work.squared, [])) == []


def test_what_the_work_raises_is_raised_as_it_is() -> None:
    with pytest.raises(DataError, match="found 3 classes") as raised:
        list(over_processes(1, work.refused, [3]))
    assert raised.value.fix == "add a folder"


def test_the_jobs_of_a_worker_that_died_are_done_again(tmp_path: Path) -> None:
    jobs = [str(tmp_path / name) for name in ("a", "b", "c")]
    assert sorted(over_processes(1, work.killed_once, jobs)) == ["a", "b", "c"]


def test_workers_that_die_again_and_again_are_an_error() -> None:
    with pytest.raises(ResourceError, match=r"R353.*died 4 times"):
        list(over_processes(1, work.killed, [1]))


def test_no_worker_outlives_a_driver_that_was_killed(tmp_path: Path) -> None:
    script, mark = tmp_path / "driver.py", tmp_path / "pid"
    script.write_text(DRIVER)
    path = os.pathsep.join([str(Path(work.__file__).parent), *filter(None, sys.path)])
    driver = subprocess.Popen(
        [sys.executable, str(script), str(mark)], env={**os.environ, "PYTHONPATH": path}
    )
    until = time.monotonic() + 60
    while not (mark.exists() and mark.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    worker = int(mark.read_text())
    while _alive(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _alive(worker)


def test_no_worker_goes_on_where_whoever_asked_does_not(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError), map_at(On("local", 2)) as over:
        jobs = [str(mark), str(tmp_path / "quick")]
        for _ in over(work.alive_or_quick, jobs):
            raise ZeroDivisionError
    assert time.monotonic() - began < 50 and not _alive(int(mark.read_text()))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
