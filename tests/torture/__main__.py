"""`python -m tests.torture [PART...]`: try to break the program for TORTURE_MINUTES, and count."""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "modality")]  # as pytest has it

from torture import (  # noqa: E402
    company,
    damaged_files,
    forked,
    full,
    kills,
    readings,
    sameness,
    scarce,
    strange_places,
)
from torture.stand import Stand, stand  # noqa: E402
from torture.tally import Count, Tally, report, stop_at  # noqa: E402

Campaign = Callable[[Stand, Path, Count], None]
PARTS: dict[str, tuple[float, Campaign]] = {
    "kills": (0.25, kills.campaign),
    "full disks": (0.12, full.campaign),
    "scarcity": (0.10, scarce.campaign),
    "damage": (0.20, damaged_files.campaign),
    "company": (0.08, company.campaign),
    "sameness": (0.08, sameness.campaign),
    "tables": (0.06, strange_places.tables),
    "archives": (0.06, strange_places.boxes),
    "annotations": (0.06, strange_places.annotations),
    "names": (0.05, strange_places.names),
    "pictures": (0.07, readings.pictures),
    "recordings": (0.07, readings.recordings),
}
"""Each part's share of the time, and what it does. What a part leaves goes to those after it."""


def main(asked: list[str]) -> int:
    """Run the parts asked for, or all."""
    resource.setrlimit(resource.RLIMIT_AS, (forked.MOST_BYTES, forked.MOST_BYTES))
    until = stop_at(1.0)
    parts = {name: PARTS[name] for name in asked or PARTS}
    forked.warm()
    root = Path(tempfile.mkdtemp(prefix="torture-"))
    try:
        common = stand(root / "stand")
        done: list[Tally] = []
        for number, (name, (share, campaign)) in enumerate(parts.items()):
            waiting = sum(later for later, _ in list(parts.values())[number:])
            now = time.monotonic()
            count = Count(name, now + (until - now) * share / waiting)
            campaign(common, root / name.replace(" ", "-"), count)
            done.append(count.tally())
            report(done[-1])
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return total(done)


def total(done: Sequence[Tally]) -> int:
    """Print the last line, and answer the exit code."""
    tried, survived, believed = (
        sum(getattr(tally, field) for tally in done) for field in ("tried", "survived", "believed")
    )
    print(f"torture: {tried} tried, {survived} survived, {believed} believed")
    return int(believed > 0 or survived < tried)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
