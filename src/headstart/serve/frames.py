"""Messages between the server and its workers: a line of JSON and the bytes of the things.

No pickles: a worker that a picture has taken over can send nothing but text.
"""

import asyncio
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any

from headstart import durable

MOST_BYTES = 256 * 2**20
"""Bytes of one message."""
_HEAD = struct.Struct("<II")


@dataclass(frozen=True)
class Thing:
    """One thing to be judged, as it crosses to a worker."""

    name: str
    kind: str
    """ "bytes", "text", "pair" (two texts as JSON), or "array"."""
    content: bytes
    dtype: str = ""
    shape: tuple[int, ...] = ()
    """Of an array: rows, columns, channels; or samples."""
    rate: int = 0
    """Samples a second, of a recording."""


@dataclass(frozen=True)
class Message:
    """What one side says to the other."""

    told: dict[str, Any]
    payload: bytes = b""

    def packed(self) -> bytes:
        """As it travels: two lengths, the JSON, the payload."""
        text = durable.to_json(self.told).encode()
        return b"".join((_HEAD.pack(len(text), len(self.payload)), text, self.payload))


def message_of(things: Sequence[Thing]) -> Message:
    """Things, one behind the other."""
    rows = [
        [one.name, one.kind, len(one.content), one.dtype, list(one.shape), one.rate]
        for one in things
    ]
    return Message({"things": rows}, b"".join(one.content for one in things))


def things_in(message: Message) -> list[Thing]:
    """What `message_of` packed."""
    found, at = [], 0
    for name, kind, size, dtype, shape, rate in message.told["things"]:
        content = message.payload[at : at + size]
        found.append(Thing(name, kind, content, dtype, tuple(shape), rate))
        at += size
    return found


def read(file: BufferedIOBase) -> Message | None:
    """The next message; None where the other side is gone."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    sizes = _HEAD.unpack(head)
    raw = [file.read(size) for size in sizes]
    return _message(raw[0], raw[1]) if tuple(map(len, raw)) == sizes else None


async def read_async(reader: asyncio.StreamReader) -> Message | None:
    """The same without waiting in the way of others. Raises `ValueError` for what is too long."""
    try:
        sizes = _HEAD.unpack(await reader.readexactly(_HEAD.size))
        if sum(sizes) > MOST_BYTES:
            raise ValueError("a worker said more than it may")
        return _message(await reader.readexactly(sizes[0]), await reader.readexactly(sizes[1]))
    except (asyncio.IncompleteReadError, OSError):
        return None


def _message(text: bytes, payload: bytes) -> Message:
    return Message(json.loads(text), payload)
