"""What the server adds, holds and outlives: a table, a row for each that is asked before a release.

`python -m benchmarks.serving RUN PICTURES [--seconds 10] [--overload 60] [--soak 120]` starts
`headstart serve` on a copy of a run and asks it with pictures from a folder; nine minutes on an
idle machine. Rows that are tests, not figures, are in tests/serve: names and origins that are
refused (test_lock, test_routes), paths (test_routes), broken files (test_worker), the OpenAPI's
description (test_openapi_fuzz), payloads in a browser (test_browser).
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch

import headstart
from benchmarks.serving_breaking import SWAP_S, asked, killed, refused, slow, soaked, swapped
from benchmarks.serving_clients import (
    TOKEN,
    Timed,
    answer_ms,
    at_rate,
    child_of,
    crowd,
    flood,
    handles,
    memory_mb,
    summary,
    told,
)
from headstart.data import InMemory

STAND_IN = """
import sys
from pathlib import Path
from headstart.serve import serving
reach = serving.Reach(token=sys.argv[2])
serving.serve([Path(sys.argv[1])], reach, lambda line: print(line, flush=True), module="stand_in")
"""


@dataclass
class Table:
    """Rows of what was asked, what was found, and whether that is enough."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def add(self, what: str, limit: str, found: str, *, fine: bool) -> None:
        self.rows.append((what, limit, found, fine))
        told(what, f"{found} ({limit}: {'yes' if fine else 'NO'})")

    def print(self) -> None:
        print("\n| what | pass | measured | |\n|---|---|---|---|")
        for what, limit, found, fine in self.rows:
            print(f"| {what} | {limit} | {found} | {'yes' if fine else '**no**'} |")


@contextmanager
def served(command: Sequence[str], table: Table | None = None) -> Iterator[tuple[int, int]]:
    """The port and the process of a server that is ready."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as it:
        assert it.stdout
        port = int(it.stdout.readline().split(":")[2].split("/")[0])
        live = time.perf_counter() - began
        if not any(line.startswith("ready") for line in it.stdout):
            raise SystemExit("the server ended before it was ready")
        ready = time.perf_counter() - began
        try:
            yield port, it.pid
        except BaseException:
            it.kill()
            raise
        began = time.perf_counter()
        it.send_signal(signal.SIGTERM)
        it.wait()
        if table:
            stopped = time.perf_counter() - began
            found = f"{live:.2f} s, {ready:.1f} s, {stopped:.1f} s"
            fine = live <= 1 and stopped <= 10 and it.returncode == 0
            table.add("live, ready, stopped", "1 s, 3 s + load, 10 s", found, fine=fine)


def direct(run: Path, bodies: Sequence[bytes], batch: int, seconds: float) -> float:
    """Things a second by `Model.predict` in this process."""
    model = headstart.load(run)
    asked_for = [*bodies[:batch]] if batch > 1 else bodies[0]
    model.predict(asked_for)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        model.predict(asked_for)
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


def overhead(run: Path, table: Table) -> None:
    """A worker that says at once what it was sent: what is left is the server's own."""
    tests = Path(__file__).parents[1] / "tests" / "serve"
    os.environ["PYTHONPATH"] = f"{tests}:{os.environ.get('PYTHONPATH', '')}"
    with served([sys.executable, "-c", STAND_IN, str(run), TOKEN]) as (port, _):
        bodies = [bytes(20_000)]
        asyncio.run(crowd(port, 8, bodies, 1.0))
        found = asyncio.run(at_rate(port, 400, bodies, 25.0, at_once=8))
        p50, p99 = answer_ms(found)
        text = f"{p50:.1f} ms, {p99:.1f} ms"
        fine = p50 <= 2 and p99 <= 10
        table.add("own time, 8 clients, 10,000 at 400 a second", "2 ms, 10 ms", text, fine=fine)
        told("as fast as 8 clients can", summary(asyncio.run(crowd(port, 8, bodies, 3.0)), 3.0))


def overloaded(
    port: int, pid: int, bodies: Sequence[bytes], usual: tuple[float, float, float], table: Table,
    seconds: float,
) -> None:  # fmt: skip
    """Twice and ten times what it can answer, at times that wait for no answer."""
    rate, _, usual_p99 = usual
    for times in (2, 10):
        before = memory_mb(pid)
        found = asyncio.run(flood(port, times * rate, bodies, seconds))
        told(f"{times} x {rate:.0f} a second", summary(found, seconds))
        after = asyncio.run(crowd(port, 8, bodies, 1.0))
        p99, others = answer_ms(found)[1], {s for _, s in found} - {200, 503}
        name = f"{times} x overload, {seconds:.0f} s"
        ratio = p99 / usual_p99
        text = f"{p99:.0f} ms, {ratio:.1f} x"
        table.add(f"{name}: p99", "2 x that of 16 clients", text, fine=ratio <= 2 and not others)
        more = memory_mb(pid) - before
        table.add(f"{name}: memory", "+100 MB", f"{more:+.0f} MB", fine=more <= 100)
        failed = sum(status != 200 for _, status in after)
        text = f"p99 {answer_ms(after)[1]:.0f} ms, {failed} refused"
        fine = not failed and answer_ms(after)[1] <= 2 * usual_p99
        table.add(f"{name}: the second after, 8 clients", "as before", text, fine=fine)


