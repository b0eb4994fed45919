"""Processes of this machine, each of which does one job after the other."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection, wait
from typing import TypeVar

from headstart.errors import ResourceError

Job = TypeVar("Job")
Done = TypeVar("Done")
DEATHS = 3
"""Workers that may die, killed or out of memory, before the work is given up."""
THREADS = "HEADSTART_WORKERS"
"""The variable that says how many batches a process runs at once."""


class Processes:
    """A map over so many processes, which begin with the first jobs and stay until `end`."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._leash: Connection | None = None

    def __call__(self, work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        """Do jobs; what was in the hands of a process that died is done again.

        Raises what the work raises, and `ResourceError` where workers die again and again.
        """
        left, deaths = dict(enumerate(jobs)), 0
        while left:
            pool = self._pool or self._hired()
            try:
                waiting = {pool.submit(work, job): number for number, job in left.items()}
                for future in as_completed(waiting):
                    done = future.result()
                    del left[waiting[future]]
                    yield done
            except BrokenProcessPool as error:
                self.end(at_once=True)
                deaths += 1
                if deaths > DEATHS:
                    raise _dying(deaths) from error
            except BaseException:
                self.end(at_once=True)
                raise

    def end(self, *, at_once: bool = False) -> None:
        """Let the processes go, once they did what they have; `at_once` wherever they are."""
        pool, leash, self._pool, self._leash = self._pool, self._leash, None, None
        if at_once and leash:
            leash.close()
        if pool:
            pool.shutdown(cancel_futures=at_once)
        if leash:
            leash.close()

    def _hired(self) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")
        end, self._leash = spawn.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(self.workers, spawn, _begin, (end,))
        return self._pool


def _dying(deaths: int) -> ResourceError:
    return ResourceError(
        "R353",
        f"workers died {deaths} times: killed, or out of memory",
        "--on local:1, or a machine with more memory; what is done is not done again",
    )


def _begin(leash: Connection) -> None:
    """One batch a worker; none outlives the process that it works for.

    Numbers of threads stay those of that process, whose last bits they decide; threads that wait
    leave the core to another worker.
    """
    os.environ[THREADS] = "1"
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    threading.Thread(target=_follow, args=(leash,), daemon=True).start()


def _follow(leash: Connection) -> None:
    """Wait until the process that this works for is gone, or lets go."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel, leash])
        os._exit(1)
