"""Five photographs' classes, five seeds: accuracy and verdict, pretrained and random weights.

`python -m benchmarks flowers`: pretrained .8900 (.8714 to .9000), helps five times; random
weights .4243 (.3286 to .4857), no evidence five times. Two cores of a shared Xeon, no GPU,
2026-11-22.
"""

import json
import statistics
import tempfile
from pathlib import Path

from benchmarks.measuring import FLOWERS, NET, WEIGHTS, command, figure, here


def main() -> None:
    if here(FLOWERS, WEIGHTS):
        with tempfile.TemporaryDirectory() as place:
            _seeds("pretrained", NET, Path(place))
            _seeds("random weights", (*NET[:2], "--weights", "random"), Path(place))


def _seeds(name: str, net: tuple[str, ...], place: Path) -> None:
    words, values = [], []
    for seed in range(5):
        out = place / f"{name}-{seed}"
        command(
            "train",
            str(FLOWERS),
            *net,
            "--seed",
            str(seed),
            "--out",
            str(out),
            cache=place / "cache",
        )
        metrics = json.loads((out / "metrics.json").read_text())
        words.append(metrics["verdict"]["word"])
        values.append(metrics["test"]["accuracy"]["value"])
    spread = [round(min(values), 4), round(max(values), 4)]
    figure(f"flowers5, {name}", mean=round(statistics.mean(values), 4), spread=spread, words=words)
