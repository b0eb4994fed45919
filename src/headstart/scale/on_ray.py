"""Tasks of a Ray cluster: the one file that knows Ray.

Core tasks and not Ray Data: jobs are few and large here, and what they make lies in the shared
rows or in the run's folder, so that nothing but names and figures crosses the cluster.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from headstart.errors import ResourceError, needs

Job = TypeVar("Job")
Done = TypeVar("Done")
AGAIN = 3
"""How often a job is given to another worker where its own died."""
AHEAD = 1000
"""Jobs that wait in the cluster, at most: it keeps a record of each."""


class Cluster:
    """A map over a cluster at an address, or over a new one of this machine's processors."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._begun = False

    def __call__(self, work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        """Do jobs; those of a worker or a machine that died are done by another.

        Raises what the work raises, and `ResourceError` where workers die again and again.
        """
        with needs("ray"):
            import ray
        if not ray.is_initialized():
            ray.init(self.address or None, log_to_driver=False, include_dashboard=False)
            self._begun = True
        task = ray.remote(max_retries=AGAIN, num_cpus=1)(work)
        left, waiting = list(reversed(jobs)), list[ray.ObjectRef]()
        try:
            while left or waiting:
                while left and len(waiting) < AHEAD:
                    waiting.append(task.remote(left.pop()))
                done, waiting = ray.wait(waiting)
                yield ray.get(done[0])
        except ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except ray.exceptions.RayError as error:
            raise ResourceError(
                "R354",
                f"the cluster did not do its work: {type(error).__name__}",
                "give the same command again: what is done is not done again",
            ) from error
        finally:
            for one in waiting:
                ray.cancel(one, force=True)

    def end(self, *, at_once: bool = False) -> None:
        """Leave the cluster, or end the one that was begun, whatever it does."""
        if self._begun:
            import ray

            ray.shutdown()
            self._begun = False
