"""Rows on disk: safetensors shards that never change, and a SQLite index over them.

A shard is named by the digest of its bytes and says itself which rows it holds, in one block. The
index only saves looking: what it misses is added from the shards, and where it can't be used it is
built anew. Every row has a checksum over its bytes and all that the index says of it; a row that
does not match it is as good as not there. So no lock has to hold. Shards are written by a thread
while the next rows are made; a kill loses that one and the one in the making.
"""

import contextlib
import json
import math
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b, sha256
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

import torch
from safetensors.torch import save as packed
from torch import Tensor

from headstart import durable
from headstart.errors import ResourceError
from headstart.features.index import (
    BUSY,
    SHARD,
    Place,
    insert,
    looked_up,
    need_sound,
    open_index,
)
from headstart.hostile import printable

SHARD_BYTES = 32 * 2**20
SHARD_ROWS = 512
_INDEX = "index.sqlite"


@dataclass(frozen=True)
class Row:
    """A tensor to keep, the key to find it by, and a note to keep beside it."""

    key: str
    tensor: Tensor
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A folder of rows by key. Any number of processes may read and add at the same time."""

    folder: Path

    def places(self, keys: Iterable[str]) -> dict[str, Place]:
        """Where the rows of these keys lie; keys whose bytes are not sound are left out."""
        with self._guarded():
            self.folder.mkdir(parents=True, exist_ok=True)
            durable.sweep(self.folder)
        with contextlib.suppress(OSError):  # a cache to read only is fine
            os.utime(self.folder)
        return self._sound(self._found(sorted(set(keys))))

    def keep(self, rows: Iterable[Row]) -> dict[str, Place]:
        """Put rows on disk as they come, a shard at a time; what came before an error is kept.

        Raises `ResourceError` where the disk does not take them.
        """
        kept: dict[str, Place] = {}
        held: dict[str, Row] = {}
        written: Future[dict[str, Place]] | None = None
        with ThreadPoolExecutor(1) as writer:
            try:
                for row in rows:
                    held[row.key] = row
                    size = len(held) * row.tensor.numel() * row.tensor.element_size()
                    if size >= SHARD_BYTES or len(held) >= SHARD_ROWS:
                        full, held, before = held, {}, written
                        written = writer.submit(self._add, full)
                        kept |= before.result() if before else {}
            finally:
                last = writer.submit(self._add, held)
                kept |= written.result() if written else {}
                kept |= last.result()
        return kept

    def read(self, places: Sequence[Place]) -> list[Tensor]:
        """Rows at these places, in this order, each in memory of its own."""
        rows: dict[int, Tensor] = {}
        by_shard: dict[str, list[int]] = {}
        for position, place in enumerate(places):
            by_shard.setdefault(place.shard, []).append(position)
        for shard, positions in by_shard.items():
            with self._guarded(), _opened(self.folder / shard) as file:
                for position in positions:
                    rows[position] = _row(file, places[position])
        return [rows[position] for position in range(len(places))]

    def _add(self, rows: dict[str, Row]) -> dict[str, Place]:
        known = self.places(rows) if rows else {}  # another process may have been faster
        fresh = [row for key, row in rows.items() if key not in known]
        if not fresh:
            return known
        data = shard_of(fresh)
        name = f"{digest_of(data)}.safetensors"
        with self._guarded():
            durable.write(self.folder / name, data)
        places = dict(places_in(name, data))
        ignored = contextlib.suppress(sqlite3.Error, UnicodeDecodeError)
        with ignored, open_index(self.folder / _INDEX) as index:
            insert(index, name, places)
        return known | places

    def _found(self, keys: Sequence[str]) -> dict[str, Place]:
        """What index and shards say; an index that can't be read is built anew, or in memory."""
        for place in (self.folder / _INDEX, self.folder / _INDEX, Path(":memory:")):
            try:
                with open_index(place) as index:
                    self._adopt(index)
                    found = dict(looked_up(index, keys))
                    if 0 < len(found) < len(keys):  # seldom: things were added, or rows are lost
                        need_sound(index)
                    return found
            except (sqlite3.Error, UnicodeDecodeError) as error:
                code = getattr(error, "sqlite_errorcode", 0)  # none where its text is no UTF-8
                if code & 0xFF not in BUSY:
                    self._without(place)
        return {}

    def _without(self, index: Path) -> None:
        """Remove an index that is damaged; one that cannot be removed is done without."""
        for file in (index, index.with_name(f"{_INDEX}-journal")):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    def _adopt(self, index: sqlite3.Connection) -> None:
        """Add rows of shards that the index does not know; a damaged shard is thrown away."""
        known = {name for (name,) in index.execute("select name from shards")}
        names = {entry.name for entry in os.scandir(self.folder) if SHARD.fullmatch(entry.name)}
        for name in sorted(names - known):
            with contextlib.suppress(OSError):
                places = sound_places(name, (self.folder / name).read_bytes())
                if places is not None:
                    insert(index, name, places)
                else:
                    (self.folder / name).unlink(missing_ok=True)

    def _sound(self, found: dict[str, Place]) -> dict[str, Place]:
        by_shard: dict[str, list[str]] = {}
        for key, place in found.items():
            by_shard.setdefault(place.shard, []).append(key)
        sound: dict[str, Place] = {}
        for shard, keys in by_shard.items():
            with contextlib.suppress(OSError, ValueError), _opened(self.folder / shard) as file:
                sound |= {key: found[key] for key in keys if _bytes(file, found[key]) is not None}
        return sound

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ResourceError(
                "R315",
                "the disk does not keep a table of features",
                "free some space, or name another folder, HEADSTART_CACHE=FOLDER, and run again",
                where=printable(self.folder),
                why=printable(error.strerror or error),
            ) from error


