"""Texts: all-MiniLM-L6-v2 on TREC and SST-2, a probe and what `auto` makes of it.

`python -m benchmarks texts`
"""

import json
import tempfile
from pathlib import Path

from benchmarks.measuring import SHARED, command, figure, here


def main() -> None:
    for name in ("trec", "sst2"):
        place = SHARED / "data" / "text" / name
        if not here(place):
            continue
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for strategy in ("probe", "auto"):
                words = ("train", str(place), "--strategy", strategy, "--out", str(root / strategy))
                spent = command(*words, cache=root / "cache")
                metrics = json.loads((root / strategy / "metrics.json").read_text())
                arms = {arm["name"]: round(arm["accuracy"]["value"], 4) for arm in metrics["arms"]}
                verdict, cpu = metrics["verdict"]["sentence"], round(spent.cpu, 1)
                figure(f"{name}, {strategy}", arms=arms, verdict=verdict, cpu_s=cpu)
