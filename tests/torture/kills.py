"""Killed at random moments, every run ends with the bytes of one that was left alone."""

import itertools
import random
import shutil
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from torture.forked import Blow, Ended, Home, command
from torture.ruins import differences, litter
from torture.stand import Stand, jobs
from torture.tally import Count

BLOWS = 3
"""Kills of one run, before it is left to end."""
STOPPED = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGTERM, 130}


def campaign(stand: Stand, room: Path, count: Count) -> None:
    """Rounds over all jobs, each run killed up to three times."""
    alone: dict[str, tuple[Home, Ended]] = {}
    rounds = ((number, job) for number in itertools.count() for job in jobs(stand).items())
    for number, (name, job) in rounds:
        if count.over:
            return
        slug = name.replace(" ", "-")
        if name not in alone:
            home = Home(room / "alone" / slug)
            alone[name] = home, command((*job, "--out", "out"), home)
            if alone[name][1].code:
                count.add(name, f"does not even run alone: {alone[name][1].brief}")
        home = Home(room / f"killed-{number}-{slug}")
        _killed((*job, "--out", "out"), f"{name}, round {number}", home, alone[name], count)
        shutil.rmtree(home.path)


def _killed(
    job: Sequence[str], case: str, home: Home, alone: tuple[Home, Ended], count: Count
) -> None:
    hits = []
    for blow in itertools.islice(_blows(case, alone[1]), BLOWS):
        hit = command(job, home, blow=blow)
        case += f", {blow}"
        if hit.code == 0:  # it ended before the blow fell
            break
        if hit.code not in STOPPED:
            count.add(case, hit.brief)
            return
        hits.append(hit)
    done = command(job, home)
    if done.code:
        count.add(case, f"the same command again: {done.brief}", cases=max(1, len(hits)))
        return
    wrong, left = differences(alone[0].path / "out", home.path / "out"), litter(home)
    told = "; ".join([*(f"differs: {name}" for name in wrong), *(f"left: {p}" for p in left)])
    count.add(case, told, believed=bool(wrong), cases=max(1, len(hits)))


def _blows(case: str, alone: Ended) -> Iterator[Blow]:
    """Before a change to the disk, or anywhere; by the kill that nobody notices, or by others."""
    rng = random.Random(case)
    while True:
        number = rng.choices((signal.SIGKILL, signal.SIGTERM, signal.SIGINT), (4, 1, 1))[0]
        if rng.random() < 0.5:
            yield Blow(nth=rng.randint(1, max(1, alone.changes)), signal=number)
        else:
            yield Blow(at=rng.uniform(0.01, alone.cpu_s), signal=number)
