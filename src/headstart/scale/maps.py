"""One shape for all of them: a function and jobs in, what it makes of each out."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol, TypeVar, runtime_checkable

from headstart.scale.processes import over_processes
from headstart.scale.where import On

Job = TypeVar("Job")
Done = TypeVar("Done")


@runtime_checkable
class Map(Protocol):
    """Like the builtin, but in any order, as jobs are done."""

    def __call__(self, work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        """Do each job once, or again where whoever did it died. Raises what the work raises."""
        ...


def map_at(on: On) -> Map:
    """The map of a place."""
    if on.kind == "ray":
        from headstart.scale.on_ray import over_ray

        return partial(over_ray, on.address)
    return partial(over_processes, on.workers) if on.kind == "local" else _here


def _here(work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
    yield from map(work, jobs)
