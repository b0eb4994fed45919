"""X-rays with patients kept together: does the verdict say what its interval supports?

`python -m benchmarks xrays`, 240 test pictures of patients that are nowhere else: .950 against .938
for a linear head on raw pixels, +1.2 points (-2.3 to +4.8), no evidence; started from random
weights .883. Two cores of a shared Xeon at 2.5 GHz, no GPU, 2026-11-21.
"""

import json
import tempfile
from pathlib import Path

from benchmarks.measuring import NET, WEIGHTS, XRAYS, command, figure, here


def main() -> None:
    if not here(XRAYS, WEIGHTS):
        return
    with tempfile.TemporaryDirectory() as place:
        for weights in (NET, (*NET[:2], "--weights", "random")):
            out = Path(place) / Path(weights[-1]).stem
            words = ("train", str(XRAYS), *weights, "--group", "patient", "--out", str(out))
            command(*words, cache=Path(place) / "cache")
            metrics = json.loads((out / "metrics.json").read_text())
            arms = {arm["name"]: round(arm["accuracy"]["value"], 4) for arm in metrics["arms"]}
            figure(f"chest_xray, {out.name}", arms=arms, verdict=metrics["verdict"])
