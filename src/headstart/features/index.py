"""The SQLite index over shards of rows: which row lies where."""

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from sys import intern

PATIENCE_S = 20.0
"""How long to wait for another process at the index, before doing without it."""
SHARD = re.compile(r"[0-9a-f]{32}\.safetensors")
OURS = re.compile(rf"{SHARD.pattern}|index\.sqlite(-journal)?|\..*\.tmp-.*")
"""What lies in the folder of a table."""
_VERSION = 2
"""Of the index: one of another version is emptied, and filled again from the shards."""
BUSY = {5, 6, 8, 10, 13, 14}
"""Codes of SQLite for an index that is sound but cannot be used now: busy, locked, read-only, an
error of the disk, no room, not to be opened."""
_SCHEMA = """
create table if not exists shards (name text primary key);
create table if not exists rows (
    key text primary key, shard text not null, start integer not null, size integer not null,
    crc integer not null, dtype text not null, shape text not null, note text not null);
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one row lies, what it is, and what was noted beside it."""

    shard: str
    start: int
    size: int
    crc: int
    dtype: str
    shape: tuple[int, ...]
    note: str
    key: str


@contextlib.contextmanager
def open_index(place: Path) -> Iterator[sqlite3.Connection]:
    """Open the index at a place, made where there is none; what is written in the block is kept."""
    connection = sqlite3.connect(place, timeout=PATIENCE_S)
    try:
        connection.execute("pragma synchronous=full")
        if connection.execute("pragma user_version").fetchone() != (_VERSION,):
            connection.executescript(
                f"drop table if exists rows; drop table if exists shards; "
                f"pragma user_version={_VERSION}"
            )
        connection.executescript(_SCHEMA)
        with connection:
            yield connection
    finally:
        connection.close()


def need_sound(index: sqlite3.Connection) -> None:
    """Raise `DatabaseError` where pages of the index do not fit together."""
    (told,) = index.execute("pragma integrity_check(1)").fetchone()
    if told != "ok":
        raise sqlite3.DatabaseError(told)


def insert(index: sqlite3.Connection, shard: str, places: dict[str, Place]) -> None:
    """Note that a shard is there, and where its rows lie."""
    index.execute("insert or replace into shards values (?)", (shard,))
    index.executemany(
        "insert or replace into rows values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (key, p.shard, p.start, p.size, p.crc, p.dtype, json.dumps(p.shape), p.note)
            for key, p in places.items()
        ],
    )


def looked_up(
    index: sqlite3.Connection, keys: Sequence[str], at_once: int = 500
) -> Iterator[tuple[str, Place]]:
    """What the index knows of these keys; entries that make no sense are left out.

    Words that many entries have, and the keys that were asked for, are in memory once.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    for begin in range(0, len(keys), at_once):
        part = {key: key for key in keys[begin : begin + at_once]}
        marks = ",".join("?" * len(part))
        query = f"select * from rows where key in ({marks})"
        for key, shard, *numbers, dtype, shape, note in index.execute(query, [*part]):
            with contextlib.suppress(ValueError, TypeError, RecursionError, KeyError):
                sides = shapes.get(shape) or shapes.setdefault(shape, tuple(json.loads(shape)))
                told = intern(shard), *numbers, intern(dtype), sides, note, part[key]
                yield part[key], _typed(Place(*told))


def _typed(place: Place) -> Place:
    """As it is. Raises `TypeError` where an index holds other things than were put in."""
    words = (place.shard, place.dtype, place.note, place.key)
    numbers = (place.start, place.size, place.crc, *place.shape)
    if not all(type(one) is str for one in words) or not SHARD.fullmatch(place.shard):
        raise TypeError("a word is none")
    if not all(type(one) is int and one >= 0 for one in numbers):
        raise TypeError("a number is none")
    return place


def is_table(folder: Path, files: Iterable[Path]) -> bool:
    """Whether nothing lies in a folder but what tables are made of."""
    return not folder.is_symlink() and all(OURS.fullmatch(file.name) for file in files)
