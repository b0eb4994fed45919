"""What the server adds, holds and outlives: short versions of what is asked before a release.

`python -m benchmarks.serving RUN PICTURES [--seconds 10]` starts `headstart serve` on a run and
asks it with pictures from a folder: one client and eight beside direct calls of the same model,
twice as many as it can answer, slow and half-open connections, and deaths of its worker.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import headstart

TOKEN = "benchmark-token-benchmark"
Timed = tuple[float, int]
"""Seconds, and the status."""


@contextmanager
def served(run: Path) -> Iterator[tuple[int, int]]:
    """The port and the process of a server that is ready."""
    command = [sys.executable, "-m", "headstart", "serve", str(run), "--port", "0"]
    began = time.perf_counter()
    with subprocess.Popen([*command, "--token", TOKEN], stdout=subprocess.PIPE, text=True) as it:
        assert it.stdout
        port = int(it.stdout.readline().split(":")[2].split("/")[0])
        told("live", f"{time.perf_counter() - began:.2f} s")
        if not any(line.startswith("ready") for line in it.stdout):
            raise SystemExit("the server ended before it was ready")
        told("ready", f"{time.perf_counter() - began:.2f} s")
        yield port, it.pid
        began = time.perf_counter()
        it.send_signal(signal.SIGTERM)
        it.wait()
        told("stopped", f"{time.perf_counter() - began:.2f} s, exit {it.returncode}")


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


def direct(run: Path, bodies: Sequence[bytes], batch: int, seconds: float) -> float:
    """Things a second by `Model.predict` in this process."""
    model = headstart.load(run)
    asked = [*bodies[:batch]] if batch > 1 else bodies[0]
    model.predict(asked)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        model.predict(asked)
        count += batch
    return count / (time.perf_counter() - began)


def memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def handles(pid: int) -> int:
    return len([*Path(f"/proc/{pid}/fd").iterdir()])


async def slow(port: int, count: int) -> str:
    """Half of the connections send half a header, half a body that stops."""
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
    return f"{sum(ends)} of {count} closed in 15 s; live meanwhile {summary(live, 3.0)}"


async def killed(port: int, bodies: Sequence[bytes], worker: Callable[[], int]) -> str:
    """Eight clients while the worker is killed every second."""
    task = asyncio.create_task(crowd(port, 8, bodies, 6.0))
    for _ in range(5):
        await asyncio.sleep(1)
        os.kill(worker(), signal.SIGKILL)
    return summary(await task, 6.0)


async def figures(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(port, "/metrics"))
    _, body = await answer(reader)
    writer.close()
    return body.decode()


def child_of(pid: int) -> int:
    """The process that answers: a grandchild of the server."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int(
                (entry / "stat").read_text().rpartition(")")[2].split()[1]
            )
        except OSError:
            continue
    (nursery,) = [child for child, parent in parents.items() if parent == pid]
    return next(child for child, parent in parents.items() if parent == nursery)


def told(what: str, text: str) -> None:
    print(f"{what:>28}  {text}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    files = sorted(p for p in asked.pictures.rglob("*") if p.suffix in (".jpg", ".png"))[:64]
    bodies = [file.read_bytes() for file in files]
    one, many = (direct(asked.run, bodies, batch, asked.seconds / 2) for batch in (1, 16))
    told("direct", f"one {1000 / one:.1f} ms; batches of 16 {many:.0f} a second")
    with served(asked.run) as (port, pid):
        ask = lambda *of: asyncio.run(crowd(port, *of))  # noqa: E731
        ask(8, bodies, 1.0)
        before, open_before = memory_mb(pid), handles(pid)
        told("server alone, 8 clients", summary(ask(8, [], 3.0, "/v2/health/live"), 3.0))
        for count in (1, 8, 32, 64, 128, 640):
            name = f"{count} clients"
            told(name, summary(ask(count, bodies, asked.seconds), asked.seconds))
        told("memory of the server", f"{before:.0f} MB, {memory_mb(pid) - before:+.0f} MB")
        told("worker killed 5 times", asyncio.run(killed(port, bodies, lambda: child_of(pid))))
        told("300 slow connections", asyncio.run(slow(port, 300)))
        time.sleep(1)
        told("descriptors", f"{open_before} before, {handles(pid)} after")
        text = asyncio.run(figures(port))
        deaths = [row for row in text.splitlines() if row.startswith("headstart_worker_deaths")]
        told("deaths", json.dumps(deaths))


if __name__ == "__main__":
    main()
