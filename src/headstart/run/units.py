"""Amounts as people write them."""

import re

from headstart.errors import UsageError
from headstart.hostile import printable

_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kMG]?)B?")
_COUNTS = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9}


def seconds(text: str | float | int) -> float:
    """A duration.

    >>> seconds("10m"), seconds("1.5h"), seconds("90"), seconds(5)
    (600.0, 5400.0, 90.0, 5.0)
    """
    return _amount(text, _SECONDS, "10m")


def count(text: str | float | int) -> float:
    """A number of things.

    >>> count("5M"), count("20k"), count(300)
    (5000000.0, 20000.0, 300.0)
    """
    return _amount(text, _COUNTS, "5M")


def _amount(text: str | float | int, units: dict[str, float], like: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", str(text).strip().casefold())
    if found is None or found[2] not in units or not float(found[1]) > 0:
        raise UsageError("U123", f"{printable(text)!r} is not an amount", f"write it as {like}")
    return float(found[1]) * units[found[2]]


def part_of(text: str) -> tuple[int, int]:
    """A part and how many there are, counted from 1. Raises `UsageError`.

    >>> part_of("1/4"), part_of("4/4")
    ((1, 4), (4, 4))
    """
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text.strip())
    part, parts = map(int, found.groups()) if found else (0, 0)
    if not 1 <= part <= parts:
        raise UsageError(
            "U198",
            f"{printable(text)!r} is no part: parts are counted from 1, the last of 4 is 4/4",
            "--part 1/4",
        )
    return part, parts


def bytes_in(text: str) -> int:
    """Bytes of "500MB", "1.5GB" or a plain number. Raises `UsageError`.

    >>> bytes_in("500MB"), bytes_in("1.5 GB"), bytes_in("3k")
    (500000000, 1500000000, 3000)
    """
    if not (found := _SIZE.fullmatch(text.strip())):
        raise UsageError("U183", f"this is not a size: {printable(text)}", "--fetch 500MB")
    return int(float(found[1]) * {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}[found[2]])
