"""What each way to a smaller model saves and loses, of a probe on mobilenetv2_100.

`python -m benchmarks compressing`: every way on sets of pictures, one set after the other, within
15 minutes of CPU time; what there is no time left for is told. Bytes and CPU milliseconds are of
ONNX files on one thread, losses are paired on the test rows. HEADSTART_BENCH_SETS="trashnet" names
other sets, HEADSTART_BENCH_MINUTES=60 gives more time.
Measured way by way (an AMD EPYC without VNNI, busy with other work, one run each): 8 bits have .29
of the bytes, and .89, .74, .88 and .80 of the time, and lose -1.4 points (-4.9 to 2.1) on flowers5,
-0.6 (-4.4 to 3.2) on trashnet, 0.6 (-1.6 to 2.8) on cats_dogs and -0.4 (-3.5 to 2.6) on
chest_xray, for about 71 CPU seconds each. The first 5 of 9 stages have .11 of the bytes and lose
3.6 (-4.0 to 11.0) on flowers5, 9.4 (4.3 to 14.3) on cats_dogs and 4.0 (-3.9 to 11.8) on trashnet.
A student of the first stages, 144 pixels a side, loses 0.0 (-2.5 to 2.5) on cats_dogs for .60 of
the bytes and .58 of the time, -1.1 (-8.6 to 6.3) on trashnet for .25 and .46, and -1.4 (-7.5 to
4.7) on flowers5 for .25 and .45; the shipped one lost 0.0 (-7.1 to 7.1) on flowers5 and 10.0 (4.7
to 15.0) on cats_dogs. Pixels, and students on chest_xray, were not measured. With VNNI 8 bits take
.74 of the time on cats_dogs and .75 on trashnet.
"""

import json
import os
import tempfile
from pathlib import Path

from benchmarks.measuring import NET, SHARED, command, figure, here

SETS = {"flowers5": (), "cats_dogs": (), "trashnet": (), "chest_xray": ("--group", "patient")}
"""Names, and what `train` is told of each."""
NAMED = os.environ.get("HEADSTART_BENCH_SETS", " ".join(SETS)).split()
MOST_S = 60 * float(os.environ.get("HEADSTART_BENCH_MINUTES", "15"))
"""CPU seconds of all commands together."""
BUDGET = "3m"
"""Of a student."""
WAYS = (("--int8",), ("--stages", "5"), ("--size", "144"), ("--distill", "own"))
EXPECTED = {"train": 80.0, "--int8": 80.0, "--stages": 80.0, "--size": 80.0, "--distill": 330.0}
"""CPU seconds of each, before one was measured."""


class Clock:
    """What was spent, and what each kind of command took."""

    def __init__(self) -> None:
        self.spent, self.took = 0.0, dict(EXPECTED)

    def run(self, kind: str, *words: str, cache: Path, threads: int | None = None) -> float | None:
        """CPU seconds of a command; None where there is no time left for it."""
        if self.spent + self.took[kind] > MOST_S:
            return None
        cpu = self.took[kind] = command(*words, cache=cache, threads=threads).cpu
        self.spent += cpu
        return cpu


def main() -> None:
    places = [SHARED / "data" / name for name in NAMED]
    if not here(*places):
        return
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        for place in places:
            _measure(place, Path(folder), clock)
    figure("all", cpu_s=round(clock.spent))


def _measure(place: Path, root: Path, clock: Clock) -> None:
    """One set: a run, then every way that there is time for."""
    run, cache = root / place.name, root / "cache"
    asked = (*SETS[place.name], "--strategy", "probe", "--folds", "1")
    whole = ("train", str(place), *NET, *asked, "--out", str(run))
    if clock.run("train", *whole, cache=cache) is None:
        figure(place.name, left_out="no time")
        return
    for way in WAYS:
        out = root / f"{place.name}{way[0]}"
        words = ("compress", str(run), *way, "--budget", BUDGET, "--out", str(out))
        cpu = clock.run(way[0], *words, cache=cache, threads=1)
        if cpu is None:
            figure(f"{place.name} {way[0]}", left_out="no time")
            continue
        found = json.loads((out / "metrics.json").read_text())["compression"]
        told = {name: found[name] for name in ("way", "bytes", "ms", "lost", "same")}
        figure(f"{place.name} {way[0]}", cpu_s=round(cpu), **told)
