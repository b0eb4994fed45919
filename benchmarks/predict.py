"""One picture through a loaded model, against reading it and a bare forward pass of the network.

`python -m benchmarks predict`: 30.4 ms against 38.7, 0.79 times (the loaded model runs folded, the
bare pass does not), 2 shared cores, 2026-11-21. Asked: 1.2 times.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.measuring import FLOWERS, NET, WEIGHTS, command, figure, here

TURNS = 60


def main() -> None:
    if not here(FLOWERS, WEIGHTS):
        return
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "run"
        command("train", str(FLOWERS), *NET, "--out", str(out), cache=Path(place) / "cache")
        _compare(out, sorted(FLOWERS.rglob("*.jpg"))[:TURNS])


def _compare(run: Path, pictures: list[Path]) -> None:
    import headstart

    torch.set_num_threads(os.cpu_count() or 1)
    model = headstart.load(run)
    modality, stages = model.backbone.modality, model.backbone.stages
    ready = [modality.batch([modality.read(picture)]) for picture in pictures]

    @torch.inference_mode()
    def bare(turn: int) -> object:
        return model.head(stages(ready[turn]))

    tries: dict[str, Callable[[int], object]] = {
        "bare forward": bare,
        "predict": lambda turn: model.predict([pictures[turn]]),
        "read": lambda turn: modality.read(pictures[turn]),
    }
    for each in tries.values():
        each(0)
    taken: dict[str, list[float]] = {name: [] for name in tries}
    for turn in range(len(pictures)):  # side by side: a noisy moment hits all
        for name, each in tries.items():
            began = time.perf_counter()
            each(turn)
            taken[name].append(time.perf_counter() - began)
    ms = {name: round(1000 * statistics.median(times), 2) for name, times in taken.items()}
    figure("one picture", **ms, ratio=round(ms["predict"] / ms["bare forward"], 3))
