"""Rows on disk: safetensors shards that never change, and a SQLite index over them.

A shard is written whole before the index names its rows, so a kill loses at most the shard in
the making. Every row has a checksum; what does not match it is as good as not there.
"""

import contextlib
import json
import math
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch
from safetensors.torch import save as packed
from torch import Tensor

from headstart import durable
from headstart.errors import ResourceError
from headstart.hostile import printable

SHARD_BYTES = 32 * 2**20
_INDEX = "index.sqlite"
_SCHEMA = """
create table if not exists rows (
    key text primary key, shard text not null, start integer not null, size integer not null,
    crc integer not null, dtype text not null, shape text not null, note text not null)
"""


@dataclass(frozen=True)
class Place:
    """Where one row lies, what it is, and what was noted beside it."""

    shard: str
    start: int
    size: int
    crc: int
    dtype: str
    shape: tuple[int, ...]
    note: str


@dataclass(frozen=True)
class Table:
    """A folder of rows by key. Any number of processes may read and add at the same time."""

    folder: Path

    def places(self, keys: Sequence[str]) -> dict[str, Place]:
        """Where the rows of these keys lie; keys whose bytes are not sound are left out."""
        durable.sweep(self.folder)
        found = self._found(keys)
        by_shard: dict[str, list[tuple[str, Place]]] = {}
        for key, place in found.items():
            by_shard.setdefault(place.shard, []).append((key, place))
        sound = {}
        for shard, held in by_shard.items():
            with contextlib.suppress(OSError), self._opened(shard) as file:
                sound |= {key: place for key, place in held if _bytes(file, place) is not None}
        return sound

    def add(self, keys: Sequence[str], rows: Sequence[Tensor], notes: Sequence[str] = ()) -> None:
        """Keep these rows for good. Raises `ResourceError` where the disk does not take them."""
        name = f"{sha256(json.dumps(list(keys)).encode()).hexdigest()[:24]}.safetensors"
        named = {f"{index:06d}": row.contiguous() for index, row in enumerate(rows)}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            data = packed(named)
            durable.write(self.folder / name, data)
            self._insert(keys, _lines(name, data, rows, notes))
        except (OSError, sqlite3.OperationalError) as error:
            raise ResourceError(
                "R311",
                "cannot keep features on disk",
                "free some space, or name another folder: HEADSTART_CACHE=FOLDER",
                where=printable(self.folder),
                why=printable(error),
            ) from error

    def read(self, places: Sequence[Place]) -> list[Tensor]:
        """Rows at these places, in this order, each in memory of its own."""
        rows: list[Tensor | None] = [None] * len(places)
        by_shard: dict[str, list[int]] = {}
        for index, place in enumerate(places):
            by_shard.setdefault(place.shard, []).append(index)
        for shard, indices in by_shard.items():
            with self._opened(shard) as file:
                for index in indices:
                    rows[index] = self._row(file, places[index])
        return [row for row in rows if row is not None]

    def _row(self, file: int, place: Place) -> Tensor:
        data = _bytes(file, place)
        if data is None:
            raise ResourceError(
                "R312",
                "a table of features changed on disk while it was read",
                "give the same command again: what is damaged is computed anew",
                where=printable(self.folder / place.shard),
            )
        return torch.frombuffer(data, dtype=getattr(torch, place.dtype)).view(place.shape)

    @contextlib.contextmanager
    def _opened(self, shard: str) -> Iterator[int]:
        file = os.open(self.folder / shard, os.O_RDONLY)
        try:
            yield file
        finally:
            os.close(file)

    @contextlib.contextmanager
    def _index(self) -> Iterator[sqlite3.Connection]:
        self.folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.folder / _INDEX, timeout=60)
        try:
            connection.execute("pragma synchronous=full")
            with connection:
                connection.execute(_SCHEMA)
                yield connection
        finally:
            connection.close()

    def _found(self, keys: Sequence[str]) -> dict[str, Place]:
        """What the index says; an index that can't be read is thrown away with its shards."""
        try:
            with self._index() as index:
                os.utime(self.folder / _INDEX)
                return dict(_looked_up(index, keys))
        except sqlite3.OperationalError as error:  # locked, or the disk
            raise ResourceError(
                "R313",
                "cannot read the index of a table of features",
                "end other runs that use this folder, or name another: HEADSTART_CACHE=FOLDER",
                where=printable(self.folder),
                why=printable(error),
            ) from error
        except (sqlite3.DatabaseError, ValueError):
            shutil.rmtree(self.folder, ignore_errors=True)
            return {}

    def _insert(self, keys: Sequence[str], lines: list[tuple[object, ...]]) -> None:
        with self._index() as index:
            index.executemany(
                "insert or replace into rows values (?, ?, ?, ?, ?, ?, ?, ?)",
                [(key, *line) for key, line in zip(keys, lines, strict=True)],
            )


def table_of(cache: Path, *fingerprint: str) -> Table:
    """The table whose rows follow from exactly this."""
    name = sha256(json.dumps(fingerprint).encode()).hexdigest()[:24]
    return Table(cache / "tables" / name)


def trim(root: Path) -> None:
    """Throw away tables not used for longest, until the rest fits HEADSTART_CACHE_GB (20)."""
    most = float(os.environ.get("HEADSTART_CACHE_GB", "20")) * 1e9
    tables = []
    for index in root.glob(f"tables/*/{_INDEX}"):
        with contextlib.suppress(OSError):
            size = sum(file.stat().st_size for file in index.parent.iterdir())
            tables.append((index.stat().st_mtime, size, index.parent))
    held = sum(size for _, size, _ in tables)
    for _, size, folder in sorted(tables):
        if held <= most:
            return
        shutil.rmtree(folder, ignore_errors=True)
        held -= size


def _lines(
    shard: str, data: bytes, rows: Sequence[Tensor], notes: Sequence[str]
) -> list[tuple[object, ...]]:
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    lines: list[tuple[object, ...]] = []
    for index, row in enumerate(rows):
        start, end = (8 + length + at for at in header[f"{index:06d}"]["data_offsets"])
        dtype, shape = str(row.dtype).removeprefix("torch."), json.dumps(list(row.shape))
        note = notes[index] if notes else ""
        crc = zlib.crc32(memoryview(data)[start:end])
        lines.append((shard, start, end - start, crc, dtype, shape, note))
    return lines


def _looked_up(
    index: sqlite3.Connection, keys: Sequence[str], at_once: int = 500
) -> Iterator[tuple[str, Place]]:
    for begin in range(0, len(keys), at_once):
        part = list(keys[begin : begin + at_once])
        marks = ",".join("?" * len(part))
        query = f"select * from rows where key in ({marks})"
        for key, shard, start, size, crc, dtype, shape, note in index.execute(query, part):
            yield key, Place(shard, start, size, crc, dtype, tuple(json.loads(shape)), note)


def _bytes(file: int, place: Place) -> bytearray | None:
    """A row's bytes, read and not mapped; None where they are not what was written."""
    data = bytearray(place.size)
    read = os.preadv(file, [data], place.start)
    whole = read == place.size and place.size == math.prod(place.shape) * _width(place.dtype)
    return data if whole and zlib.crc32(data) == place.crc else None


def _width(dtype: str) -> int:
    kind = getattr(torch, dtype, None)
    return kind.itemsize if isinstance(kind, torch.dtype) else -1
