"""What must not matter: threads, locale, time zone, folders, order of files, hash seeds, umask."""

import json
import locale
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count as numbers
from pathlib import Path

from torture.forked import Ended, Home, Prepare, command
from torture.reference import OUT, Alone, References, judge
from torture.stand import Stand
from torture.tally import Count

JOBS = ("probe", "text probe", "unfreeze", "sound probe", "pretrain", "auto")
WAITS_S = 600.0


def campaign(stand: Stand, room: Path, count: Count) -> None:
    """Rounds over all that must not matter, each round with another job."""
    references = References(stand)
    cases: tuple[tuple[str, Callable[..., None]], ...] = (
        *((f"locale {name}", _prepared(_locale(name))) for name in ("C", "tr_TR.UTF-8")),
        *((f"time zone {name}", _prepared(_zone(name))) for name in ("Asia/Kathmandu", "UTC+12")),
        ("files in another order", _prepared(_disorder)),
        ("umask 077", _prepared(_private)),
        ("two threads", _threads),
        ("other folders", _elsewhere),
        ("another hash seed", _new_process),
        ("a cache that is warm", _warm),
    )
    for number in numbers():
        for place, (name, case) in enumerate(cases):
            if count.over:
                return
            home = Home(room / f"{number}-{place}")
            alone = references.of(JOBS[(number + place) % len(JOBS)])
            case(f"{alone.name}, {name}", alone, home, count, number)
            shutil.rmtree(home.path)


def _prepared(prepare: Prepare) -> Callable[..., None]:
    def case(name: str, alone: Alone, home: Home, count: Count, number: int) -> None:
        judge(name, command(alone.job, home, prepare=prepare), home, alone, count)

    return case


def _locale(name: str) -> Prepare:
    def prepare() -> None:
        os.environ["LC_ALL"] = os.environ["LANG"] = name
        try:
            locale.setlocale(locale.LC_ALL, name)
        except locale.Error:  # not installed here: libraries still read the variables
            return

    return prepare


def _zone(name: str) -> Prepare:
    def prepare() -> None:
        os.environ["TZ"] = name
        time.tzset()

    return prepare


def _private() -> None:
    os.umask(0o077)


def _disorder() -> None:
    """Folders give their files in an order that no file system has."""
    rng, listed, scanned = random.Random(0), os.listdir, os.scandir

    class Scanned:
        def __init__(self, entries: list[os.DirEntry[str]]) -> None:
            self.entries = iter(entries)

        def __iter__(self) -> "Scanned":
            return self

        def __next__(self) -> "os.DirEntry[str]":
            return next(self.entries)

        def __enter__(self) -> "Scanned":
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def close(self) -> None:
            self.entries = iter(())

    def shuffled(entries: list) -> list:
        rng.shuffle(entries)
        return entries

    os.listdir = lambda path=".": shuffled(listed(path))
    os.scandir = lambda path=".": Scanned(shuffled(list(scanned(path))))


def _threads(name: str, alone: Alone, home: Home, count: Count, number: int) -> None:
    """The same decisions; bytes may differ in their last bits."""

    def prepare() -> None:
        import torch

        torch.set_num_threads(2)

    done = command(alone.job, home, prepare=prepare)
    if done.code:
        count.add(name, done.brief)
        return
    if alone.job[0] == "pretrain":
        count.add(name)
        return
    found, right = (_decisions(p / OUT) for p in (home.path, alone.home.path))
    other = [key for key in right if right[key] != found[key]]
    count.add(name, f"other decisions: {', '.join(other)}" if other else "", believed=bool(other))


def _decisions(run: Path) -> dict[str, object]:
    from pyarrow import parquet

    record = json.loads((run / "metrics.json").read_bytes())
    rows = parquet.read_table(run / "predictions.parquet").to_pylist()
    return {
        "verdict": (record["verdict"]["word"], record["verdict"]["against"]),
        "arms": [arm["name"] for arm in record["arms"]],
        "division": record["n"],
        "answers": [(row["name"], row.get("predicted")) for row in rows],
    }


def _elsewhere(name: str, alone: Alone, home: Home, count: Count, number: int) -> None:
    """Data and networks in a folder with another name, asked for from where they lie."""
    place = home.path / "Ünder a spaced ‘folder’"
    place.mkdir(parents=True)
    job = list(alone.job)
    for at, word in enumerate(job):
        if word.startswith("/"):
            source = Path(word)
            copy = shutil.copytree if source.is_dir() else shutil.copyfile
            copy(source, place / source.name)
            job[at] = str((place / source.name).relative_to(home.path))
    judge(name, command(job, home), home, alone, count)


def _warm(name: str, alone: Alone, home: Home, count: Count, number: int) -> None:
    shutil.copytree(alone.home.cache, home.cache)
    judge(name, command(alone.job, home), home, alone, count)


def _new_process(name: str, alone: Alone, home: Home, count: Count, number: int) -> None:
    """A start of its own: the seed of hashes is drawn once a process."""
    home.path.mkdir(parents=True)
    seed = str(random.Random(number).randint(1, 2**32 - 1))
    environment = {**os.environ, **home.environment(), "PYTHONHASHSEED": seed}
    try:
        run = subprocess.run(
            [sys.executable, "-m", "headstart", *alone.job],
            cwd=home.path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=WAITS_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        count.add(name, "it hangs")
        return
    judge(name, Ended(run.returncode, run.stdout, run.stderr, 0, 0), home, alone, count)
