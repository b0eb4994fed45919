"""Ordered classes against plain ones on the same rows, by mean absolute error.

`python -m benchmarks ordinal`: photographs of flowers, each blurred by one of five strengths, and
blood smears with their number of red cells in five steps. Both tasks divide alike, so that models
are paired on their test rows. docs/gallery/ordinal.md has what came out.
"""

import csv
import json
import tempfile
import xml.etree.ElementTree as tree
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFilter
from pyarrow import parquet

from benchmarks.measuring import FLOWERS, SHARED, command, figure, here
from headstart.stats import lead, mean_of

CELLS = SHARED / "data" / "bccd"
RADII = (0.0, 0.7, 1.0, 1.4, 2.0)
"""Of the blur, in pixels of pictures that are 160 high at most."""
STEPS = (9, 11, 13, 14)
"""Red cells from which the next class begins: fifths of the pictures, about."""
SEEDS = range(3)


def blurred(root: Path) -> Iterator[tuple[Path, str]]:
    """Flowers of one height, each blurred by a strength that is drawn."""
    rng = np.random.default_rng(0)
    for number, path in enumerate(sorted(FLOWERS.glob("*/*.jpg"))):
        grade = int(rng.integers(len(RADII)))
        picture = PIL.Image.open(path).convert("RGB")
        picture.thumbnail((400, 160))
        picture = picture.filter(PIL.ImageFilter.GaussianBlur(RADII[grade]))
        place = root / f"{number}.png"
        picture.save(place)
        yield place, str(grade)


def counted(root: Path) -> Iterator[tuple[Path, str]]:
    """Blood smears by the number of red cells that are marked in them."""
    for path in sorted(CELLS.rglob("*.xml")):
        found = list(CELLS.rglob(f"{path.stem}.jpg"))
        count = sum(one.text == "RBC" for one in tree.parse(path).iter("name"))
        if found:
            yield found[0], str(int(np.searchsorted(STEPS, count, side="right")))


SETS: dict[str, tuple[Path, Callable[[Path], Iterator[tuple[Path, str]]]]] = {
    "blur of flowers": (FLOWERS, blurred),
    "red cells": (CELLS, counted),
}


def main() -> None:
    for name, (place, made) in SETS.items():
        if here(place):
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                table = root / "table.csv"
                with table.open("w", newline="") as file:
                    csv.writer(file).writerows([("path", "label"), *made(root)])
                _compare(name, table, root)


def _compare(name: str, table: Path, root: Path) -> None:
    leads = []
    for seed in SEEDS:
        ours, theirs = (_run(table, root, kind, seed) for kind in ("ordinal", "classification"))
        rows = [float(row["label"]) for row in ours["rows"]]
        errors = {
            "ordinal": _errors(ours, rows, "predicted"),
            "likeliest class": _errors(theirs, rows, "predicted"),
            "median of classes": _errors(theirs, rows, "median"),
        }
        told = {key: round(float(off.mean()), 4) for key, off in errors.items()}
        better = lead(-errors["ordinal"], -errors["likeliest class"])
        leads.append([better.value, lead(-errors["ordinal"], -errors["median of classes"]).value])
        test = ours["test"]
        kappa = {key: round(test["kappa"][key], 4) for key in ("value", "low", "high")}
        word = ours["verdict"]
        figure(
            f"{name}, seed {seed}", rows=len(rows), mae=told, kappa=kappa, verdict=word,
            less_error=[round(x, 4) for x in (better.value, better.low, better.high)],
        )  # fmt: skip
    for column, what in enumerate(("likeliest class", "median of classes")):
        found = mean_of(np.array(leads)[:, column])
        told = {key: round(value, 4) for key, value in found.record().items()}
        figure(f"{name}: less error than the {what}, mean of seeds", **told)


def _run(table: Path, root: Path, kind: str, seed: int) -> dict[str, object]:
    out = root / f"{kind}-{seed}"
    words = ["train", str(table), "--task", kind, "--strategy", "probe:all", "--folds", "1"]
    command(*words, "--seed", str(seed), "--out", str(out), cache=root / "cache", threads=1)
    metrics = json.loads((out / "metrics.json").read_text())
    rows = sorted(parquet.read_table(out / "predictions.parquet").to_pylist(), key=_name)
    return {"rows": rows, "test": metrics["test"], "verdict": metrics["verdict"]["word"]}


def _errors(run: dict[str, object], truth: list[float], by: str) -> np.ndarray:
    rows = run["rows"]
    assert isinstance(rows, list)
    assert [float(row["label"]) for row in rows] == truth
    names = [key for key in rows[0] if key.startswith("p:")]
    said = [_median(row, names) if by == "median" else float(row["predicted"]) for row in rows]
    return np.abs(np.array(said) - np.array(truth))


def _median(row: dict[str, float], names: list[str]) -> float:
    share = np.cumsum([row[name] for name in names])
    return float(names[int((share >= 0.5 * share[-1]).argmax())][2:])


def _name(row: dict[str, str]) -> str:
    return row["name"]
