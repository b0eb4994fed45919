"""Processes of this machine, each of which does one job after the other."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from headstart.errors import ResourceError

Job = TypeVar("Job")
Done = TypeVar("Done")
DEATHS = 3
"""Workers that may die, killed or out of memory, before the work is given up."""
THREADS = "HEADSTART_WORKERS"
"""The variable that says how many batches a process runs at once."""


def over_processes(
    workers: int, work: Callable[[Job], Done], jobs: Sequence[Job]
) -> Iterator[Done]:
    """Do jobs in so many processes; what was in the hands of one that died is done again.

    Raises what the work raises, and `ResourceError` where workers die again and again.
    """
    left, deaths = dict(enumerate(jobs)), 0
    spawn = multiprocessing.get_context("spawn")
    while left:
        count = min(workers, len(left))
        with ProcessPoolExecutor(count, spawn, _begin) as pool:
            waiting = {pool.submit(work, job): number for number, job in left.items()}
            try:
                for future in as_completed(waiting):
                    done = future.result()
                    del left[waiting[future]]
                    yield done
            except BrokenProcessPool as error:
                deaths += 1
                if deaths > DEATHS:
                    raise _dying(deaths) from error
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _dying(deaths: int) -> ResourceError:
    return ResourceError(
        "R353",
        f"workers died {deaths} times: killed, or out of memory",
        "--on local:1, or a machine with more memory; what is done is not done again",
    )


def _begin() -> None:
    """One core a worker; none outlives the process that it works for."""
    os.environ[THREADS] = "1"
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
