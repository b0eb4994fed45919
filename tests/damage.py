"""Harm as disks, copies and crashes do it to files; and what a step makes of it.

Seeded: the same number gives the same harm, and more mutants are a superset of fewer.
"""

import random
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from headstart.errors import HeadstartError

KINDS = ("bit", "bit", "bit", "byte", "cut", "zeros", "block", "empty", "longer", "swap", "gone")
"""Kinds of harm; a flipped bit is the one that nothing but a digest finds."""
HANGS_S = 120


class Hung(Exception):
    """A step took longer than any should."""


@dataclass
class Harvest:
    """What came of mutants."""

    tried: int = 0
    believed: list[str] = field(default_factory=list)
    """Wrong results without an error."""
    crashed: list[str] = field(default_factory=list)
    """Errors that are not of headstart: X100 on the command line."""
    hung: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Errors of headstart, which are an answer."""

    @property
    def right(self) -> bool:
        return not (self.believed or self.crashed or self.hung)

    def __str__(self) -> str:
        told = {"believed": self.believed, "X100": self.crashed, "hung": self.hung}
        counts = ", ".join(f"{len(some)} {name}" for name, some in told.items())
        which = [f"{name}: {one}" for name, some in told.items() for one in some[:5]]
        codes = [one.rsplit(" ", 1)[-1] for one in self.refused]
        named = ", ".join(f"{codes.count(code)} {code}" for code in sorted(set(codes)))
        return "; ".join([f"{self.tried} tried, {counts}, refused: {named or 'none'}", *which])


def harm(place: Path, number: int, among: Callable[[Path], bool] = lambda file: True) -> str:
    """Harm one file below a folder, and say which and how."""
    dice = random.Random(number)
    files = [file for file in sorted(place.rglob("*")) if file.is_file() and among(file)]
    file, other = dice.choice(files), dice.choice(files)
    kind, told = dice.choice(KINDS), file.relative_to(place)
    if kind == "gone":
        file.unlink()
    elif kind == "swap" and other != file:
        mine, theirs = file.read_bytes(), other.read_bytes()
        file.write_bytes(theirs)
        other.write_bytes(mine)
        return f"{number} {told} swapped with {other.relative_to(place)}"
    else:
        file.write_bytes(_harmed(file.read_bytes(), kind, dice))
    return f"{number} {told} {kind}"


def _harmed(sound: bytes, kind: str, dice: random.Random) -> bytes:
    raw, at = bytearray(sound), dice.randrange(max(1, len(sound)))
    some = slice(at, at + dice.choice([1, 8, 512, 4096]))
    match kind:
        case "cut":
            return bytes(raw[:at])
        case "empty":
            return b""
        case "longer":
            return bytes(raw) + dice.randbytes(8)
        case "zeros":
            raw[some] = bytes(len(raw[some]))
        case "block":
            raw[some] = dice.randbytes(len(raw[some]))
        case _ if raw:
            raw[at] = dice.randrange(256) if kind == "byte" else raw[at] ^ 1 << dice.randrange(8)
    return bytes(raw)


def campaign(
    numbers: Iterable[int],
    sound: Path,
    place: Path,
    step: Callable[[], object],
    right: object,
    among: Callable[[Path], bool] = lambda file: True,
) -> Harvest:
    """Copy what is `sound` to `place`, harm it, take the step, and compare what comes out."""
    found = Harvest()
    for number in numbers:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(sound, place)
        told = harm(place, number, among)
        found.tried += 1
        try:
            with _limited():
                if step() != right:
                    found.believed.append(told)
        except Hung:
            found.hung.append(told)
        except HeadstartError as error:
            found.refused.append(f"{told} {error.code}")
        except Exception as error:
            found.crashed.append(f"{told} {type(error).__name__}: {error}"[:200])
    return found


@contextmanager
def _limited() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HANGS_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
