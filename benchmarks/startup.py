"""Seconds until help is there, and until the package is imported: the median of nine.

`python -m benchmarks startup`: help 0.150 s (best 0.144), import 0.038 s (0.034), of which an empty
Python takes 0.016. Two cores of a shared Xeon at 2.5 GHz, no GPU, 2026-11-21.
"""

import statistics
import tempfile
from pathlib import Path

from benchmarks.measuring import command, figure

_IMPORT = "import headstart, sys; assert 'torch' not in sys.modules"


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        tries = {
            "headstart --help": ("--help",),
            "python -c pass": ("python", "-c", "pass"),
            "import headstart": ("python", "-c", _IMPORT),
        }
        for name, words in tries.items():
            walls = sorted(command(*words, cache=Path(cache)).wall for _ in range(9))
            figure(name, median_s=round(statistics.median(walls), 3), best_s=round(walls[0], 3))
