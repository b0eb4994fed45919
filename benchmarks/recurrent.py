"""The recurrent network that ships, on 500 labels of TREC and of SST-2: transfer against scratch.

`python -m benchmarks recurrent`. Train rows are drawn with seeds 0, 1 and 2; the whole test sets
are judged. All of the network is tuned; arms share rows and search for their rates by the same
validation rows.
"""

import json
import random
import tempfile
from pathlib import Path

from benchmarks.measuring import SHARED, command, figure, here

LABELS, SEEDS = 500, (0, 1, 2)
ASKED = ("--strategy", "full", "--compare", "scratch")


def main() -> None:
    for name in ("trec", "sst2"):
        place = SHARED / "data" / "text" / name
        if here(place):
            for seed in SEEDS:
                with tempfile.TemporaryDirectory() as folder:
                    _judge(name, place, seed, Path(folder))


def _judge(name: str, place: Path, seed: int, root: Path) -> None:
    table = root / f"{name}.tsv"
    train, test = (_rows(place / f"{part}.tsv") for part in ("train", "test"))
    random.Random(seed).shuffle(train)
    lines = [f"{row}\ttrain" for row in train[:LABELS]] + [f"{row}\ttest" for row in test]
    table.write_text("\n".join(["label\ttext\tsplit", *lines]))
    words = ("train", str(table), "--backbone", "headstart_lstm", *ASKED)
    spent = command(*words, "--label", "label", "--out", str(root / "run"), cache=root / "cache")
    metrics = json.loads((root / "run" / "metrics.json").read_text())
    leads = {arm["name"]: arm["behind_by"] for arm in metrics["arms"]}
    figure(
        f"{name}, {LABELS} labels, draw {seed}",
        arms={arm["name"]: round(arm["accuracy"]["value"], 4) for arm in metrics["arms"]},
        over_scratch=[round(x, 4) for x in leads["scratch"].values()],
        verdict=metrics["verdict"]["sentence"],
        cpu_s=round(spent.cpu, 1),
    )


def _rows(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
