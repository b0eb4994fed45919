"""What every benchmark needs: where the real data lies, commands with their cost, and figures."""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SHARED = Path(os.environ.get("HEADSTART_BENCH_DATA", Path(__file__).parents[2] / "shared"))
FLOWERS = SHARED / "data" / "flowers5"
XRAYS = SHARED / "data" / "chest_xray"
WEIGHTS = SHARED / "weights" / "mobilenetv2_100.safetensors"
NET = ("--backbone", "mobilenetv2_100", "--weights", str(WEIGHTS))


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds on the wall, seconds of all cores, and its output."""

    wall: float
    cpu: float
    output: str


def command(*words: str, cache: Path, threads: int | None = None) -> Spent:
    """Run `headstart WORDS` (or, after "python", a module) with a cache of its own."""
    front = [sys.executable, *words[1:]] if words[0] == "python" else [_program(), *words]
    limits = {"OMP_NUM_THREADS": str(threads)} if threads else {}
    before, began = _children(), time.perf_counter()
    done = subprocess.run(
        front,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HEADSTART_CACHE": str(cache), **limits},
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}\n{done.stderr[-2000:]}")
    return Spent(time.perf_counter() - began, _children() - before, done.stdout)


def figure(name: str, **values: object) -> None:
    """Print one measured figure."""
    print(json.dumps({"figure": name, **values}), flush=True)


def here(*places: Path) -> bool:
    """Whether the real data is on this machine; says so where it is not."""
    missing = [str(place) for place in places if not place.exists()]
    if missing:
        print(f"skipped: no {missing[0]} here (set HEADSTART_BENCH_DATA)")
    return not missing


def _program() -> str:
    return str(Path(sys.executable).parent / "headstart")


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
