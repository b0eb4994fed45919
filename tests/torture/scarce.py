"""Little memory, few open files, folders to read only, a vanishing cache, a jumping clock."""

import os
import random
import resource
import shutil
import time
from collections.abc import Callable
from itertools import count as numbers
from pathlib import Path

from torture.forked import Blow, Ended, Home, command
from torture.reference import OUT, Alone, References, judge
from torture.stand import Stand
from torture.tally import Count

JOBS = ("probe", "text probe", "unfreeze", "pretrain", "sound probe")
MEGABYTES = (4, 16, 32, 64, 96, 128, 192, 256, 384, 512)
FILES = (12, 16, 10, 24)
NOBODY = 65534
Case = Callable[[Alone, Home, Count, random.Random], None]


def campaign(stand: Stand, room: Path, count: Count) -> None:
    """Rounds over kinds of scarcity; each round takes another job, and each kind its next step."""
    references = References(stand)
    cases = (_memory, _files, _vanishing, _clock, _locked_cache, _locked_run, _locked_model)
    for number in numbers():
        for place, case in enumerate(cases):
            if count.over:
                return
            home = Home(room / f"{number}-{case.__name__.strip('_')}")
            alone = references.of(JOBS[(number + place) % len(JOBS)])
            case(alone, home, count, random.Random(f"{number} {case.__name__}"))
            shutil.rmtree(home.path)


def _scarce(case: str, alone: Alone, home: Home, count: Count, first: Ended) -> None:
    """It ended rightly, or said with exit code 4 what there was too little of; and then rightly."""
    case = f"{alone.name}, {case}"
    if first.code == 0:
        judge(case, first, home, alone, count)
    elif first.code != 4 or "error[R3" not in first.err:
        count.add(case, first.brief)
    else:
        judge(f"{case}, then with enough", command(alone.job, home), home, alone, count)


def _memory(alone: Alone, home: Home, count: Count, rng: random.Random) -> None:
    more = rng.choice(MEGABYTES)

    def limit() -> None:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (more << 20),) * 2)

    first = command(alone.job, home, prepare=limit)
    _scarce(f"{more} MB more than it has", alone, home, count, first)


def _files(alone: Alone, home: Home, count: Count, rng: random.Random) -> None:
    most = rng.choice(FILES)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    first = command(alone.job, home, prepare=limit)
    _scarce(f"{most} open files", alone, home, count, first)


def _vanishing(alone: Alone, home: Home, count: Count, rng: random.Random) -> None:
    nth = rng.randint(1, alone.ended.changes)
    blow = Blow(nth=nth, does=lambda: shutil.rmtree(home.cache, ignore_errors=True))
    first = command(alone.job, home, blow=blow)
    _scarce(f"the cache is deleted before change {nth}", alone, home, count, first)


def _clock(alone: Alone, home: Home, count: Count, rng: random.Random) -> None:
    jumps = [rng.choice((-3e7, -4000.0, 0.0, 4000.0, 3e7, 2e9)) for _ in range(1000)]

    def wind() -> None:
        right, called = time.time, numbers()
        time.time = lambda: max(0.0, right() + jumps[next(called) % 1000])

    judge(
        f"{alone.name}, jumping clock", command(alone.job, home, prepare=wind), home, alone, count
    )


def _become_nobody() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def _locked(place: Path) -> None:
    for path in (place, *place.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def _opened(home: Home) -> None:
    """Anybody may write here, and come here."""
    home.path.mkdir(parents=True, exist_ok=True)
    home.temp.mkdir(exist_ok=True)
    for place in (home.path, home.temp, *home.path.parents[:3]):
        if place != Path("/tmp"):
            place.chmod(0o777)


def _locked_cache(alone: Alone, home: Home, count: Count, rng: random.Random) -> None:
    """Full or empty, it can be read and not written."""
    _opened(home)
    full = rng.random() < 0.5
    if full:
        shutil.copytree(alone.home.cache, home.cache)
    home.cache.mkdir(exist_ok=True)
    _locked(home.cache)
    first = command(alone.job, home, prepare=_become_nobody)
    for path in (home.cache, *home.cache.rglob("*")):
        path.chmod(0o777)
    _scarce(f"a{' full' if full else 'n empty'} cache to read only", alone, home, count, first)


def _locked_run(alone: Alone, home: Home, count: Count, rng: random.Random) -> None:
    """The folder for the run, or the one above it."""
    _opened(home)
    inside = rng.random() < 0.5 and alone.job[0] == "train"
    place = home.path / OUT if inside else (home.path / OUT).parent
    place.mkdir(parents=True)
    _locked(place)
    first = command(alone.job, home, prepare=_become_nobody)
    place.chmod(0o777)
    if first.code == 0:
        count.add(alone.name, "it wrote where it may not, or says that it did", believed=True)
        return
    _scarce(f"{place.name} to read only", alone, home, count, first)


def _locked_model(alone: Alone, home: Home, count: Count, rng: random.Random) -> None:
    """A model that everybody may read answers everybody."""
    if alone.job[0] != "train":
        return
    _opened(home)
    home.cache.mkdir()
    shutil.copytree(alone.home.path / OUT, home.path / OUT)
    _locked(home.path)
    home.path.chmod(0o777)
    home.temp.chmod(0o777)
    (home.path / OUT).parent.chmod(0o755)
    asked = (*questions(alone), "--json")
    found = command(("predict", OUT, *asked), home, prepare=_become_nobody)
    right = command(("predict", str(alone.home.path / OUT), *asked), Home(home.path / "other"))
    for path in home.path.rglob("*"):
        path.chmod(0o777)
    other = found.code == 0 and found.out != right.out
    wrong = found.brief if found.code else "other answers" if other else ""
    count.add(f"{alone.name}, predict from a folder to read only", wrong, believed=other)


def questions(alone: Alone) -> tuple[str, ...]:
    """What the model of a job can be asked."""
    place = Path(alone.job[1])
    if place.suffix == ".csv":
        return ("--text", "a very good film", "--text", "the dog sleeps")
    return tuple(str(p) for p in sorted(place.rglob("*.*"))[:30:7])
