"""Transfer from weights that were destroyed, and from labels that were.

`python -m benchmarks destroyed`. The numbers in every tensor of a pretrained network are shuffled:
the verdict must not be *helps* on any set. Then the labels are: accuracy must stay at chance.
Measured 2026-11-21 on flowers5, cats_dogs and trashnet with mobilenetv2_035: *no evidence*,
*hurts*, *hurts*; accuracy on shuffled labels .193 (chance .2), .556 (.5) and .158 (.169), each
within its interval. chest_xray, 2026-11-22: *hurts*; .508 (.5).
"""

import csv
import json
import random
import tempfile
from pathlib import Path

from benchmarks.measuring import SHARED, command, figure

SETS = ("flowers5", "cats_dogs", "trashnet", "chest_xray")
NET = "mobilenetv2_035"


def main() -> None:
    if not (SHARED / "data" / SETS[0]).exists():
        print(f"skipped: no {SHARED}/data here (set HEADSTART_BENCH_DATA)")
        return
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        weights = SHARED / "weights" / f"{NET}.safetensors"
        broken = _shuffled(weights, place / "broken.safetensors")
        for data in SETS:
            for kind, file, folder in (
                ("shuffled weights", broken, SHARED / "data" / data),
                ("shuffled labels", weights, _relabeled(SHARED / "data" / data, place)),
            ):
                out = place / f"{data} {kind}"
                words = ("--backbone", NET, "--weights", str(file), "--size", "96")
                command("train", str(folder), *words, "--out", str(out), cache=place / "cache")
                found = json.loads((out / "metrics.json").read_text())
                accuracy, verdict = found["test"]["accuracy"], found["verdict"]
                figure(
                    f"{data}, {kind}",
                    word=verdict["word"],
                    difference=[round(verdict[k], 3) for k in ("difference", "low", "high")],
                    accuracy=[round(accuracy[k], 3) for k in ("value", "low", "high")],
                    majority=round(found["arms"][0]["accuracy"]["value"], 3),
                )


def _shuffled(weights: Path, out: Path) -> Path:
    """The same numbers in each tensor, in another order."""
    import torch
    from safetensors.torch import load_file, save_file

    generator = torch.Generator().manual_seed(0)
    tensors = {
        name: tensor.flatten()[torch.randperm(tensor.numel(), generator=generator)].view_as(tensor)
        for name, tensor in load_file(weights).items()
    }
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, out)
    return out


def _relabeled(folder: Path, place: Path) -> Path:
    """A table of the same files with their labels dealt out anew."""
    from headstart.data import Columns, find

    examples = find(folder, Columns(), cache=place / "cache").examples
    labels = [examples.truth.written(row) for row in range(len(examples))]
    random.Random(0).shuffle(labels)
    table = place / f"{folder.name}.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label"])
        writer.writerows(zip(map(str, examples.sources), labels, strict=True))
    return table
