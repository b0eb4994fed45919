"""The cache stays below a size: what was not used for longest is thrown away."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headstart.errors import UsageError
from headstart.features.index import is_table
from headstart.hostile import printable

_KEPT_S = 24 * 3600.0
"""Unpacked archives, vocabularies and the demo's pictures used since may be in use now."""
_HEX = "[0-9a-f]"
_KINDS = (
    ("tables", _HEX * 24),
    ("unpacked", _HEX * 64),
    ("vocabularies", _HEX * 24),
    ("demo", "digits.zip"),
    ("engines", _HEX * 24),
)
"""Folders of the cache, and how what lies in them is called."""


@dataclass(frozen=True, order=True)
class Entry:
    """One thing in the cache."""

    used: float
    size: int
    path: Path
    kind: str
    """The folder it lies in."""


def trim(root: Path) -> None:
    """Throw away what was not used for longest, until the rest fits HEADSTART_CACHE_GB (20).

    Tables, unpacked archives, vocabularies and the demo's pictures all count.
    """
    most, found = most_bytes(), sorted(entries(root))
    held = sum(entry.size for entry in found)
    for entry in found:
        if held <= most:
            return
        if entry.kind == "tables" or entry.used < time.time() - _KEPT_S:
            held -= entry.size
            remove(entry.path)


def most_bytes() -> float:
    """What the cache may take: HEADSTART_CACHE_GB. Raises `UsageError`."""
    given = os.environ.get("HEADSTART_CACHE_GB", "20")
    with contextlib.suppress(ValueError):
        if float(given) >= 0:
            return float(given) * 1e9
    raise UsageError(
        "U141",
        f"HEADSTART_CACHE_GB is not a size in gigabytes: {printable(given)}",
        "HEADSTART_CACHE_GB=20",
    )


def entries(root: Path) -> Iterator[Entry]:
    """What headstart made in the cache and can make again; nothing else that lies there."""
    for kind, names in _KINDS:
        for path in (root / kind).glob(names):
            with contextlib.suppress(OSError):
                files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
                table = kind == "tables"
                if path.is_symlink() or not files or (table and not is_table(path, path.iterdir())):
                    continue
                size = sum(file.stat().st_size for file in files)
                yield Entry(path.stat().st_mtime, size, path, kind)


def remove(path: Path) -> None:
    """Take a file or a folder away, as far as that is allowed."""
    with contextlib.suppress(OSError):
        path.unlink() if path.is_file() else shutil.rmtree(path)
