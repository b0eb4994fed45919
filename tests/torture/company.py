"""Two to eight processes on one cache, several at one run folder, predictions while it is made."""

import os
import random
import shutil
from collections.abc import Sequence
from itertools import count as numbers
from pathlib import Path

from torture.forked import Begun, Home, begun, command, ended, working
from torture.reference import OUT, Alone, References, judge
from torture.scarce import questions
from torture.stand import Stand
from torture.tally import Count

JOBS = ("probe", "text probe", "unfreeze", "sound probe")
WAITS_S = 600.0


def campaign(stand: Stand, room: Path, count: Count) -> None:
    """Rounds over the three kinds of company."""
    references = References(stand)
    for number in numbers():
        for case in (_one_cache, _one_run, _while_it_is_made):
            if count.over:
                return
            place = room / f"{number}-{case.__name__.strip('_')}"
            alone = references.of(JOBS[number % len(JOBS)])
            case(alone, place, count, random.Random(f"{number} {case.__name__}"))
            shutil.rmtree(place)


def _one_cache(alone: Alone, place: Path, count: Count, rng: random.Random) -> None:
    """Each with a run folder of its own; the cache is new to all."""
    many = rng.randint(2, 8)
    homes = [Home(place / str(n), shared=place / "cache") for n in range(many)]
    runs = [begun(working(alone.job), home) for home in homes]
    for home, run in zip(homes, runs, strict=True):
        done = ended(run, limit_s=WAITS_S)
        judge(f"{alone.name}, one of {many} on one cache", done, home, alone, count)


def _one_run(alone: Alone, place: Path, count: Count, rng: random.Random) -> None:
    """One works; the others wait or say who does."""
    many, home = rng.randint(2, 4), Home(place)
    runs = [begun(working(alone.job), home) for _ in range(many)]
    done = [ended(run, limit_s=WAITS_S) for run in runs]
    odd = [one for one in done if one.code and not (one.code in (2, 4) and "error[" in one.err)]
    case = f"{alone.name}, {many} at one run folder"
    if odd or all(one.code for one in done):
        count.add(case, (odd or done)[0].brief, cases=many)
    else:
        judge(case, command(alone.job, home), home, alone, count, many)


def _while_it_is_made(alone: Alone, place: Path, count: Count, rng: random.Random) -> None:
    """A damaged run is made again while others ask its model: right answers, or a clear no."""
    home = Home(place)
    home.path.mkdir(parents=True)
    shutil.copytree(alone.home.path / OUT, home.path / OUT)
    asked = ("predict", OUT, *questions(alone), "--json")
    right = command(asked, home).out
    broken = home.path / OUT / rng.choice(("metrics.json", "model/head.safetensors"))
    if broken.name == "metrics.json":
        broken.unlink()
    else:
        os.truncate(broken, broken.stat().st_size // 2)
    making = begun(working(alone.job), home)
    _ask(asked, right, home, making, f"{alone.name}, predict while it is made again", count)
    case = f"{alone.name}, made again without {broken.name}, asked meanwhile"
    judge(case, ended(making, limit_s=WAITS_S), home, alone, count)


def _ask(
    asked: Sequence[str], right: str, home: Home, making: Begun, case: str, count: Count
) -> None:
    for _ in range(4):
        answer = command(asked, home)
        if answer.code == 0:
            other = answer.out != right
            count.add(case, "other answers" if other else "", believed=other)
        else:
            clear = answer.code in (2, 3, 4, 5) and "error[" in answer.out + answer.err
            count.add(case, "" if clear else answer.brief)
