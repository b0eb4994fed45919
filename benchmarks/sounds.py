"""Real recordings with the shipped backbone: each fold of ESC-10, each speaker of spoken digits.

`python -m benchmarks sounds`: a table says which recordings test, and who speaks; everything else
is the default. Two cores of a shared Xeon, 2026-11-22, one run, other jobs beside: ESC-10 .925
(folds .900, .938, .888, .975, .925) against .835 for log-mel statistics and .810 for random
weights, *helps* in two folds and *no evidence* in three; digits .944 (speakers .900, .948, .992,
.884, .976, .964) against .690 and .712. Asked of the digits are .93. The words of ESC-10 are from
before decision 24, its rows taken as independent; a held-out speaker is one group, and supports
none: *no evidence* six times. By folds, a speaker each, `--strategy probe` (2026-11-27, beside much
else): .937 (.876 to .975) against .689, +24.8 points (21.2 to 28.3), *helps*.
"""

import csv
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.measuring import SHARED, command, figure, here
from headstart.stats import mean_of

SETS = {
    "esc10": (lambda name: name[0], lambda name: name.split("-")[1]),
    "spoken_digits": (lambda name: name.split("_")[1],) * 2,
}
"""What is held out, and what is a group, by a file's name: a fold, of recordings that clips were
cut from; a speaker."""


def main() -> None:
    for name in [name for name in SETS if name in sys.argv] or SETS:
        place, (key, group) = SHARED / "data" / name, SETS[name]
        if here(place):
            files = sorted(path for path in place.glob("*/*") if path.is_file())
            with tempfile.TemporaryDirectory() as folder:
                every = sorted({key(path.name) for path in files})
                rows = [_run(files, key, group, held, Path(folder)) for held in every]
            for what in ("accuracy", "plain", "random"):
                mean = statistics.mean(row[what] for row in rows)
                figure(f"{name}, {what}, mean", value=round(mean, 4))
                if name == "spoken_digits":
                    _by_folds(files, group, Path(folder))
            led = mean_of(np.array([row["lead"] for row in rows]))
            told = {key: round(value, 4) for key, value in led.record().items()}
            figure(f"{name}, lead of the verdicts, each held out one row", **told)


def _by_folds(files: list[Path], group: Callable[[str], str], root: Path) -> None:
    """One verdict of all speakers: each is tested once, by heads that never heard them."""
    table, out = root / "folds.csv", root / "run-folds"
    with table.open("w", newline="") as file:
        lines = [(path, path.parent.name, group(path.name)) for path in files]
        csv.writer(file).writerows([("path", "label", "group"), *lines])
    asked = ("--folds", str(len({group(path.name) for path in files})), "--strategy", "probe")
    spent = command("train", str(table), "--out", str(out), *asked, cache=root / "cache")
    metrics = json.loads((out / "metrics.json").read_text())
    accuracy, said = metrics["test"]["accuracy"], metrics["verdict"]
    low, high = round(said["low"], 3), round(said["high"], 3)
    told = {"word": said["word"], "low": low, "high": high, "cpu_s": round(spent.cpu, 1)}
    figure("sounds, speakers as folds", accuracy=round(accuracy["value"], 4), **told)


def _run(
    files: list[Path],
    key: Callable[[str], str],
    group: Callable[[str], str],
    held: str,
    root: Path,
) -> dict[str, float]:
    table = root / f"{held}.csv"
    with table.open("w", newline="") as file:
        parts = ("test" if key(path.name) == held else "train" for path in files)
        lines = [
            (path, path.parent.name, part, group(path.name))
            for path, part in zip(files, parts, strict=True)
        ]
        csv.writer(file).writerows([("path", "label", "split", "group"), *lines])
    out = root / f"run-{held}"
    spent = command("train", str(table), "--out", str(out), cache=root / "cache")
    metrics = json.loads((out / "metrics.json").read_text())
    arms = {arm["name"]: arm["accuracy"]["value"] for arm in metrics["arms"]}
    found = {
        "accuracy": metrics["test"]["accuracy"]["value"],
        "plain": arms["linear on raw log-mel statistics"],
        "random": arms["probe on random weights"],
        "lead": metrics["verdict"]["difference"],
    }
    said = metrics["verdict"]
    rounded = {key: round(value, 4) for key, value in found.items()}
    low, high = round(said["low"], 3), round(said["high"], 3)
    about = {"word": said["word"], "low": low, "high": high, "cpu_s": round(spent.cpu, 1)}
    figure(f"sounds, {held} held out", **rounded, **about)
    return found


if __name__ == "__main__":
    main()
