"""Rows that outlive kills, damage, and each other's writers."""

import errno
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from tables import numbers, rows

from headstart import durable
from headstart.errors import ResourceError, UsageError
from headstart.features.cap import trim
from headstart.features.table import Row, Table, digest_of, table_of

WRITER = """
import sys, torch
from pathlib import Path
from headstart.features.table import Row, table_of

def rows(first, last):
    for i in range(first, last):
        if i % 512 == 0:
            print(i, flush=True)
        yield Row(str(i), torch.full((3,), float(i)), f"note {i}")

table_of(Path(sys.argv[1]), "t").keep(rows(int(sys.argv[2]), int(sys.argv[3])))
"""


def writer(cache: Path, first: int, last: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WRITER, str(cache), str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return table_of(tmp_path, "t")


def only(table: Table, pattern: str = "*.safetensors") -> Path:
    (found,) = table.folder.glob(pattern)
    return found


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int64, torch.float16, torch.float32])
def test_a_row_comes_back_to_the_bit(table: Table, dtype: torch.dtype) -> None:
    row = torch.arange(24).view(2, 3, 4).transpose(0, 2).to(dtype)
    places = table.keep([Row("a", row, "seen")])
    (back,) = table.read([places["a"]])
    assert back.dtype == dtype
    assert torch.equal(back, row)
    assert table.places(["a", "b"]) == places
    assert places["a"].note == "seen"


def test_rows_come_in_the_order_asked_for(table: Table) -> None:
    places = table.keep(rows(1200))
    assert len(list(table.folder.glob("*.safetensors"))) == 3
    asked = [700, 3, 1199, 3]
    assert [int(r[0]) for r in table.read([places[str(i)] for i in asked])] == asked


def test_equal_keys_are_kept_once(table: Table) -> None:
    table.keep(rows(3))
    table.keep([*rows(3), *rows(3)])
    assert only(table)


def test_rows_of_several_shapes_come_back_as_they_were(table: Table) -> None:
    given = [torch.arange(n * 2, dtype=torch.int32).view(n, 2) for n in (3, 1, 4, 2)]
    places = table.keep(Row(str(i), row, "é" * i) for i, row in enumerate(given))
    (table.folder / "index.sqlite").unlink()  # so that shards are asked, too
    assert table.places(map(str, range(4))) == places
    for row, back in zip(given, table.read([places[str(i)] for i in range(4)]), strict=True):
        assert torch.equal(row, back) and row.dtype == back.dtype


def test_a_shard_is_written_while_the_next_rows_are_made(table: Table) -> None:
    def made() -> Iterator[Row]:
        yield from rows(512)
        until = time.monotonic() + 5
        while not list(table.folder.glob("*.safetensors")) and time.monotonic() < until:
            time.sleep(0.01)
        assert only(table)
        yield from rows(600, 512)

    assert len(table.keep(made())) == 600


def test_an_error_in_writing_is_told_by_whoever_made_the_rows(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable, "write", full)
    made = []
    with pytest.raises(ResourceError, match="No space left"):
        table.keep(made.append(row) or row for row in rows(10_000))
    assert len(made) <= 3 * 512


@pytest.mark.parametrize("shard", [1, 2, 3])
def test_an_error_in_writing_any_shard_reaches_the_caller_and_what_was_written_stays(
    table: Table, monkeypatch: pytest.MonkeyPatch, shard: int
) -> None:
    write, count, threads = durable.write, itertools.count(1), threading.active_count()

    def full(path: Path, data: bytes) -> None:
        if next(count) >= shard:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data)

    monkeypatch.setattr(durable, "write", full)
    with pytest.raises(ResourceError, match="R315"):
        table.keep(rows(1100))
    assert len(table.places(map(str, range(1100)))) == 512 * (shard - 1)
    assert threading.active_count() == threads


def test_a_shard_of_another_form_is_thrown_away_and_its_rows_are_kept_anew(table: Table) -> None:
    """As an older version wrote them: a tensor for each row."""
    table.keep(rows(3))
    named = {f"{i:06d}": torch.full((3,), 9.0) for i in range(5)}
    labels = json.dumps([(str(i), "") for i in range(5)])
    for data in (save(named, {"rows": labels}), save({"rows": torch.empty(0)}), b"", b"[]" * 9):
        (table.folder / f"{digest_of(data)}.safetensors").write_bytes(data)
        assert set(table.places(map(str, range(5)))) == {"0", "1", "2"}
    only(table)
    table.keep(rows(5))
    assert numbers(table, 5) == [0, 1, 2, 3, 4]


