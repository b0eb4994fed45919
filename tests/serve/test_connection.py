"""Sockets: what is no request, and what never becomes one."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from servers import TOKEN, Models

from headstart.serve import Lock, connection
from headstart.serve.application import application
from headstart.serve.overload import Overload
from headstart.serve.serving import Reach, bound, uvicorn_server


@contextlib.asynccontextmanager
async def listening(overload: Overload | None = None) -> AsyncIterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        models = Models()
        app = application(models, Lock(port, TOKEN), models.limits)
        server = uvicorn_server(app, overload)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield port
        server.should_exit = True
        await task


def answer_to(raw: bytes) -> bytes:
    async def ask() -> bytes:
        async with listening() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(raw.replace(b"PORT", str(port).encode()))
            found = await asyncio.wait_for(reader.read(), 5)
            writer.close()
            return found

    return asyncio.run(ask())


HOST = b"Host: 127.0.0.1:PORT\r\n"
BROKEN = {
    "no name": (421, b"GET / HTTP/1.1\r\n\r\n"),
    "two names": (421, b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n"),
    "whole address": (421, b"GET http://evil/ HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"),
    "no HTTP": (400, b"\x16\x03\x01 hello\r\n\r\n"),
    "two lengths": (
        400,
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ),
    "large header": (431, b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 20_000),
    "chunks that are none": (
        400,
        b"POST /predict HTTP/1.1\r\n"
        + HOST
        + b"Authorization: Bearer "
        + TOKEN.encode()
        + b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ),
    "3 GB": (413, b"POST /predict HTTP/1.1\r\n" + HOST + b"Content-Length: 3000000000\r\n\r\nabc"),
}


@pytest.mark.parametrize(("status", "raw"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_request_is_refused_and_closed(status: int, raw: bytes) -> None:
    found = answer_to(raw)
    assert found.startswith(b"HTTP/1.1 %d" % status)
    assert b"default-src 'none'" in found and b"nosniff" in found


def test_half_a_header_is_closed_in_time_and_a_whole_one_is_not(monkeypatch) -> None:
    monkeypatch.setattr(connection, "HEADER_S", 0.2)

    async def ask() -> tuple[bytes, bytes]:
        async with listening() as port:
            pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            pairs[1][1].write(b"GET / HT")
            whole = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
            for _ in range(3):  # the third comes after more than the time for one header
                pairs[2][1].write(whole)
                assert b"401" in await pairs[2][0].readuntil(b"\r\n\r\n")
                await pairs[2][0].readuntil(b"}}")
                await asyncio.sleep(0.12)
            ends = []
            for reader, writer in pairs[:2]:
                with contextlib.suppress(ConnectionResetError):
                    ends.append(await asyncio.wait_for(reader.read(), 1))
                writer.close()
            pairs[2][1].close()
            return tuple(ends)

    assert all(end == b"" for end in asyncio.run(ask()))


def test_an_answer_is_sent_at_once() -> None:
    """Small writes wait 40 ms for an acknowledgment where TCP_NODELAY is not set."""
    with (
        bound(Reach()) as (listener, *_),
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.proto == socket.IPPROTO_TCP
