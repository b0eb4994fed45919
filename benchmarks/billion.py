"""Rows of a billion pictures on many machines: what a job comes to where machines fail.

`python -m benchmarks.billion` prints the table of docs/billion.md, which a test holds to it. A
simulator, not a run: a machine takes a piece of work, reads it, computes, and writes one shard;
machines are lost, some are slow, and the store has hours in which it is. All of it is drawn from a
seed. The figures of a shard (`MEASURED`) come from runs, named in that page.
"""

import heapq
import math
import random
from dataclasses import dataclass, replace

PICTURES = 10**9
"""Of the plan."""
UNITS = 250_000
"""Pieces that are simulated, at most: of more, a share on as large a share of the machines."""


@dataclass(frozen=True)
class Shard:
    """What pieces of work take, as it was measured."""

    item_s: float
    """Seconds of a core or card for a picture, decoding included."""
    unit_s: float
    """Seconds for each piece besides: names, what is done already, one object written."""
    start_s: float
    """Seconds until a process has its network and begins."""
    row_bytes: int
    """In a shard, for each picture."""
    picture_bytes: int
    """That are read for each."""


@dataclass(frozen=True)
class Faults:
    """What goes wrong, and how often."""

    lost_per_hour: float = 1 / 500
    """Machines that are taken away or fail, for each hour of one."""
    back_s: float = 300.0
    """Seconds until another is in its place."""
    slow_share: float = 0.02
    """Of machines, those that are slow for as long as they live."""
    slow_times: float = 3.0
    """How many times longer these take."""
    bad_share: float = 0.02
    """Of pieces, those for which the store answers slowly."""
    bad_times: float = 30.0
    """How many times longer it takes then."""
    request_s: float = 1.0
    """Seconds that a piece waits for the store otherwise."""


USUAL = Faults()
CALM = Faults(lost_per_hour=0.0, slow_share=0.0, bad_share=0.0)


@dataclass(frozen=True)
class Outcome:
    """What a job came to."""

    wall_h: float
    machine_h: float
    """Of all machines, each from its start to the end of its last piece."""
    useful_h: float
    """Of these, what the pieces take where nothing goes wrong."""
    lost: int
    """Machines."""
    again: float
    """Share of the pieces that were begun again."""

    @property
    def wasted(self) -> float:
        """Share of the hours that went elsewhere."""
        return 1 - self.useful_h / self.machine_h


@dataclass(frozen=True)
class Job:
    """How the work is cut, and for how many machines."""

    machines: int
    size: int = 4096
    """Pictures in a piece, whose rows are one object."""
    parts: int = 4
    """For each machine: a part is a process that does its pieces one after the other."""
    pictures: int = PICTURES


def simulate(shard: Shard, faults: Faults, job: Job, seed: int = 0) -> Outcome:
    """A machine takes the next part when it is done; what a lost one had finished stays done."""
    rng, units = random.Random(seed), math.ceil(job.pictures / job.size)
    few = max(1, round(job.machines * min(1.0, UNITS / units)))
    times, parts = job.machines / few, few * job.parts
    shown = round(units / times)
    queue = [shown // parts + (number < shown % parts) for number in range(parts)]
    clock = [(0.0, number, 0) for number in range(few)]  # when, who, pieces left of its part
    slow = [rng.random() < faults.slow_share for _ in range(few)]
    rate, lost, again, ends = faults.lost_per_hour / 3600, 0, 0, list[float]()
    while clock:
        now, number, left = heapq.heappop(clock)
        start = 0.0
        if not left:
            if not queue:
                ends.append(now)
                continue
            left, start = queue.pop(), shard.start_s
        work = start + (shard.unit_s + job.size * shard.item_s) * (
            faults.slow_times if slow[number] else 1.0
        )
        work += faults.request_s * (faults.bad_times if rng.random() < faults.bad_share else 1.0)
        dies = rng.expovariate(rate) if rate else math.inf
        if dies < work:
            lost, again = lost + 1, again + 1
            slow[number] = rng.random() < faults.slow_share
            queue.append(left)
            heapq.heappush(clock, (now + dies + faults.back_s, number, 0))
        else:
            heapq.heappush(clock, (now + work, number, left - 1))
    useful = shown * (shard.unit_s + faults.request_s + job.size * shard.item_s)
    machine_h = sum(ends) * times / 3600
    return Outcome(
        max(ends) / 3600, machine_h, useful * times / 3600, round(lost * times), again / shown
    )


CORE = Shard(item_s=0.0173, unit_s=0.3, start_s=11.0, row_bytes=3092, picture_bytes=51_500)
"""Measured: headstart_resnet10 at 96 pixels on a core of a crowded EPYC without AVX-512, JPEG files
of 500 x 375. The seconds of a piece are a bound from above."""
CARD = Shard(item_s=1 / 2638, unit_s=0.3, start_s=17.0, row_bytes=8300, picture_bytes=110_000)
"""Measured but for the bytes: resnet50 at 224 pixels on an H200, from pictures in memory."""
LINES: tuple[tuple[str, Shard, Faults, Job], ...] = (
    ("cores, nothing goes wrong", CORE, CALM, Job(1000)),
    ("cores, as usual", CORE, USUAL, Job(1000)),
    ("one part a machine", CORE, USUAL, Job(1000, parts=1)),
    ("16 parts a machine", CORE, USUAL, Job(1000, parts=16)),
    ("pieces of 512", CORE, USUAL, Job(1000, size=512)),
    ("pieces of 32,768", CORE, USUAL, Job(1000, size=32_768)),
    ("machines lost 10 times as often", CORE, replace(USUAL, lost_per_hour=0.02), Job(1000)),
    ("and pieces of 32,768", CORE, replace(USUAL, lost_per_hour=0.02), Job(1000, size=32_768)),
    ("a tenth of machines slow", CORE, replace(USUAL, slow_share=0.1), Job(1000)),
    ("the store slow for a fifth", CORE, replace(USUAL, bad_share=0.2), Job(1000)),
    ("cards, as usual", CARD, USUAL, Job(16)),
    ("cards, pieces of 32,768", CARD, USUAL, Job(16, size=32_768)),
)
HEAD = (
    "| | machines | hours | machine hours | wasted | machines lost | pieces begun again | "
    "objects written | TB read | TB written |\n" + "|---" * 10 + "|"
)


def table() -> str:
    """What each line comes to, as Markdown."""
    rows = [HEAD]
    for name, shard, faults, job in LINES:
        found = simulate(shard, faults, job)
        read, written = (job.pictures * n / 1e12 for n in (shard.picture_bytes, shard.row_bytes))
        rows.append(
            f"| {name} | {job.machines:,} | {found.wall_h:.1f} | {found.machine_h:,.0f} | "
            f"{found.wasted:.1%} | {found.lost:,} | {found.again:.3%} | "
            f"{math.ceil(job.pictures / job.size):,} | {read:.0f} | {written:.1f} |"
        )
    return "\n".join(rows)


def main() -> None:
    print(table())


if __name__ == "__main__":
    main()
