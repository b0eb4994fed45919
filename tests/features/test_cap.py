"""What counts towards the size of the cache, and what goes first."""

import os
import time
from pathlib import Path

import pytest

from headstart.features.cap import trim

DAY = 24 * 3600
PLACES = ("unpacked/" + "a" * 64 + "/files/x.png", "vocabularies/" + "b" * 24 + "/tokenizer.json")


def used(root: Path, name: str, ago_s: float) -> Path:
    """A file of a kilobyte, in what was used so long ago."""
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(1000))
    entry = root.joinpath(*Path(name).parts[:2])
    os.utime(entry, (time.time() - ago_s,) * 2)
    return file


@pytest.mark.parametrize("name", [*PLACES, "demo/digits.zip"])
@pytest.mark.parametrize(("ago_s", "stays"), [(DAY - 60, True), (DAY + 60, False)])
def test_all_of_the_cache_counts_and_what_may_be_in_use_stays(
    name, ago_s, stays, tmp_path, monkeypatch
) -> None:
    file = used(tmp_path, name, ago_s)
    monkeypatch.setenv("HEADSTART_CACHE_GB", str(1000 / 1e9))
    trim(tmp_path)
    assert file.exists()
    monkeypatch.setenv("HEADSTART_CACHE_GB", str(999 / 1e9))
    trim(tmp_path)
    assert file.exists() == stays


def test_what_was_not_used_for_longest_goes_first(tmp_path, monkeypatch) -> None:
    older, newer = used(tmp_path, PLACES[0], 3 * DAY), used(tmp_path, PLACES[1], 2 * DAY)
    monkeypatch.setenv("HEADSTART_CACHE_GB", str(1500 / 1e9))
    trim(tmp_path)
    assert (older.exists(), newer.exists()) == (False, True)


def test_nothing_else_is_touched(tmp_path, monkeypatch) -> None:
    files = [used(tmp_path, name, 9 * DAY) for name in ("unpacked/mine/a", "demo/a.txt", "notes/a")]
    monkeypatch.setenv("HEADSTART_CACHE_GB", "0")
    trim(tmp_path)
    assert all(file.exists() for file in files)
