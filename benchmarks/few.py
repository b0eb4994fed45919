"""Eight questions of each class of TREC: rows drawn together by pairs, against a plain probe.

`python -m benchmarks few`. Ten draws, the whole test; all-MiniLM-L6-v2. Of the 48 questions the
probe is fitted to all, what is trained by pairs to those that are not held out. Asked: 3 points
more, the mean of ten draws.
"""

import json
import random
import tempfile
from pathlib import Path
from statistics import mean, stdev

from benchmarks.measuring import SHARED, command, figure, here

EACH, DRAWS = 8, 10


def main() -> None:
    place = SHARED / "data" / "text" / "trec"
    if not here(place):
        return
    leads = []
    for draw in range(DRAWS):
        with tempfile.TemporaryDirectory() as folder:
            leads.append(_lead(place, draw, Path(folder)))
    error = stdev(leads) / len(leads) ** 0.5
    figure("mean of ten draws", points=round(mean(leads), 2), standard_error=round(error, 2))


def _lead(place: Path, draw: int, root: Path) -> float:
    train, test = (_rows(place / f"{part}.tsv") for part in ("train", "test"))
    random.Random(draw).shuffle(train)
    classes: dict[str, list[str]] = {}
    for row in train:
        classes.setdefault(row.split("\t", 1)[0], []).append(row)
    some = [f"{row}\ttrain" for rows in classes.values() for row in rows[:EACH]]
    table = root / "trec.tsv"
    table.write_text("\n".join(["label\ttext\tsplit", *some, *(f"{row}\ttest" for row in test)]))
    words = ("train", str(table), "--label", "label", "--strategy", "contrast", "--seed", str(draw))
    spent = command(*words, "--out", str(root / "run"), cache=root / "cache")
    metrics = json.loads((root / "run" / "metrics.json").read_text())
    found = {arm["name"]: arm["accuracy"]["value"] for arm in metrics["arms"]}
    figure(
        f"draw {draw}",
        probe=round(found["probe"], 4),
        contrast=round(found["contrast"], 4),
        cpu_s=round(spent.cpu),
    )
    return 100 * float(found["contrast"] - found["probe"])


def _rows(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
