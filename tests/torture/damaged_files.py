"""The campaigns that are tests: `test_*.py` beside this file, marked `torture`.

Each file gets an equal part of the time as its TORTURE_MINUTES, and reports through `tally.report`.
A test that fails without a report counts as a case that was not survived.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from torture.stand import Stand
from torture.tally import FILE, MINUTES, Count, Tally

GRACE_S = 600.0
"""For the case that a campaign is in when its time is up."""


def campaign(stand: Stand, room: Path, count: Count) -> None:
    """One file after the other."""
    files = sorted(Path(__file__).parent.glob("test_*.py"))
    room.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files):
        left = max(6.0, count.until - time.monotonic()) / (len(files) - number)
        _run(file, left, room / f"tally-{number}", count)


def _run(file: Path, seconds: float, told: Path, count: Count) -> None:
    environment = {**os.environ, MINUTES: str(seconds / 60), FILE: str(told)}
    asked = [sys.executable, "-m", "pytest", "-q", "-m", "torture", "-p", "no:cacheprovider"]
    try:
        run = subprocess.run(
            [*asked, str(file)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds + GRACE_S,
            check=False,
        )
        code, out = run.returncode, run.stdout
    except subprocess.TimeoutExpired:
        code, out = 1, "it hangs"
    lines = told.read_text().splitlines() if told.exists() else []
    found = [Tally(**json.loads(line)) for line in lines]
    for one in found:
        count.tried += one.tried
        count.survived += one.survived
        count.believed += one.believed
        print(f"  {one.part}: {one.tried} tried, {one.survived} survived, {one.believed} believed")
    if code not in (0, 5) and all(one.survived == one.tried for one in found):
        count.add(file.name, "\n".join(out.splitlines()[-15:]))
