"""Memory and time of listing, audit and division of many made-up examples.

`python -m benchmarks.many_examples 100000 1000000`. Nothing is read: names, labels, digests and
hashes are drawn. Each count runs in a process of its own, since what is asked is its peak.
"""

import hashlib
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.measuring import figure

CLASSES, ALIKE = 10, 100
"""One example in so many is a near duplicate of another, and one an exact one."""


def main() -> None:
    for count in sys.argv[1:] if sys.argv[0].endswith("many_examples.py") else ("100000",):
        subprocess.run([sys.executable, "-m", "benchmarks.many_examples", "in", count], check=True)


def measured(count: int) -> None:
    """Print what each step takes."""
    from headstart.data import Examples, Found
    from headstart.data.audit import audit
    from headstart.data.near_duplicates import near_pairs
    from headstart.data.splitting import divide
    from headstart.data.truth import ClassTruth
    from headstart.modality import Look

    steps = _Steps(count)
    root = Path("/made/up")
    folders = [root / f"class{number}" for number in range(CLASSES)]
    sources = tuple(folders[row % CLASSES] / f"picture-{row:08d}.jpg" for row in range(count))
    truth = ClassTruth(
        tuple(folder.name for folder in folders), tuple(row % CLASSES for row in range(count))
    )
    found = Found(Examples(sources, truth, root=root), (), "class folders")
    steps.told("examples")
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
            peak_mb=round(peak / 2**20),
        )
        self.began, self.before = time.process_time(), held


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    if sys.argv[1:2] == ["in"]:
        measured(int(sys.argv[2]))
    else:
        main()