def mixed(port: int, bodies: Sequence[bytes], seconds: float, table: Table) -> None:
    """One in ten is broken."""
    broken = [body if i % 10 else body[: len(body) // 3] for i, body in enumerate(bodies)]
    good, found = (asyncio.run(crowd(port, 8, some, seconds)) for some in (bodies, broken))
    p99s = [answer_ms(some)[1] for some in (good, found)]
    bad = {status for _, status in found} - {200}
    text = f"{p99s[0]:.0f} -> {p99s[1]:.0f} ms; {sorted(bad)}"
    fine = p99s[1] <= 1.2 * p99s[0] and bad == {422}
    table.add("1 in 10 broken, p99 of good", "+20%, 422", text, fine=fine)


def failing(port: int, pid: int, run: Path, bodies: Sequence[bytes], table: Table) -> None:
    """Deaths, another version, slow connections, bodies that are none."""
    found = asyncio.run(killed(port, bodies, lambda: child_of(pid)))
    failed, longest = sum(s != 200 for _, s in found), max(took for took, _ in found)
    text = f"{failed} of {len(found)} failed, longest {longest:.1f} s"
    table.add("worker killed 5 times", "0 failed, 2 s", text, fine=not failed and longest <= 2)
    took, found = asyncio.run(swapped(port, run, bodies))
    failed = sum(status != 200 for _, status in found)
    text = f"{failed} of {len(found)} failed, after {took:.1f} s"
    table.add("another version", "0 failed", text, fine=not failed and took < SWAP_S)
    share, live = asyncio.run(slow(port, 300))
    text = f"{share:.1%} closed; {answer_ms(live)[1]:.0f} ms"
    fine = share >= 0.99 and answer_ms(live)[1] <= 100
    table.add("300 slow connections; live p99", "99% in 15 s; 100 ms", text, fine=fine)
    before = memory_mb(pid)
    statuses = asyncio.run(refused(port))
    more = memory_mb(pid) - before
    fine = {*statuses.values()} <= {400, 411, 413, 415, 422} and more <= 50
    text = f"{', '.join(f'{name} {status}' for name, status in statuses.items())}; {more:+.0f} MB"
    table.add("bodies that are none", "4xx, +50 MB", text, fine=fine)


def usual(
    run: Path, port: int, bodies: Sequence[bytes], seconds: float, table: Table
) -> tuple[float, float, float]:
    """1, 8 and 16 clients beside direct calls; of 16 the answers a second, p50 and p99 in ms."""
    forward = forward_ms(run, bodies[0], seconds / 2)
    alone, many = (direct(run, bodies, batch, seconds / 2) for batch in (1, 16))
    told("direct", f"one {1000 / alone:.1f} ms; batches of 16 {many:.0f} a second")
    rates: dict[int, tuple[float, list[Timed]]] = {}
    for count in (1, 8, 16):
        found = asyncio.run(crowd(port, count, bodies, seconds))
        told(f"{count} clients", summary(found, seconds))
        rates[count] = sum(status == 200 for _, status in found) / seconds, found
    one = answer_ms(rates[1][1])[0]
    text = f"{one:.1f} of {forward:.1f} ms, {one / forward:.2f} x"
    table.add("p50 of one client", "1.5 x forward alone", text, fine=one <= 1.5 * forward)
    for count, least in ((8, 0.8), (16, 0.9)):
        share = rates[count][0] / many
        text = f"{rates[count][0]:.0f} of {many:.0f} a second, {share:.0%}"
        table.add(
            f"{count} clients beside batches of 16", f"{least:.0%}", text, fine=share >= least
        )
    return (rates[16][0], *answer_ms(rates[16][1]))


def measured(
    run: Path, port: int, pid: int, bodies: Sequence[bytes], of: argparse.Namespace, table: Table
) -> None:
    """Everything about a server that is ready."""
    asyncio.run(crowd(port, 8, bodies, 1.0))
    open_before = handles(pid)
    full = usual(run, port, bodies, of.seconds, table)
    found = asyncio.run(at_rate(port, 0.7 * full[0], bodies, of.overload))
    (p50, p99), failed = answer_ms(found), sum(status != 200 for _, status in found)
    text = f"{p50:.0f} and {p99:.0f} ms, {p99 / p50:.1f} x, {failed} of {len(found)} failed"
    fine = p99 <= 3 * p50 and not failed
    table.add(f"70% load, {of.overload:.0f} s: p50, p99", "3 x, 0 failed", text, fine=fine)
    overloaded(port, pid, bodies, full, table, of.overload)
    mixed(port, bodies, of.seconds, table)
    failing(port, pid, run, bodies, table)
    count, wrong, slope, more = asyncio.run(soaked(port, pid, bodies, of.soak))
    text = f"{wrong} of {count} unlike the first, {slope:+.1f} MB an hour, {more:+d} descriptors"
    fine = not wrong and slope <= 1 and more <= 0
    table.add(f"soak, {of.soak:.0f} s", "0, 1 MB an hour, 0", text, fine=fine)
    time.sleep(1)
    told("descriptors", f"{open_before} before, {handles(pid)} after")
    deaths = asyncio.run(asked(port, "/metrics")).decode().splitlines()
    told("deaths", json.dumps([row for row in deaths if row.startswith("headstart_worker_deaths")]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--overload", type=float, default=60.0)
    parser.add_argument("--soak", type=float, default=120.0)
    of = parser.parse_args()
    files = sorted(p for p in of.pictures.rglob("*") if p.suffix in (".jpg", ".png"))[:64]
    bodies, table = [file.read_bytes() for file in files], Table()
    with tempfile.TemporaryDirectory() as place:
        run = Path(shutil.copytree(of.run, Path(place, of.run.resolve().name)))
        overhead(run, table)
        command = [sys.executable, "-m", "headstart", "serve", str(run), "--port", "0"]
        with served([*command, "--token", TOKEN], table) as (port, pid):
            measured(run, port, pid, bodies, of, table)
    table.print()


if __name__ == "__main__":
    main()
