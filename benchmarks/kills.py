"""Kill a training run twenty times at random moments; what it ends with equals a run left alone.

`python -m benchmarks kills`: 20 kills, same bytes, no litter, 2026-11-21; twice.
"""

import filecmp
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import command, figure
from headstart.demo import digits

KILLS = 20


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "digits.zip").write_bytes(digits())
        asked = ("train", str(place / "digits.zip"), "--strategy", "unfreeze:2", "--offline")
        alone = place / "alone"
        spent = command(*asked, "--out", str(alone), cache=place / "cache-alone")
        killed, kills = place / "killed", _until_done(asked, place, spent.wall)
        same = [
            filecmp.cmp(alone / "model" / file, killed / "model" / file, shallow=False)
            for file in ("backbone.safetensors", "head.safetensors", "model.json")
        ]
        litter = [str(p.relative_to(place)) for p in place.rglob("*.tmp-*")]
        litter += [str(p.relative_to(killed)) for p in killed.glob(".work*")]
        figure("kills", kills=kills, byte_equal=all(same), litter=litter)


def _until_done(asked: tuple[str, ...], place: Path, wall: float) -> int:
    """Start again after every kill; past the last one, let it end.

    What is in the cache makes later starts shorter, so that each one that ends before its kill
    says how late the next may come.
    """
    rng, kills = random.Random(0), 0
    program = str(Path(sys.executable).parent / "headstart")
    env = {**os.environ, "HEADSTART_CACHE": str(place / "cache-killed")}
    while True:
        run = subprocess.Popen(
            [program, *asked, "--out", str(place / "killed")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=env,
            start_new_session=True,
        )
        began = time.perf_counter()
        try:
            left = None if kills == KILLS else rng.uniform(0.2, wall)
            if run.wait(timeout=left):
                raise SystemExit(f"ended with {run.returncode} after {kills} kills")
            if kills == KILLS:
                return kills
            wall = time.perf_counter() - began
            _forget(place / "killed")
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            kills += 1
            time.sleep(0.1)


def _forget(killed: Path) -> None:
    """It ended before all kills were spent: take away its end, so that there is more to kill."""
    (killed / "metrics.json").unlink()
