"""What is done to a server besides asking it: deaths, other versions, slow and broken requests."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.serving_clients import TOKEN, Timed, answer, crowd, handles, memory_mb, request

SWAP_S = 90.0
"""Seconds in which another version should answer."""


async def soaked(
    port: int, pid: int, bodies: Sequence[bytes], seconds: float
) -> tuple[int, int, float, int]:
    """Eight clients for long: answers, those unlike the first, MB an hour, more descriptors."""
    golden: dict[int, bytes] = {}
    wrong = count = 0
    until = time.perf_counter() + seconds

    async def one(offset: int) -> None:
        nonlocal wrong, count
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = offset
        while time.perf_counter() < until:
            place = number % len(bodies)
            writer.write(request(port, "/predict", bodies[place]))
            status, body = await answer(reader)
            same = golden.setdefault(place, _plain_answer(body)) == _plain_answer(body)
            wrong, count, number = wrong + (status != 200 or not same), count + 1, number + 1
        writer.close()

    async def watch() -> list[float]:
        seen = []
        while time.perf_counter() < until:
            await asyncio.sleep(min(15.0, seconds / 20))
            seen.append(memory_mb(pid))
        return seen

    before = handles(pid)
    *_, seen = await asyncio.gather(*(one(3 * i) for i in range(8)), watch())
    late = seen[len(seen) // 4 :]
    hours = min(15.0, seconds / 20) * (len(late) - 1) / 3600
    slope = float(np.polyfit(np.linspace(0, hours, len(late)), late, 1)[0])
    await asyncio.sleep(0.5)
    return count, wrong, slope, handles(pid) - before


def _plain_answer(body: bytes) -> bytes:
    """Label and probabilities, to four digits: batches of other sizes differ in the last ones."""
    (one,) = json.loads(body)
    shares = {name: round(share, 4) for name, share in one.get("probabilities", {}).items()}
    return json.dumps([one.get("label"), shares]).encode()


async def slow(port: int, count: int) -> tuple[float, list[Timed]]:
    """Half of the connections send half a header, half a body that stops; the share closed in 15 s.

    And what `live` took meanwhile.
    """
    begun = request(port, "/predict", b"a" * 5000)[:-4000]
    pairs = []
    for number in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost" if number % 2 else begun)
        pairs.append((reader, writer))
    live = await crowd(port, 1, [], 3.0, "/v2/health/live")
    began = time.perf_counter()

    async def closed(reader: asyncio.StreamReader) -> bool:
        try:
            async with asyncio.timeout(15 - 3 + began - time.perf_counter()):
                await reader.read()
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    ends = await asyncio.gather(*(closed(reader) for reader, _ in pairs))
    for _, writer in pairs:
        writer.close()
    return sum(ends) / count, live


async def killed(port: int, bodies: Sequence[bytes], worker: Callable[[], int]) -> list[Timed]:
    """Eight clients while the worker is killed every second."""
    task = asyncio.create_task(crowd(port, 8, bodies, 6.0))
    for _ in range(5):
        await asyncio.sleep(1)
        os.kill(worker(), signal.SIGKILL)
    return await task


async def asked(port: int, path: str) -> bytes:
    """The body of an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(port, path))
    _, body = await answer(reader)
    writer.close()
    return body


async def swapped(port: int, run: Path, bodies: Sequence[bytes]) -> tuple[float, list[Timed]]:
    """Eight clients while the model's folder becomes another version; seconds until it answers."""
    manifest, path = run / "model" / "manifest.json", f"/v2/models/{run.name}"
    before = json.loads(await asked(port, path))["versions"]
    began, found = time.perf_counter(), list[Timed]()
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    while json.loads(await asked(port, path))["versions"] == before:
        found += await crowd(port, 8, bodies, 1.0)
        if time.perf_counter() - began > SWAP_S:
            break
    took = time.perf_counter() - began
    return took, found + await crowd(port, 8, bodies, 1.0)


FORM = b"multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'


def hostile(port: int) -> dict[str, bytes]:
    """Requests that should cost nothing, by what is wrong with them."""

    def made(body: bytes, kind: bytes = b"application/json", more: bytes = b"") -> bytes:
        head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {TOKEN}"
        length = b"" if b"ength" in more or b"chunked" in more else b"%d" % len(body)
        lines = [head.encode(), b"Content-Type: " + kind]
        lines += [b"Content-Length: " + length] if length else []
        return b"\r\n".join([*lines, *([more] if more else []), b"", b""]) + body

    chunk = b"%x\r\n" % 2**20 + bytes(2**20) + b"\r\n"
    return {
        "3 GB declared": made(b"abc", more=b"Content-Length: 3000000000"),
        "40 MB in chunks": made(40 * chunk, b"image/png", b"Transfer-Encoding: chunked"),
        "two lengths": made(b"abc", more=b"Content-Length: 3\r\nContent-Length: 4"),
        "gzip": made(b"\x1f\x8b\x08" + bytes(100), more=b"Content-Encoding: gzip"),
        "10,000 parts": made(10_000 * PART + b"--b--\r\n", FORM),
        "100,000 deep": made(b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        "a million digits": made(b'{"text":' + b"9" * 1_000_000 + b"}"),
        "NaN": made(b'{"text": NaN}'),
    }


async def refused(port: int) -> dict[str, int]:
    """The status of the answer to each of `hostile`; 0 where the connection ended without one."""
    found = {}
    for name, raw in hostile(port).items():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(raw)
            async with asyncio.timeout(15):
                found[name], _ = await answer(reader)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            found[name] = 0
        writer.close()
    return found
