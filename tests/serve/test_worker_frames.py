"""Messages that cross between processes, whole or not at all."""

import asyncio
import io

import pytest

from headstart.serve import frames
from headstart.serve.frames import Message, Thing, message_of, read, read_async, things_in

THINGS = [
    Thing("a.png", "bytes", b"\x00\xff" * 10),
    Thing("", "text", "ü".encode()),
    Thing("x", "array", b"1234", "|u1", (2, 2, 1), 0),
    Thing("s", "array", b"12345678", "<f4", (2,), 16_000),
]


def test_things_come_out_as_they_went_in() -> None:
    file = io.BytesIO(message_of(THINGS).packed() * 2)
    for _ in range(2):
        message = read(file)
        assert message is not None and things_in(message) == THINGS
    assert read(file) is None


@pytest.mark.parametrize("kept", [0, 3, 8, 20, -1])
def test_a_torn_message_counts_as_none(kept: int) -> None:
    raw = message_of(THINGS).packed()[:kept]
    assert read(io.BytesIO(raw)) is None
    assert asyncio.run(listen(raw)) is None


async def listen(raw: bytes) -> Message | None:
    reader = asyncio.StreamReader()
    reader.feed_data(raw)
    reader.feed_eof()
    return await read_async(reader)


def test_the_server_reads_the_same_and_no_more_than_it_may(monkeypatch) -> None:
    raw = message_of(THINGS).packed()
    assert things_in(asyncio.run(listen(raw))) == THINGS
    monkeypatch.setattr(frames, "MOST_BYTES", len(raw) - 8)
    assert asyncio.run(listen(raw)) is not None
    monkeypatch.setattr(frames, "MOST_BYTES", len(raw) - 9)
    with pytest.raises(ValueError, match="more than it may"):
        asyncio.run(listen(raw))
