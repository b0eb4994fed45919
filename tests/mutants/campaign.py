"""All rows of a table, one line each, and what came of them in one line."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mutation import read_table
from trial import judged, preload

NEEDED = 0.95
"""Share of mutations that the tests must notice."""


def tried(
    root: Path,
    table: Path,
    wanted: Sequence[str] = (),
    *,
    limit_s: float = 180,
) -> int:
    """Exit status: 0 where enough were killed. `wanted`: words, of which a row's name holds one."""
    began, rows = time.monotonic(), read_table(table)
    rows = tuple(
        row for row in rows if not wanted or any(w in f"{row.file} {row.name}" for w in wanted)
    )
    preload(root, {row.file for row in rows})
    killed = 0
    with tempfile.TemporaryDirectory(prefix="mutants") as scratch:
        for found in judged(root, rows, Path(scratch), limit_s=limit_s):
            killed += found.killed
            print(f"{found.word:15s} {found.seconds:6.1f} s  {found.name}", flush=True)
            if found.word in ("fails unchanged", "breaks") and found.output:
                print(found.output[-2000:], flush=True)
    print(f"in {(time.monotonic() - began) / 60:.1f} minutes")
    print(f"mutants: {killed} of {len(rows)} killed", flush=True)
    return int(killed < NEEDED * len(rows) or not rows)