@pytest.mark.journey
@pytest.mark.parametrize("moment", ["written", "named", "indexed"])
def test_a_kill_in_the_writer_leaves_whole_shards_and_nothing_else(
    tmp_path: Path, moment: str
) -> None:
    program = [sys.executable, str(Path(__file__).with_name("killed_writer.py"))]
    done = subprocess.run([*program, str(tmp_path), moment], timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL
    table, before = table_of(tmp_path, "t"), 1536 if moment == "indexed" else 1024
    assert set(table.places(map(str, range(4096)))) == set(map(str, range(before)))
    assert numbers(table, before) == list(range(before))
    assert not list(tmp_path.rglob(".*.tmp-*"))
    table.keep(rows(2048))
    assert numbers(table, 2048) == list(range(2048))


def test_what_came_before_an_error_is_kept(table: Table) -> None:
    def torn() -> Iterator[Row]:
        yield from rows(5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        table.keep(torn())
    assert numbers(table, 5) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("size", [0, 7, 300, -4])
def test_rows_of_a_truncated_shard_are_missing_and_can_be_kept_again(
    table: Table, size: int
) -> None:
    table.keep(rows(10))
    with only(table).open("rb+") as file:
        file.truncate(size if size >= 0 else only(table).stat().st_size + size)
    assert len(table.places(map(str, range(10)))) <= 9
    table.keep(rows(10))
    assert numbers(table, 10) == list(range(10))


def test_a_flipped_bit_is_seen(table: Table) -> None:
    places = table.keep(rows(10))
    data = bytearray(only(table).read_bytes())
    data[places["4"].start] ^= 1
    only(table).write_bytes(data)
    assert set(map(str, range(10))) - set(table.places(map(str, range(10)))) == {"4"}
    with pytest.raises(ResourceError, match="R316"):
        table.read([places["4"]])


def test_a_full_disk_names_the_setting_to_change(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable, "write", full)
    with pytest.raises(ResourceError, match="No space left") as caught:
        table.keep(rows(3))
    assert caught.value.code == "R315"
    assert "HEADSTART_CACHE" in caught.value.fix


@pytest.mark.slow
def test_of_two_writers_at_once_the_killed_one_loses_two_shards_at_most(
    tmp_path: Path,
) -> None:
    with writer(tmp_path, 0, 10**9) as killed, writer(tmp_path, 1000, 6000) as other:
        assert killed.stdout is not None
        while int(killed.stdout.readline()) < 1536:  # then the first two are on the disk
            pass
        killed.send_signal(signal.SIGKILL)
        other.communicate()
    assert (killed.returncode, other.returncode) == (-signal.SIGKILL, 0)
    assert numbers(table_of(tmp_path, "t"), 6000) == list(range(6000))
    assert not list(tmp_path.rglob(".*.tmp-*"))


def test_trim_throws_away_whole_tables_the_longest_unused_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = table_of(tmp_path, "old"), table_of(tmp_path, "new")
    for table in (old, new):
        table.keep(rows(10))
    os.utime(old.folder, (time.time() - 99, time.time() - 99))
    size = sum(file.stat().st_size for file in new.folder.iterdir())
    monkeypatch.setenv("HEADSTART_CACHE_GB", str(1.5 * size / 1e9))
    trim(tmp_path)
    assert not old.folder.exists()
    assert numbers(new, 10) == list(range(10))


def test_trim_leaves_alone_what_is_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed, linked = table_of(tmp_path, "mixed"), table_of(tmp_path / "elsewhere", "linked")
    mixed.keep(rows(1))
    linked.keep(rows(1))
    (mixed.folder / "letters.txt").write_text("dear")
    (tmp_path / "tables" / ("a" * 24)).symlink_to(linked.folder)
    (tmp_path / "tables" / "photos").mkdir()
    monkeypatch.setenv("HEADSTART_CACHE_GB", "0")
    before = sorted(tmp_path.rglob("*"))
    trim(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_size_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADSTART_CACHE_GB", "much")
    with pytest.raises(UsageError, match="U141"):
        trim(tmp_path)
