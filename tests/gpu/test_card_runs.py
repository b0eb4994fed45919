"""Whole runs on a graphics processor: killed, looked at without one, and held against the CPU's."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from stand_ins import draw

pytestmark = pytest.mark.gpu
FULL = ("--strategy", "full", "--epochs", "6", "--rate", "3e-4")
APART = 0.02
"""Most that a probability of the same seed differs by between a card and the CPU: of a probe."""
APART_FULL = 0.15
"""The same where every weight learned: steps in another order of sums drift apart."""


def command(*words: str, cache: Path, hidden: bool = False, **more: Any) -> list[str]:
    env = {**os.environ, "HEADSTART_CACHE": str(cache)}
    env |= {"CUDA_VISIBLE_DEVICES": ""} if hidden else {}
    return subprocess.run(
        [sys.executable, "-m", "headstart", *words],
        env=env, capture_output=True, text=True, check=True, timeout=240, **more,
    ).stdout.splitlines()  # fmt: skip


def probabilities(run: Path) -> list[list[float]]:
    rows = parquet.read_table(run / "predictions.parquet").to_pylist()
    names = json.loads((run / "metrics.json").read_text())["classes"]
    return [[row[f"p:{name}"] for name in names] for row in rows]


def apart(one: Path, other: Path) -> float:
    pairs = zip(probabilities(one), probabilities(other), strict=True)
    return max(abs(a - b) for x, y in pairs for a, b in zip(x, y, strict=True))


@pytest.fixture
def place(tmp_path: Path, tiny_folder: Path) -> tuple[Path, Path, tuple[str, ...]]:
    photos = draw(tmp_path / "photos", 40)
    return tmp_path, photos, ("--backbone", str(tiny_folder), "--seed", "3")


def test_a_killed_run_goes_on_where_it_was(device, place) -> None:
    root, photos, with_tiny = place
    out, cache = root / "run", root / "cache"
    words = ["train", str(photos), *with_tiny, *FULL, "--out", str(out)]
    env = {**os.environ, "HEADSTART_CACHE": str(cache)}
    process = subprocess.Popen(
        [sys.executable, "-m", "headstart", *words], env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 200
    while not list(root.rglob("checkpoint.safetensors")) and time.monotonic() < until:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "metrics.json").exists()
    command(*words, cache=cache)
    events = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    begun = [e for e in events if e.get("what") == "training" and e.get("kind") == "start"]
    assert begun and begun[-1]["done"] >= 1
    assert (out / "metrics.json").exists()


def test_a_run_of_a_card_predicts_where_there_is_none(device, place) -> None:
    root, photos, with_tiny = place
    out, cache = root / "run", root / "cache"
    command("train", str(photos), *with_tiny, *FULL, "--out", str(out), cache=cache)
    files = sorted(map(str, photos.rglob("*.png")))[::8]
    told = []
    for hide in (False, True):
        answers = root / f"answers-{hide}.jsonl"
        words = ("predict", str(out), *files, "--out", str(answers))
        command(*words, cache=cache, hidden=hide)
        told.append([json.loads(line) for line in answers.read_text().splitlines()])
    assert len(told[0]) == len(files)
    assert told[0] == told[1]  # predicting is done on the CPU: the same answers to the digit


@pytest.mark.parametrize(("asked", "most"), [(("--strategy", "probe"), APART), (FULL, APART_FULL)])
def test_the_same_seed_says_nearly_the_same_on_a_card_and_without(
    device, place, asked, most
) -> None:
    root, photos, with_tiny = place
    for name, hide in (("card", False), ("cpu", True)):
        words = ("train", str(photos), *with_tiny, *asked, "--out", str(root / name))
        command(*words, cache=root / f"cache-{name}", hidden=hide)
    assert apart(root / "card", root / "cpu") <= most
