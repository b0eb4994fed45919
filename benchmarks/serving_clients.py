"""Clients of a server under test, and what its processes take."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

TOKEN = "benchmark-token-benchmark"
Timed = tuple[float, int]
"""Seconds, and the status."""


def request(port: int, path: str, body: bytes = b"") -> bytes:
    verb = "POST" if body else "GET"
    head = [f"{verb} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Authorization: Bearer {TOKEN}"]
    head += [f"Content-Length: {len(body)}", "Content-Type: image/jpeg"] if body else []
    return "\r\n".join([*head, "", ""]).encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return int(head.split()[1]), await reader.readexactly(length)


async def client(port: int, path: str, bodies: Sequence[bytes], until: float) -> list[Timed]:
    """Ask one after the other on one connection."""
    found: list[Timed] = []
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        body = bodies[len(found) % len(bodies)] if bodies else b""
        began = time.perf_counter()
        writer.write(request(port, path, body))
        status, _ = await answer(reader)
        found.append((time.perf_counter() - began, status))
        if status == 503:
            await asyncio.sleep(0.05)
    writer.close()
    return found


async def crowd(
    port: int, count: int, bodies: Sequence[bytes], seconds: float, path: str = "/predict"
) -> list[Timed]:
    until = time.perf_counter() + seconds
    parts = [bodies[i:] + bodies[:i] for i in range(count)]
    done = await asyncio.gather(*(client(port, path, part, until) for part in parts))
    return [one for some in done for one in some]


def summary(found: Sequence[Timed], seconds: float) -> str:
    good = sorted(1000 * took for took, status in found if status == 200)
    if not good:
        return f"no answer among {len(found)}"
    others = len(found) - len(good)
    p50, p99 = statistics.median(good), good[int(0.99 * len(good))]
    return f"{len(good) / seconds:.0f} a second, p50 {p50:.1f} ms, p99 {p99:.1f} ms, {others} x 503"


def answer_ms(found: Sequence[Timed]) -> tuple[float, float]:
    """The median and the 99th of 100 of what was answered."""
    good = sorted(1000 * took for took, status in found if status == 200)
    return (statistics.median(good), good[int(0.99 * len(good))]) if good else (1e6, 1e6)


async def flood(
    port: int, rate: float, bodies: Sequence[bytes], seconds: float, most: int = 400
) -> list[Timed]:
    """Ask at times that do not wait for answers, over many connections; timed from the sending."""
    begun = time.perf_counter()
    due = [begun + number / rate for number in reversed(range(int(rate * seconds)))]
    found: list[Timed] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while due and time.perf_counter() < begun + seconds:
            await asyncio.sleep(max(0.0, due.pop() - time.perf_counter()))
            sent = time.perf_counter()
            writer.write(request(port, "/predict", bodies[len(due) % len(bodies)]))
            status, _ = await answer(reader)
            found.append((time.perf_counter() - sent, status))
        writer.close()

    await asyncio.gather(*(one() for _ in range(most)))
    return found


async def at_rate(
    port: int, rate: float, bodies: Sequence[bytes], seconds: float, at_once: int = 64
) -> list[Timed]:
    """Ask at times that do not wait for answers; each is timed from when it was due."""
    begun = time.perf_counter()
    due = [begun + number / rate for number in range(int(rate * seconds))]
    found: list[Timed] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while due:
            when = due.pop(0)
            await asyncio.sleep(max(0.0, when - time.perf_counter()))
            writer.write(request(port, "/predict", bodies[len(due) % len(bodies)]))
            status, _ = await answer(reader)
            found.append((time.perf_counter() - when, status))
        writer.close()

    await asyncio.gather(*(one() for _ in range(at_once)))
    return found


def memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def handles(pid: int) -> int:
    return len([*Path(f"/proc/{pid}/fd").iterdir()])


def child_of(pid: int) -> int:
    """The process that answers, once there is one: a grandchild of the server."""
    for _ in range(200):
        if found := _grandchildren(pid):
            return found[0]
        time.sleep(0.05)
    raise SystemExit("no worker came back in 10 s")


def _grandchildren(pid: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int(
                (entry / "stat").read_text().rpartition(")")[2].split()[1]
            )
        except OSError:
            continue
    (nursery,) = [child for child, parent in parents.items() if parent == pid]
    return [child for child, parent in parents.items() if parent == nursery]


def told(what: str, text: str) -> None:
    print(f"{what:>28}  {text}", flush=True)
