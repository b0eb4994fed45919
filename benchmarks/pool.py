"""A pool of backbones: what `auto` takes of it, against fine-tuning every one of them.

`python -m benchmarks pool`. Five sets; ten candidates: four files of weights, the backbone that
ships, and each of the five with random weights, all given pictures of 64 pixels a side. Fine-tuned
exhaustively is each of them by `--strategy full`, of which only that arm's own CPU seconds count;
of `auto`, the whole process, with a budget for training of `BUDGET`. The regret is held against
what fine-tuning everything gives: the one of the ten that loses least on validation rows, on the
test rows; and against the best of the ten on the test rows, which is more than anybody could choose
(the largest of ten figures, each of them a few points of luck off). With the same runs: `auto` from
one backbone, `mobilenetv2_100`, against its probe and its fine-tune.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measuring import SHARED, Spent, command, figure, here

SETS = ("flowers5", "cats_dogs", "trashnet", "chest_xray", "digits")
NETS = ("mobilenetv2_100", "mobilenetv1_100", "mobilenetv1_050", "mobilenetv2_035")
ONE = NETS[0]
SIZE = ("--size", "64")
BUDGET = "30s"
"""Exhausting takes 726 to 1,129 CPU seconds of four of these sets; the rest of a tenth goes into
reading and ranking."""
OPTIONS = {"chest_xray": ("--group", "patient")}


def main() -> None:
    for name in SETS:
        measured(name)


def measured(name: str) -> None:
    """Print the figures of one set."""
    with placed(name) as (place, root):
        if not here(place):
            return
        pool = [f"{net}={SHARED / 'weights' / net}.safetensors" for net in NETS] + ["shipped"]
        pool += [f"{net}=random" for net in (*NETS, "shipped")]
        chosen, took = _trained(
            place, root / "pool", "--backbone", ",".join(pool), "--budget", BUDGET
        )
        auto = _right(chosen, chosen["chosen"])
        figure(
            f"pool, {name}, auto", accuracy=auto, cpu_s=round(took.cpu), strategy=chosen["chosen"],
            ranking=[[_short(one["backbone"]), one["predicted"]] for one in chosen["ranking"]],
        )  # fmt: skip
        alone, took_one = _trained(place, root / "one", "--backbone", pool[0])
        figure(
            f"pool, {name}, {ONE} by auto", accuracy=_right(alone, alone["chosen"]),
            cpu_s=round(took_one.cpu), strategy=alone["chosen"],
        )  # fmt: skip
        fulls, spent = list[tuple[float, float]](), 0.0
        for one in pool:
            full, whole = _trained(place, root / "all", "--backbone", one, "--strategy", "full")
            arm = next(arm for arm in full["arms"] if arm["name"] == "full")
            cost, loss = arm["cost"]["cpu_s"], arm["unseen_loss"]
            fulls, spent = [*fulls, (loss, _right(full, "full"))], spent + cost
            figure(
                f"pool, {name}, {_short(one)}", full=_right(full, "full"), cpu_s=round(cost),
                unseen_loss=loss, probe=_right(full, "probe"), whole_cpu_s=round(whole.cpu),
            )  # fmt: skip
        taken, best = min(fulls)[1], max(right for _, right in fulls)
        figure(
            f"pool, {name}", regret=round(100 * (taken - auto), 2), exhaustive=taken,
            regret_of_best_on_test=round(100 * (best - auto), 2), best_on_test=best,
            share_of_cpu=round(took.cpu / spent, 3), all_cpu_s=round(spent),
        )  # fmt: skip


@contextmanager
def placed(name: str) -> Iterator[tuple[Path, Path]]:
    """The set's place, and an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        place = SHARED / "data" / name
        if name == "digits":
            place = _digits(Path(folder) / name)
        yield place, Path(folder)


def _digits(place: Path) -> Path:
    """Every second of scikit-learn's digits, as pictures in a folder a class."""
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_digits

    bunch = load_digits()
    for index in range(0, len(bunch.target), 2):
        file = place / str(bunch.target[index]) / f"{index:04d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((bunch.images[index] * 255 / 16).round().astype(np.uint8)).save(file)
    return place


def _trained(place: Path, root: Path, *words: str) -> tuple[dict[str, Any], Spent]:
    """Figures of a run, with the arm that its test accuracy is of."""
    out = root / str(len(list(root.glob("*"))))
    options = (*words, *SIZE, *OPTIONS.get(place.name, ()))
    spent = command("train", str(place), *options, "--out", str(out), cache=root / "cache")
    found = json.loads((out / "metrics.json").read_text())
    return found, spent


def _right(found: dict[str, Any], arm: str) -> float:
    of = next(one["accuracy"]["value"] for one in found["arms"] if one["name"] == arm)
    return round(float(of), 4)


def _short(label: str) -> str:
    name, _, weights = label.partition("=")
    return f"{name} random" if weights == "random" else name
