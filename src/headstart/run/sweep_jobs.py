"""Runs of a sweep that workers make side by side: each knows nothing of the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headstart.errors import HeadstartError
from headstart.events import Tell, repeat
from headstart.run.folder import METRICS
from headstart.run.reading import Run, report
from headstart.run.sweep_grid import Cell
from headstart.scale import Answer, On, answers, map_at


@dataclass(frozen=True)
class RunJob:
    """One run, as it would be asked for here."""

    place: str
    out: Path
    cache: Path
    options: tuple[tuple[str, Any], ...]
    threads: int


Made = Answer[Exception | None]
_PROGRESS = ("start", "step", "end")
"""Of work that is over: told now, all of it would take no time."""


def made_afar(job: RunJob, tell: Tell) -> Exception | None:
    """What a worker does; what ends the run is an answer, so that the others go on."""
    import torch

    from headstart.run.api import train

    torch.set_num_threads(job.threads)
    try:
        train(job.place, out=job.out, cache=job.cache, tell=tell, **dict(job.options))
    except HeadstartError as error:
        return error
    except Exception as error:  # whatever it was: not all can be sent
        return RuntimeError(f"{type(error).__name__}: {error}")
    return None


def by_workers(
    place: str, out: Path, cache: Path, asked: Mapping[Cell, Mapping[str, Any]], on: On, tell: Tell
) -> dict[Cell, Made]:
    """All runs, side by side, each in its folder below `out`; nothing where only this process
    works, or there is one run.
    """  # noqa: D205 - one sentence
    if on.kind == "here" or len(asked) < 2:
        return {}
    import torch

    threads, below, root = torch.get_num_threads(), out.absolute(), cache.absolute()
    jobs = [
        RunJob(place, below / cell.name, root, tuple({**options, "on": ""}.items()), threads)
        for cell, options in asked.items()
    ]
    with map_at(on) as over:
        found = answers(over, made_afar, jobs, tell, "making runs side by side")
    return dict(zip(asked, found, strict=True))


def known(made: Made, out: Path, tell: Tell) -> Run | None:
    """The run that a worker left; None where it is nowhere to be seen from here.

    Raises what ended it.
    """
    repeat((event for event in made.said if event.kind not in _PROGRESS), tell)
    if made.made is not None:
        raise made.made
    return report(out) if (out / METRICS).exists() else None