def table_of(cache: Path, *fingerprint: str) -> Table:
    """The table whose rows follow from exactly this."""
    return Table(cache / "tables" / sha256(json.dumps(fingerprint).encode()).hexdigest()[:24])


def shard_of(rows: Sequence[Row]) -> bytes:
    """Rows of one type as the bytes of a safetensors file that says their keys and notes.

    They lie one after another in one block: with a tensor for each, `Table.keep` took .10 ms of CPU
    a row of 1,280 numbers, in one block .05. Pictures of 150 kB gain nothing by it.
    """
    if len({row.tensor.dtype for row in rows}) > 1:
        raise ValueError("rows of a table are of one type")
    labels: list[tuple[object, ...]]
    if not rows:  # nothing of a unit could be read, which is done all the same
        block, labels = torch.empty(0), []
    elif len({row.tensor.shape for row in rows}) == 1:
        block = torch.stack([row.tensor for row in rows])
        labels = [(row.key, row.note) for row in rows]
    else:
        block = torch.cat([row.tensor.reshape(-1) for row in rows])
        labels = [(row.key, row.note, tuple(row.tensor.shape)) for row in rows]
    return packed({"rows": block}, {"rows": json.dumps(labels)})


def digest_of(data: bytes) -> str:
    """What a shard of these bytes is called."""
    return blake2b(data, digest_size=16).hexdigest()  # SHA-256 takes twice as long


def sound_places(shard: str, data: bytes) -> dict[str, Place] | None:
    """What a shard holds; None where its bytes are not those that its name tells, or no rows."""
    if digest_of(data) != shard.split(".")[0]:
        return None
    try:
        return dict(places_in(shard, data))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def places_in(shard: str, data: bytes) -> Iterator[tuple[str, Place]]:
    """What a shard that is known to be whole holds."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    entry, alike = header["rows"], tuple(header["rows"]["shape"][1:])
    dtype, view = _DTYPES[entry["dtype"]], memoryview(data)
    start, width = 8 + length + entry["data_offsets"][0], _width(dtype)
    for key, note, *own in json.loads(header["__metadata__"]["rows"]):
        shape = tuple(own[0]) if own else alike
        size = math.prod(shape) * width
        crc = _crc(view[start : start + size], key, dtype, shape, note)
        yield key, Place(shard, start, size, crc, dtype, shape, note, key)
        start += size


_DTYPES = {"U8": "uint8", "I16": "int16", "I32": "int32", "I64": "int64"}
_DTYPES |= {"F16": "float16", "F32": "float32", "F64": "float64"}


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDONLY)
    try:
        yield file
    finally:
        os.close(file)


def _row(file: int, place: Place) -> Tensor:
    data = _bytes(file, place)
    if data is None:
        raise ResourceError(
            "R316",
            "a table of features changed on disk while it was read",
            "give the same command again: what is damaged is computed anew",
            where=place.shard,
        )
    return torch.frombuffer(data, dtype=getattr(torch, place.dtype)).view(place.shape)


def _bytes(file: int, place: Place) -> bytearray | None:
    """A row's bytes, read and not mapped; None where they are not what was written."""
    if place.size != math.prod(place.shape) * _width(place.dtype):
        return None
    if place.start + place.size > os.fstat(file).st_size:
        return None
    data = bytearray(place.size)
    read = os.preadv(file, [data], place.start)
    told = place.key, place.dtype, place.shape, place.note
    return data if read == place.size and _crc(data, *told) == place.crc else None


def _crc(
    data: bytearray | memoryview, key: str, dtype: str, shape: tuple[int, ...], note: str
) -> int:
    """Of the bytes, and of what they are, as JSON has it."""
    sides = ", ".join(map(str, shape))
    told = f"[{quoted(key)}, {quoted(dtype)}, [{sides}], {quoted(note)}]"
    return zlib.crc32(told.encode(), zlib.crc32(data))


@cache
def _width(dtype: str) -> int:
    kind = getattr(torch, dtype, None)
    return kind.itemsize if isinstance(kind, torch.dtype) else -1
