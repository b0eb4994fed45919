"""Memory and time of listing, audit and division of many made-up examples.

`python -m benchmarks.many_examples 100000 1000000`; with `list` in front only as far as a part of
`headstart features` goes before it reads a file. Nothing is read: files are made up and listed as
those of a folder are, digests and hashes are drawn. Each count runs in a process of its own, since
what is asked is its peak. Listing comes before PyTorch is imported, as it does in a run.
"""

import hashlib
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.made_up_folder import made_up
from benchmarks.measuring import figure

if TYPE_CHECKING:
    from headstart.data import Found

CLASSES, ALIKE = 10, 100
"""One example in so many is a near duplicate of another, and one an exact one."""


def main() -> None:
    if not sys.argv[0].endswith("many_examples.py"):
        sys.argv[1:] = ["100000"]
    how = [word for word in sys.argv[1:] if word == "list"]
    for count in sys.argv[1 + len(how) :]:
        own = [sys.executable, "-m", "benchmarks.many_examples", "in", count, *how]
        subprocess.run(own, check=True)


def measured(count: int, *, lists: bool) -> None:
    """Print what each step takes."""
    found, steps = _listed(count)
    if not lists:
        _divided(found, steps)


def _listed(count: int) -> "tuple[Found, _Steps]":
    from headstart.data.column_settings import GUESS
    from headstart.run.inputs import found_at

    steps = _Steps(count)
    steps.told("at the start")
    with TemporaryDirectory() as folder, made_up(Path(folder), count, CLASSES):
        found = found_at(folder, GUESS, Path(folder))
    steps.told("listing")
    from headstart.run.feature_parts import cut

    steps.told("PyTorch and all of headstart")
    for unit in cut(count):
        found.examples.take(unit)
    steps.told("units of work")
    return found, steps


def _divided(found: "Found", steps: "_Steps") -> None:
    from headstart.data.audit import audit
    from headstart.data.near_duplicates import near_pairs
    from headstart.data.splitting import divide
    from headstart.modality import Look

    count = len(found.examples)
    hashes = _hashes(count)
    steps.told("hashes")
    names = [hashlib.sha256(str(row - row % ALIKE // 99).encode()).hexdigest()
             for row in range(count)]  # fmt: skip
    facts = (("width", 500.0), ("height", 375.0))
    looks = tuple(
        Look(name, name, tuple(near), facts)
        for name, near in zip(names, hashes.tolist(), strict=True)
    )
    del names
    steps.told("looks")
    list(near_pairs(hashes))
    steps.told("near duplicates alone")
    checked = audit(found, looks)
    steps.told("audit")
    contents = [look.content for look in looks]
    divide(found.examples, test=0.2, seed=0, together=checked.together, rows=checked.usable,
           contents=contents)  # fmt: skip
    steps.told("division")


def _hashes(count: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, 2**64, (count, 4), dtype=np.uint64)
    few = np.arange(0, count - 1, ALIKE)
    drawn[few + 1] = drawn[few] ^ np.uint64(0x0101_0101_0101_0101)  # 8 bits of each word
    return drawn


class _Steps:
    """The clock and the memory, step by step."""

    def __init__(self, count: int) -> None:
        self.count, self.began, self.before = count, time.process_time(), _resident()

    def told(self, step: str) -> None:
        now, held = time.process_time(), _resident()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        figure(
            f"{step}, {self.count:,} examples",
            cpu_s=round(now - self.began, 2),
            bytes_each=round((held - self.before) / self.count),
            held_mb=round(held / 2**20),
            peak_mb=round(peak / 2**20),
        )
        self.began, self.before = time.process_time(), held


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    if sys.argv[1:2] == ["in"]:
        measured(int(sys.argv[2]), lists="list" in sys.argv)
    else:
        main()
