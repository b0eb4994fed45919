"""What the server adds, holds and outlives: short versions of what is asked before a release.

`python -m benchmarks.serving RUN PICTURES [--seconds 10] [--overload 60] [--soak 600]` starts
`headstart serve` on a run and asks it with pictures from a folder: one client and eight beside
direct calls of the same model, 70% of what it can answer, twice and ten times as many, broken files
among good ones, slow and half-open connections, and deaths of its worker; then the soak.
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

import numpy as np
import torch

import headstart
from benchmarks.serving_clients import (
    TOKEN,
    answer,
    at_rate,
    child_of,
    crowd,
    handles,
    memory_mb,
    request,
    summary,
    told,
)
from headstart.data import InMemory


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
        try:
            yield port, it.pid
        except BaseException:
            it.kill()
            raise
        began = time.perf_counter()
        it.send_signal(signal.SIGTERM)
        it.wait()
        told("stopped", f"{time.perf_counter() - began:.2f} s, exit {it.returncode}")


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


def forward_ms(run: Path, body: bytes, seconds: float) -> float:
    """Milliseconds of the network alone on one picture, decoded before; the median."""
    model = headstart.load(run)
    modality = model.backbone.modality
    batch = modality.batch([modality.read(InMemory("one", body))])
    network = torch.nn.Sequential(*model.backbone.stages).eval()
    took = []
    with torch.inference_mode():
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            began = time.perf_counter()
            network(batch)
            took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


async def overloaded(port: int, pid: int, bodies: Sequence[bytes], seconds: float) -> None:
    """Twice and ten times the clients that fill it; what is accepted, and how it is after that."""
    usual = await crowd(port, 32, bodies, 10.0)
    told("32 clients", summary(usual, 10.0))
    for many in (64, 320):
        before = memory_mb(pid)
        found = await crowd(port, many, bodies, seconds)
        told(f"{many} clients, {seconds:.0f} s", summary(found, seconds))
        await asyncio.sleep(5)
        after = await crowd(port, 8, bodies, 3.0)
        told("5 s after, 8 clients", summary(after, 3.0))
        told("memory of the server", f"{memory_mb(pid) - before:+.1f} MB")


async def mixed(port: int, bodies: Sequence[bytes], seconds: float) -> None:
    """One in ten is broken."""
    good = await crowd(port, 8, bodies, seconds)
    broken = [body if i % 10 else body[: len(body) // 3] for i, body in enumerate(bodies)]
    found = await crowd(port, 8, broken, seconds)
    counts = {status: sum(one == status for _, one in found) for status in {s for _, s in found}}
    p99 = [sorted(t for t, s in some if s == 200) for some in (good, found)]
    p99s = [1000 * some[int(0.99 * len(some))] for some in p99]
    told("1 in 10 broken", f"{counts}; p99 of good {p99s[0]:.1f} -> {p99s[1]:.1f} ms")


async def soaked(port: int, pid: int, bodies: Sequence[bytes], seconds: float) -> None:
    """Eight clients for long: memory by the minute, and every answer held to the first."""
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
            await asyncio.sleep(15)
            seen.append(memory_mb(pid))
        return seen

    before = handles(pid)
    *_, seen = await asyncio.gather(*(one(3 * i) for i in range(8)), watch())
    late = seen[len(seen) // 4 :]
    hours = 15 * (len(late) - 1) / 3600
    slope = float(np.polyfit(np.linspace(0, hours, len(late)), late, 1)[0])
    told("soak", f"{count} answers, {wrong} unlike the first or refused")
    told("memory in the soak", f"{seen[0]:.1f} to {seen[-1]:.1f} MB, {slope:+.1f} MB an hour")
    told("descriptors in the soak", f"{before} before, {handles(pid)} after")


def _plain_answer(body: bytes) -> bytes:
    """Label and probabilities, to four digits: batches of other sizes differ in the last ones."""
    (one,) = json.loads(body)
    shares = {name: round(share, 4) for name, share in one.get("probabilities", {}).items()}
    return json.dumps([one.get("label"), shares]).encode()


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--overload", type=float, default=60.0)
    parser.add_argument("--soak", type=float, default=0.0)
    asked = parser.parse_args()
    files = sorted(p for p in asked.pictures.rglob("*") if p.suffix in (".jpg", ".png"))[:64]
    bodies = [file.read_bytes() for file in files]
    one, many = (direct(asked.run, bodies, batch, asked.seconds / 2) for batch in (1, 16))
    told("forward alone", f"{forward_ms(asked.run, bodies[0], asked.seconds / 2):.1f} ms")
    told("direct", f"one {1000 / one:.1f} ms; batches of 16 {many:.0f} a second")
    with served(asked.run) as (port, pid):
        measured(port, pid, bodies, asked)


def measured(port: int, pid: int, bodies: Sequence[bytes], asked: argparse.Namespace) -> None:
    """Everything about a server that is ready."""
    ask = lambda *of: asyncio.run(crowd(port, *of))  # noqa: E731
    ask(8, bodies, 1.0)
    before, open_before = memory_mb(pid), handles(pid)
    told("server alone, 8 clients", summary(ask(8, [], 3.0, "/v2/health/live"), 3.0))
    for count in (1, 8):
        found = ask(count, bodies, asked.seconds)
        told(f"{count} clients", summary(found, asked.seconds))
    rate = 0.7 * sum(status == 200 for _, status in found) / asked.seconds
    held = asyncio.run(at_rate(port, rate, bodies, asked.overload))
    told(f"70%, {asked.overload:.0f} s", summary(held, asked.overload))
    asyncio.run(overloaded(port, pid, bodies, asked.overload))
    asyncio.run(mixed(port, bodies, asked.seconds))
    told("memory of the server", f"{before:.0f} MB, {memory_mb(pid) - before:+.0f} MB")
    told("worker killed 5 times", asyncio.run(killed(port, bodies, lambda: child_of(pid))))
    told("300 slow connections", asyncio.run(slow(port, 300)))
    time.sleep(1)
    told("descriptors", f"{open_before} before, {handles(pid)} after")
    if asked.soak:
        asyncio.run(soaked(port, pid, bodies, asked.soak))
    text = asyncio.run(figures(port))
    deaths = [row for row in text.splitlines() if row.startswith("headstart_worker_deaths")]
    told("deaths", json.dumps(deaths))


if __name__ == "__main__":
    main()
