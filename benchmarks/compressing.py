"""What each way to a smaller model saves and loses, of a probe on mobilenetv2_100.

`python -m benchmarks compressing`: every way within an hour of CPU time, on four sets of pictures;
bytes and CPU milliseconds are of ONNX files on one thread, losses are paired on the test rows.
HEADSTART_BENCH_SETS="flowers5 trashnet" names fewer.
Measured with less (an AMD EPYC without VNNI, busy with other work, one run each): 8 bits have .29
of the bytes, and .89, .74, .88 and .80 of the time, and lose -1.4 points (-4.9 to 2.1) on flowers5,
-0.6 (-4.4 to 3.2) on trashnet, 0.6 (-1.6 to 2.8) on cats_dogs and -0.4 (-3.5 to 2.6) on
chest_xray, for about 71 CPU seconds each. The first 5 of 9 stages have .11 of the bytes and lose
3.6 (-4.0 to 11.0) on flowers5, 9.4 (4.3 to 14.3) on cats_dogs and 4.0 (-3.9 to 11.8) on trashnet.
The student lost 0.0 (-7.1 to 7.1) on flowers5 and 10.0 (4.7 to 15.0) on cats_dogs, in three epochs;
pixels, and the student on trashnet and chest_xray, were not measured.
"""

import json
import os
import tempfile
from pathlib import Path

from benchmarks.measuring import NET, SHARED, command, figure, here

SETS = {"flowers5": (), "cats_dogs": (), "trashnet": (), "chest_xray": ("--group", "patient")}
"""Names, and what `train` is told of each."""
NAMED = os.environ.get("HEADSTART_BENCH_SETS", " ".join(SETS)).split()
BUDGET = "1h"
WAYS = (("--int8",), ("--stages", "5"), ("--size", "144"), ("--distill", "shipped"))


def main() -> None:
    places = [SHARED / "data" / name for name in NAMED]
    if not here(*places):
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for place in places:
            run = root / place.name
            asked = (*SETS[place.name], "--strategy", "probe", "--folds", "1")
            whole = ("train", str(place), *NET, *asked)
            command(*whole, "--out", str(run), cache=root / "cache")
            for way in WAYS:
                out = root / f"{place.name}{way[0]}"
                words = ("compress", str(run), *way, "--budget", BUDGET, "--out", str(out))
                spent = command(*words, cache=root / "cache", threads=1)
                found = json.loads((out / "metrics.json").read_text())["compression"]
                told = {name: found[name] for name in ("way", "bytes", "ms", "lost", "same")}
                figure(f"{place.name} {way[0]}", cpu_s=round(spent.cpu), **told)
