"""Pre-training: against a bare loop of the same work, killed ten times, and a stranger's way.

`python -m benchmarks pretraining`: 1.085 times a bare loop (34.1 against 31.4 CPU s), 10 kills,
same bytes, no litter, 2026-11-22, two other jobs beside. The bare loop has the same network,
pictures, views, optimizer and running average, and nothing else; CPU seconds of the epochs alone.
The stranger pre-trains on Caltech-101 for about ten minutes and transfers to five flowers.
"""

import copy
import filecmp
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from benchmarks.measuring import FLOWERS, SHARED, command, figure, here
from headstart.backbone import Architecture, Origin, build, contract
from headstart.data import Partition
from headstart.demo import digits
from headstart.events import quiet
from headstart.modality import augment
from headstart.train import Material, pretrain
from headstart.train.pretraining import PRETRAINING

KILLS, ROWS, EPOCHS = 10, 4096, 2
ARCH = Architecture("headstart_resnet10")
QUIET = subprocess.DEVNULL
CALTECH = SHARED / "pretrain" / "caltech101_112px.tar"
STRANGER = ("--arch", "headstart_resnet10", "--size", "64", "--epochs", "16")


@dataclass(frozen=True, eq=False)
class Made:
    """Items that were drawn, in memory."""

    tensors: tuple[torch.Tensor, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(str(i) for i in range(len(self.tensors)))

    def take(self, rows: Sequence[int]) -> list[torch.Tensor]:
        return [self.tensors[row] for row in rows]


def main() -> None:
    _speed()
    _killed()
    if here(CALTECH, FLOWERS):
        _stranger()


def _speed() -> None:
    """Twice each, in turn; the ratio of the quicker ones."""
    recipe = replace(PRETRAINING, epochs=EPOCHS)
    views = recipe.views
    assert views is not None
    recipe = replace(recipe, views=replace(views, growing=0.0))
    modality = contract(ARCH)
    generator = torch.Generator().manual_seed(0)
    shape = (ROWS + 64, *modality.blank().shape)
    items = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
    labels = torch.arange(len(items)) % 10
    parts = Partition(tuple(range(ROWS)), tuple(range(ROWS, ROWS + 64)), (), "by hand")
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            material = Material(Made(tuple(items)), parts, modality, place, labels, (10,))
            began = time.process_time()
            pretrain(material, ARCH, recipe, origin=Origin("folder", "x"), work=place, tell=quiet)
            took["ours"].append(time.process_time() - began)
        began = time.process_time()
        _bare(items[:ROWS], labels[:ROWS], modality, recipe)
        took["bare"].append(time.process_time() - began)
    least = {name: round(min(times), 2) for name, times in took.items()}
    figure("step against a bare loop", cpu_s=least, ratio=round(least["ours"] / least["bare"], 3))


def _bare(items, labels, modality, recipe) -> None:
    network = nn.Sequential(build(ARCH).requires_grad_(True), nn.Linear(384, 10))
    network = network.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), recipe.rate, fused=True)
    for _ in range(recipe.epochs):
        for rows in torch.randperm(len(items)).split(recipe.batch):
            batch = augment(modality.batch(list(items[rows])), rows.tolist(), recipe.views)
            loss = nn.functional.cross_entropy(network(batch), labels[rows], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                now = network.state_dict()
                for name, tensor in average.state_dict().items():
                    if tensor.is_floating_point():
                        tensor.lerp_(now[name], 0.002)


def _killed() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "digits.zip").write_bytes(digits(20))
        asked = ("pretrain", str(place / "digits.zip"), "--arch", "headstart_resnet10",
                 "--size", "32", "--epochs", "12")  # fmt: skip
        spent = command(*asked, "--out", str(place / "alone"), cache=place / "a", threads=1)
        kills = _until_done((*asked, "--out", str(place / "killed")), place / "b", spent.wall)
        files = ("backbone.safetensors", "backbone.json")
        same = [filecmp.cmp(place / "alone" / f, place / "killed" / f, shallow=False)
                for f in files]  # fmt: skip
        left = [p.name for p in place.iterdir() if "work" in p.name or "tmp-" in p.name]
        figure("kills of pre-training", kills=kills, byte_equal=all(same), litter=left)


def _until_done(asked: tuple[str, ...], cache: Path, wall: float) -> int:
    """Start again after every kill; what ended before all were spent begins anew."""
    rng, kills, place = random.Random(1), 0, Path(asked[-1])
    program = str(Path(sys.executable).parent / "headstart")
    env = {**os.environ, "HEADSTART_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    while True:
        run = subprocess.Popen(
            [program, *asked], stdout=QUIET, stderr=QUIET, env=env, start_new_session=True
        )
        try:
            limit = rng.uniform(0.2, 0.8) * wall if kills < KILLS else None
            if run.wait(timeout=limit):
                raise SystemExit(f"ended with {run.returncode} after {kills} kills")
            if kills == KILLS:
                return kills
            shutil.rmtree(place)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            kills += 1


def _stranger() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        made = command(
            "pretrain", str(CALTECH), *STRANGER, "--out", str(place / "mine"), cache=place / "a"
        )
        words = ("--backbone", str(place / "mine"), "--compare", "scratch")
        command("train", str(FLOWERS), *words, "--out", str(place / "run"), cache=place / "a")
        metrics = json.loads((place / "run" / "metrics.json").read_text())
        figure(
            "a stranger's loop",
            pretraining_wall_s=round(made.wall),
            pretraining_cpu_s=round(made.cpu),
            arms={arm["name"]: round(arm["accuracy"]["value"], 4) for arm in metrics["arms"]},
            leads={arm["name"]: [round(x, 3) for x in arm["behind_by"].values()]
                   for arm in metrics["arms"]},
            verdict=metrics["verdict"]["sentence"],
        )  # fmt: skip
