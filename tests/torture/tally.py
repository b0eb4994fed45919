"""What a campaign counts, and where it says so.

A campaign calls `stop_at` once and stops taking new cases at that moment, in an order that a seed
fixes, so that a longer run tries a superset. It ends by calling `report`. A file of tests is run
with its own part of the time as TORTURE_MINUTES, so that its shares are of that part.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

MINUTES = "TORTURE_MINUTES"
FILE = "TORTURE_TALLY"


T = TypeVar("T")


@dataclass(frozen=True)
class Tally:
    """One part of the campaign. A case survives where the right outcome came out."""

    part: str
    tried: int
    survived: int
    believed: int
    """Cases in which a wrong result was taken for right."""


def stop_at(share: float) -> float:
    """When, by `time.monotonic`, a part has used its share (0 to 1) of the time."""
    return time.monotonic() + share * 60 * float(os.environ.get(MINUTES, "60"))


def in_time(cases: Iterable[T], share: float) -> Iterator[T]:
    """`cases` in their order, until their share of the time is up; the first in any case."""
    until = stop_at(share)
    for number, case in enumerate(cases):
        if number and time.monotonic() > until:
            return
        yield case


def report(tally: Tally) -> None:
    """Print the line of a part, and leave it for the runner where one is listening."""
    print(
        f"{tally.part}: {tally.tried} tried, {tally.survived} survived, {tally.believed} believed",
        flush=True,
    )
    if FILE in os.environ:
        with Path(os.environ[FILE]).open("a") as file:
            file.write(json.dumps(asdict(tally)) + "\n")


class Count:
    """The running count of a part; every case that went wrong is told at once."""

    def __init__(self, part: str, until: float) -> None:
        self.part, self.until = part, until
        self.tried = self.survived = self.believed = 0

    @property
    def over(self) -> bool:
        """Whether the part's time is up."""
        return time.monotonic() > self.until

    def add(self, case: str, wrong: str = "", *, believed: bool = False, cases: int = 1) -> None:
        """`wrong` says what went wrong; empty where the right outcome came out."""
        self.tried += cases
        self.survived += 0 if wrong else cases
        self.believed += 1 if believed else 0
        if wrong:
            word = "BELIEVED" if believed else "not survived"
            print(f"  {self.part}: {word}: {case}: {wrong}", flush=True)

    def tally(self) -> Tally:
        return Tally(self.part, self.tried, self.survived, self.believed)
