"""A cluster of Ray on this machine: the same answers, whoever dies."""

import sys
from pathlib import Path

import pytest
import work

from headstart.errors import DataError, ResourceError

pytestmark = pytest.mark.ray
EVERY = """
import pkgutil, sys, headstart
sys.modules["ray"] = None
for module in pkgutil.walk_packages(headstart.__path__, "headstart."):
    if "__main__" not in module.name:
        __import__(module.name)
"""


@pytest.fixture(scope="module")
def cluster():
    """Two workers, which stay until the last test of this file."""
    ray = pytest.importorskip("ray")
    paths = {"PYTHONPATH": ":".join([str(Path(work.__file__).parent), *filter(None, sys.path)])}
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        object_store_memory=80 * 2**20,
        runtime_env={"env_vars": paths},
    )
    yield ray
    ray.shutdown()


def over(function, jobs) -> list[object]:
    from headstart.scale.on_ray import Cluster

    return sorted(Cluster("")(function, jobs))


def test_every_job_is_done_once(cluster) -> None:
    assert over(work.squared, range(5)) == [0, 1, 4, 9, 16]


def test_what_the_work_raises_is_raised_as_it_is(cluster) -> None:
    with pytest.raises(DataError, match="found 3 classes"):
        over(work.refused, [3])


def test_the_jobs_of_a_worker_that_died_are_done_again(cluster, tmp_path) -> None:
    jobs = [str(tmp_path / name) for name in ("a", "b", "c")]
    assert over(work.killed_once, jobs) == ["a", "b", "c"]


def test_workers_that_die_again_and_again_are_an_error(cluster) -> None:
    with pytest.raises(ResourceError, match="R354"):
        over(work.killed, [1])
