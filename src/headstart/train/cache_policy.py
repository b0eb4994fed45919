"""Decides whether rows at a cut are stored on disk or recomputed, by measured costs."""

import math
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from headstart.backbone import Backbone
from headstart.features import milliseconds, most_bytes, noise

SHARE = 0.5
"""The share of the free disk that rows may take."""
SMALL = 256_000_000
"""Bytes below which rows are always stored: they stay in the page cache."""
_TRIED = 32_000_000


@dataclass(frozen=True)
class Keeping:
    """A decision on how rows at a cut are obtained, and its reason."""

    anew: bool = False
    """Whether the frozen prefix runs in every epoch."""
    half: bool = False
    """Whether rows are kept in half precision."""
    why: str = ""


KEPT = Keeping()
"""Stored in single precision: the decision for few rows."""


def keeping_of(backbone: Backbone, at: int, rows: int, passes: float, cache: Path) -> Keeping:
    """Decide for `rows` rows that are each read `passes` times.

    In single precision where that fits into half of the free disk and the cache's limit, else in
    half precision where that does, else anew; and anew too where reading takes longer.
    """
    if at in (0, backbone.depth):
        return KEPT
    prefix = backbone.stages[:at]
    with torch.inference_mode():
        shape = prefix(noise(backbone.modality)).shape[1:]
    size = rows * math.prod(shape) * 4
    if size <= SMALL:
        return KEPT
    cache.mkdir(parents=True, exist_ok=True)
    room = min(SHARE * shutil.disk_usage(cache).free, most_bytes())
    each = milliseconds(prefix, backbone.modality) / 1000
    return decided(float(size), float(room), rows * each, passes, _bytes_a_second(cache))


def decided(size: float, room: float, once: float, passes: float, speed: float) -> Keeping:
    """`size` bytes in single precision, `room` for them, and `once` seconds for one pass.

    `speed` is the disk's in bytes a second.

    >>> decided(4e9, 10e9, 600.0, 40.0, 200e6).half, decided(15e9, 10e9, 600.0, 40.0, 200e6).half
    (False, True)
    """
    half = size > room
    held = size / 2 if half else size
    reading = once + (1 + passes) * held / speed
    told = f"{held / 1e9:.1f} GB, {reading:,.0f} s to make and read them {passes:.0f} times"
    other = f"{passes * once:,.0f} s anew each time"
    if held > room:
        return Keeping(anew=True, why=f"{told.split(',')[0]} do not fit into {room / 1e9:.1f} GB")
    if reading > passes * once:
        return Keeping(anew=True, why=f"{told}; {other}")
    precision = "half" if half else "single"
    return Keeping(half=half, why=f"{told} in {precision} precision; {other}")


def _bytes_a_second(folder: Path) -> float:
    """Write speed of the disk in bytes a second; reading is seldom slower."""
    with tempfile.TemporaryFile(dir=folder) as file:
        data, began = bytes(_TRIED), time.monotonic()
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        return _TRIED / max(1e-6, time.monotonic() - began)
