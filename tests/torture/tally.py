"""What a campaign counts, and where it says so.

A campaign calls `stop_at` once and stops taking new cases at that moment, in an order that a seed
fixes, so that a longer run tries a superset. It ends by calling `report`.
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

MINUTES = "TORTURE_MINUTES"
FILE = "TORTURE_TALLY"


@dataclass(frozen=True)
class Tally:
    """One part of the campaign. A case survives where the right outcome came out."""

    part: str
    tried: int
    survived: int
    believed: int
    """Cases in which a wrong result was taken for right."""


def stop_at(share: float) -> float:
    """The moment of `time.monotonic` at which a part has used its share, from 0 to 1, of the time."""
    return time.monotonic() + share * 60 * float(os.environ.get(MINUTES, "60"))


def report(tally: Tally) -> None:
    """Print the line of a part, and leave it for the runner where one is listening."""
    print(
        f"{tally.part}: {tally.tried} tried, {tally.survived} survived, {tally.believed} believed",
        flush=True,
    )
    if FILE in os.environ:
        with Path(os.environ[FILE]).open("a") as file:
            file.write(json.dumps(asdict(tally)) + "\n")
