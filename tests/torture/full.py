"""Disks that fill up at fifteen points: which disk is said, and with room all comes out right.

The disks are small file systems in memory, mounted where only a fork of this process sees them.
"""

import ctypes
import itertools
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from torture.forked import Home, command, forked
from torture.reference import OUT, Alone, References, judge
from torture.ruins import judged
from torture.stand import Stand
from torture.tally import Count, Tally

POINTS = 15
JOBS = ("probe", "text probe", "pretrain", "unfreeze", "pretrain texts")
PAGE = 4096
NEW_NS, NEW_USER, PRIVATE, RECURSIVE, REMOUNT = 0x20000, 0x10000000, 1 << 18, 1 << 14, 32
ROOM = 1 << 30


def campaign(stand: Stand, room: Path, count: Count) -> None:
    """All points of all jobs: first the cache's disk, then the runs'."""

    def work() -> int:
        _own_mounts()
        _filled(stand, room, count)
        (room / "tally").write_text(json.dumps(asdict(count.tally())))
        return 0

    done = forked(work, Home(room), limit_s=24 * 3600)
    print(done.out, end="")
    if done.code:
        print(f"  {count.part}: no disk can be mounted here: {done.brief}")
        return
    found = Tally(**json.loads((room / "tally").read_text()))
    count.tried, count.survived, count.believed = found.tried, found.survived, found.believed


def _filled(stand: Stand, room: Path, count: Count) -> None:
    references = References(stand)
    order = (3, 7, 11, 1, 13, 5, 9, 0, 14, 2, 12, 4, 10, 6, 8)
    for point, name, disk in itertools.product(order, JOBS, ("cache", "runs")):
        if count.over:
            return
        alone = references.of(name)
        used = _used(alone.home.path / disk)
        home = Home(room / f"full-{point}-{name.replace(' ', '-')}-{disk}")
        with_room = _mounted(home.path / disk, max(PAGE, int(used * (point + 0.5) / POINTS)))
        _case(f"{name}, {disk} full at {point} of {POINTS}", home, disk, alone, count, with_room)
        _unmounted(home.path / disk)
        shutil.rmtree(home.path)


def _case(
    case: str, home: Home, disk: str, alone: Alone, count: Count, with_room: Callable[[], None]
) -> None:
    full = command(alone.job, home)
    if full.code == 0:  # a cache that takes no more need not end a run
        wrong, believed = judged(alone.home.path / OUT, home.path / OUT, home)
        count.add(case, wrong, believed=believed)
        return
    where = re.search(r"error\[R3\d\d\].*?where: (\S+)", full.err, re.DOTALL)
    if full.code != 4 or not where:
        count.add(case, full.brief)
        return
    named = Path(os.path.normpath(home.path / where[1]))
    if not named.is_relative_to(home.path / disk):
        count.add(case, f"{where[1]} is named, which is not on the disk that is full: {full.brief}")
        return
    with_room()
    judge(f"{case}, then with room", command(alone.job, home), home, alone, count)


def _used(place: Path) -> int:
    """Bytes in whole pages, as the small disk counts them."""
    files = [p for p in place.rglob("*") if p.is_file()]
    return sum(-(-p.stat().st_size // PAGE) * PAGE for p in files) + PAGE


def _own_mounts() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    users, ids = os.geteuid(), (os.getuid(), os.getgid())
    if libc.unshare(NEW_NS | (NEW_USER if users else 0)):
        raise OSError(ctypes.get_errno(), "unshare")
    if users:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {ids[0]} 1")
        Path("/proc/self/gid_map").write_text(f"0 {ids[1]} 1")
    _mount(b"none", Path("/"), b"", RECURSIVE | PRIVATE, b"")


def _mounted(place: Path, size: int) -> Callable[[], None]:
    """A disk of so many bytes; what is given back makes room on it."""
    place.mkdir(parents=True)
    _mount(b"tmpfs", place, b"tmpfs", 0, f"size={size}".encode())
    return lambda: _mount(b"tmpfs", place, b"tmpfs", REMOUNT, f"size={ROOM}".encode())


def _unmounted(place: Path) -> None:
    ctypes.CDLL(None).umount2(os.fsencode(place), 2)


def _mount(source: bytes, place: Path, kind: bytes, flags: int, options: bytes) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source, os.fsencode(place), kind, ctypes.c_ulong(flags), options):
        raise OSError(ctypes.get_errno(), "mount", str(place))
