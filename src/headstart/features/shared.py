"""Tables of features at one address that machines share: a folder, or any URL that fsspec opens.

A table is a folder of shards there. A shard is written once, in one piece, and never changes; its
name says of which unit of work it has the rows, the digest of its bytes, and how many there are.
Nothing else is there: no index and no lock. So what is cut short is known by its size, what is
damaged by its digest, and neither is believed. The index is local, made from copies of shards.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any, TypeVar

from headstart import durable
from headstart.errors import HeadstartError, ResourceError
from headstart.features.store import opened, without_secrets, write
from headstart.features.table import Row, Table, digest_of, shard_of, sound_places
from headstart.hostile import printable

AT_ONCE = 8
"""Requests that wait for a store side by side."""
HEADER = 2**20
"""Bytes that are asked for first: the header of a shard of 4,096 rows, or nearly."""
_PARTS = (32, 32)
"""Hex digits of a unit and of a digest, in a shard's name."""
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Object:
    """A shard in a store, as its name and its size there tell of it."""

    name: str
    unit: str
    digest: str

    @property
    def local(self) -> str:
        """What the copy in a table is called."""
        return f"{self.digest}.safetensors"


@dataclass(frozen=True)
class Shared:
    """A store of tables; nothing is opened before it is asked for."""

    url: str

    def done(self, table: Table) -> dict[str, Object]:
        """Units of work of which the whole shard is there."""
        return {found.unit: found for found in self._objects(table)}

    def put(self, table: Table, unit: str, rows: Sequence[Row]) -> None:
        """Add the rows of a unit in one piece. Raises `ResourceError`."""
        data = shard_of(rows)
        name = f"{unit}-{digest_of(data)}-{len(data)}.safetensors"

        def add() -> None:
            files, root = opened(self.url)
            write(files, f"{root}/features/{table.folder.name}/{name}", data)

        self._asked(add)

    def fetch(self, table: Table, keys: Collection[str]) -> None:
        """Copy the shards that hold any row of these keys into a table.

        One that is not what its name says is left where it is: its rows are as good as not there.
        Raises `ResourceError`.
        """
        wanted = set(keys)
        objects = [o for o in self._objects(table) if not (table.folder / o.local).exists()]
        if not objects:
            return

        def copy(found: Object) -> None:
            if wanted.isdisjoint(self._keys(table, found)):
                return
            data = self._read(table, found, 0, None)
            if sound_places(found.local, data) is not None:
                durable.write(table.folder / found.local, data)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(copy, objects))

    def engine(self, key: str) -> str:
        """The engine that makes rows of this kind in this store; empty where none was chosen."""

        def read() -> str:
            files, root = opened(self.url)
            try:
                return str(json.loads(files.cat_file(_claim(root, key)))["engine"])
            except (FileNotFoundError, ValueError, KeyError, TypeError):
                return ""

        return self._asked(read)

    def claim(self, key: str, engine: str) -> str:
        """Say which engine makes rows of this kind, unless that was said before; what holds now."""

        def say() -> None:
            files, root = opened(self.url)
            write(files, _claim(root, key), json.dumps({"engine": engine}).encode())

        if not self.engine(key):
            self._asked(say)
        return self.engine(key) or engine

    def _objects(self, table: Table) -> list[Object]:
        """Shards that are as long as they say, in the order of their names."""

        def listed() -> list[Any]:
            files, root = opened(self.url)
            files.invalidate_cache()
            try:
                return list(files.ls(f"{root}/features/{table.folder.name}", detail=True))
            except FileNotFoundError:
                return []

        entries = sorted((str(e["name"]), e.get("size")) for e in self._asked(listed))
        return [found for name, size in entries if (found := _object(name, size))]

    def _keys(self, table: Table, found: Object) -> set[str]:
        """Keys of the rows that a shard says it holds; none where it makes no sense."""
        try:
            data = self._read(table, found, 0, HEADER)
            length = 8 + int.from_bytes(data[:8], "little")
            if length > len(data):
                data = self._read(table, found, 0, length)
            rows = json.loads(json.loads(data[8:length])["__metadata__"]["rows"])
            return {key for key, *_ in rows}
        except (ValueError, KeyError, TypeError, RecursionError):
            return set()

    def _read(self, table: Table, found: Object, start: int, end: int | None) -> bytes:
        def read() -> bytes:
            files, root = opened(self.url)
            path = f"{root}/features/{table.folder.name}/{found.name}"
            return bytes(files.cat_file(path, start=start, end=end))

        return self._asked(read)

    def _asked(self, question: Callable[[], _Found]) -> _Found:
        """What a store answers; its plugins fail in more ways than can be named."""
        try:
            return question()
        except HeadstartError:
            raise
        except Exception as error:
            raise ResourceError(
                "R351",
                "the shared cache cannot be read or written",
                "check the address and the rights to it, then give the same command again",
                where=printable(without_secrets(self.url)),
                why=f"{type(error).__name__}: {printable(error)}",
            ) from error


def unit_of(keys: Iterable[str]) -> str:
    """The name of the work on these examples, in whatever order.

    >>> unit_of(["a", "b"]) == unit_of(["b", "a"]) != unit_of(["a"])
    True
    """
    return blake2b(json.dumps(sorted(keys)).encode(), digest_size=16).hexdigest()


def shared_at(url: str) -> Shared | None:
    """The store at an address; None for none."""
    return Shared(url) if url else None


def _claim(root: str, key: str) -> str:
    return f"{root}/engines/{sha256(key.encode()).hexdigest()[:24]}.json"


def _object(path: str, size: object) -> Object | None:
    """The shard of this path and size; None for anything else, such as one that was cut short."""
    name = path.rsplit("/", 1)[-1]
    unit, _, rest = name.partition("-")
    digest, _, length = rest.removesuffix(".safetensors").partition("-")
    hexadecimal = all(c in "0123456789abcdef" for c in unit + digest)
    if (len(unit), len(digest)) != _PARTS or not hexadecimal or length != str(size):
        return None
    return Object(name, unit, digest)
