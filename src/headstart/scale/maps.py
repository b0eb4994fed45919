"""One shape for all of them: a function and jobs in, what it makes of each out."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar, runtime_checkable

from headstart.events import Event, Tell, track
from headstart.scale.processes import Processes
from headstart.scale.where import On
from headstart.usage import cpu_seconds

Job = TypeVar("Job")
Done = TypeVar("Done")
IN_MEMORY = "they are in memory, where only this process is"
"""Why workers are not asked about examples."""


@runtime_checkable
class Map(Protocol):
    """Like the builtin, but in any order, as jobs are done."""

    def __call__(self, work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        """Do each job once, or again where whoever did it died. Raises what the work raises."""
        ...


@dataclass(frozen=True, eq=False)
class Answer(Generic[Done]):
    """What a worker made of a job."""

    made: Done
    said: tuple[Event, ...]
    """What it told meanwhile, for the one stream of events."""
    wall_s: float
    cpu_s: float
    """Of the job, without the start of its process."""


@contextmanager
def map_at(on: On) -> Iterator[Map]:
    """The map of a place, as often as it is called: workers stay until the block ends."""
    if on.kind == "here":
        yield _here
        return
    if on.kind == "ray":
        from headstart.scale.on_ray import Cluster

        over: Cluster | Processes = Cluster(on.address)
    else:
        over = Processes(on.workers)
    try:
        yield over
    except BaseException:
        over.end(at_once=True)
        raise
    over.end()


def answers(
    over: Map, work: Callable[[Job, Tell], Done], jobs: Sequence[Job], tell: Tell, what: str
) -> list[Answer[Done]]:
    """What the work makes of each job, in the order of jobs, whoever was done first.

    How many are done is told under the name `what`; what workers tell comes back with their answers
    and is for whoever asks to hand on, when it is its turn.
    """
    asked = [_Asked(number, work, job, Path.cwd()) for number, job in enumerate(jobs)]
    known = dict(track(tell, what, over(_answer, asked), len(jobs)))
    return [known[number] for number in range(len(jobs))]


@dataclass(frozen=True, eq=False)
class _Asked(Generic[Job, Done]):
    number: int
    work: Callable[[Job, Tell], Done]
    job: Job
    folder: Path
    """In which whoever asks works: paths may be relative to it."""


def _answer(asked: _Asked[Job, Done]) -> tuple[int, Answer[Done]]:
    if asked.folder.is_dir():
        os.chdir(asked.folder)
    said, wall, cpu = list[Event](), time.perf_counter(), cpu_seconds()
    made = asked.work(asked.job, said.append)
    took = time.perf_counter() - wall, cpu_seconds() - cpu
    return asked.number, Answer(made, tuple(said), *took)


def _here(work: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
    yield from map(work, jobs)
