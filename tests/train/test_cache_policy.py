"""Whether rows at the cut are kept, in which precision, or computed anew."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from headstart.backbone import Backbone
from headstart.train import cache_policy as keeping_room
from headstart.train import keeping_of
from headstart.train.cache_policy import KEPT, Keeping, decided


@pytest.mark.parametrize(
    ("size", "room", "once", "expected"),
    [
        (1e9, 10e9, 100, Keeping()),
        (15e9, 10e9, 1000, Keeping(half=True)),
        (30e9, 10e9, 1000, Keeping(anew=True)),
        (9e9, 10e9, 1, Keeping(anew=True)),
    ],
)
def test_the_decision_follows_from_room_and_speed(size, room, once, expected) -> None:
    found = decided(float(size), float(room), float(once), 40.0, 200e6)
    assert replace(found, why="") == expected and found.why


def test_small_rows_are_kept_without_asking(tiny: Backbone, tmp_path: Path) -> None:
    assert keeping_of(tiny, 2, 100, 40.0, tmp_path) == KEPT
    assert keeping_of(tiny, tiny.depth, 10**9, 40.0, tmp_path) == KEPT


def test_a_full_disk_means_computing_anew(tiny: Backbone, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(keeping_room, "SMALL", 0)
    monkeypatch.setenv("HEADSTART_CACHE_GB", "0")
    found = keeping_of(tiny, 2, 1000, 40.0, tmp_path)
    assert found.anew and "do not fit" in found.why


@pytest.mark.parametrize(("bytes_", "asks"), [(256_000_000, False), (256_000_001, True)])
def test_up_to_256_megabytes_nothing_is_asked(
    tiny: Backbone, tmp_path: Path, monkeypatch, bytes_: int, asks: bool
) -> None:
    asked: list[float] = []
    found = Keeping(why="asked")

    def decide(size, *rest) -> Keeping:
        asked.append(size)
        return found

    monkeypatch.setattr(keeping_room, "decided", decide)
    monkeypatch.setattr(keeping_room.math, "prod", lambda shape: bytes_ / 4)
    assert (keeping_of(tiny, 2, 1, 40.0, tmp_path) == found) == asks
    assert asked == [bytes_] * asks


@pytest.mark.parametrize(
    ("size", "half", "anew"),
    [(10e9, False, False), (10.1e9, True, False), (20e9, True, False), (20.1e9, True, True)],
)
def test_what_fits_is_kept_in_single_what_half_fits_in_half(size, half, anew) -> None:
    found = decided(size, 10e9, 1e6, 40.0, 200e6)
    assert (found.half, found.anew) == (half and not anew, anew)


@pytest.mark.parametrize(("once", "anew"), [(5.2, True), (5.3, False)])
def test_reading_is_held_against_making_rows_anew(once: float, anew: bool) -> None:
    """1 GB at 200 MB a second: written once and read 40 times, 205 s, beside 40 times `once`."""
    assert decided(1e9, 10e9, once, 40.0, 200e6).anew == anew


@pytest.mark.parametrize(("free", "limit", "room"), [(8e9, "20", 4e9), (80e9, "3", 3e9)])
def test_rows_may_take_half_of_the_free_disk_and_no_more_than_the_cache(
    tiny: Backbone, tmp_path: Path, monkeypatch, free: float, limit: str, room: float
) -> None:
    given: list[float] = []
    monkeypatch.setattr(keeping_room, "SMALL", 0)
    monkeypatch.setattr(keeping_room, "decided", lambda *by: given.append(by[1]) or KEPT)
    monkeypatch.setattr(keeping_room.shutil, "disk_usage", lambda place: SimpleNamespace(free=free))
    monkeypatch.setenv("HEADSTART_CACHE_GB", limit)
    keeping_of(tiny, 2, 100, 40.0, tmp_path)
    assert given == [room]
