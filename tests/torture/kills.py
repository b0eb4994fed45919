"""Killed at random moments, every run ends with the bytes of one that was left alone."""

import itertools
import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from torture.forked import Blow, Ended, Home, command
from torture.reference import Alone, References, judge
from torture.stand import Stand, jobs
from torture.tally import Count

BLOWS = 3
"""Kills of one run, before it is left to end."""
STOPPED = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGTERM, 130}


def campaign(stand: Stand, room: Path, count: Count) -> None:
    """Rounds over all jobs, each run killed up to three times."""
    references = References(stand)
    rounds = ((number, name) for number in itertools.count() for name in jobs(stand))
    for number, name in rounds:
        if count.over:
            return
        home = Home(room / f"killed-{number}-{name.replace(' ', '-')}")
        _killed(f"{name}, round {number}", home, references.of(name), count)
        shutil.rmtree(home.path)


def _killed(case: str, home: Home, alone: Alone, count: Count) -> None:
    hits = 0
    for blow in itertools.islice(_blows(case, alone.ended), BLOWS):
        hit = command(alone.job, home, blow=blow)
        if hit.code == 0:  # it ended before the blow fell
            break
        case += f", {blow}"
        if hit.code not in STOPPED:
            count.add(case, hit.brief)
            return
        hits += 1
    judge(case, command(alone.job, home), home, alone, count, max(1, hits))


def _blows(case: str, alone: Ended) -> Iterator[Blow]:
    """Before a change to the disk, or anywhere; by the kill that nobody notices, or by others."""
    rng = random.Random(case)
    while True:
        number = rng.choices((signal.SIGKILL, signal.SIGTERM, signal.SIGINT), (4, 1, 1))[0]
        if rng.random() < 0.5:
            yield Blow(nth=rng.randint(1, max(1, alone.changes)), signal=number)
        else:
            yield Blow(at=rng.uniform(0.01, alone.cpu_s), signal=number)
