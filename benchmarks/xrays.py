"""X-rays with patients kept together: does the verdict say what its interval supports?"""

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
