"""A frozen backbone and ten epochs of its head, on five peers and here, in one run.

`python -m benchmarks peers` makes an environment for each peer (in HEADSTART_BENCH_ENVS, else under
the user's cache; a minute or two each), and runs each of the scripts beside this file in its own:
plain PyTorch, Hugging Face's Trainer, fastai, Lightning, and Keras on TensorFlow. Each does what
its tutorials show: pictures are read and resized anew in every epoch, the backbone runs frozen in
the loop, Adam trains the head, batches of 32, single precision, two threads, no extra processes.
Weights are random: no time depends on them. A peer runs two epochs of a quarter of the pictures and
says how much CPU time had gone by after each; ten epochs of all are what went before the second
one's beginning, less the first quarter, and forty times the second. headstart runs whole, audit,
arms, learning curves and report included.
"""

import json
import os
import subprocess
import tempfile
import venv
from pathlib import Path

from benchmarks.measuring import FLOWERS, SHARED, command, figure, here

ENVS = Path(os.environ.get("HEADSTART_BENCH_ENVS", Path.home() / ".cache" / "headstart-peers"))
SCRIPTS = {
    "plain": "plain_loop",
    "hf": "hf_trainer",
    "fastai": "fastai_learner",
    "lightning": "lightning_trainer",
    "keras": "keras_model",
}
NEEDS = {
    "plain": ("torch", "torchvision", "timm"),
    "hf": ("torch", "torchvision", "timm", "transformers", "accelerate"),
    "fastai": ("fastai", "timm"),
    "lightning": ("torch", "torchvision", "timm", "lightning"),
    "keras": ("keras", "tensorflow-cpu", "pillow"),
}
NETWORKS = {"mobilenetv3_large_100": 10.0, "resnet50": 20.0}
"""And how many times less CPU time than the fastest peer is asked."""
EPOCHS, PART, PICTURES = 10, 4, 2000


def main() -> None:
    if not here(FLOWERS):
        return
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        count = _gathered(root / "photos")
        for network, asked in NETWORKS.items():
            took = {peer: _peer(peer, root, network, count) for peer in NEEDS}
            ours = _ours(root, network)
            fastest = min(took, key=took.__getitem__)
            figure(
                f"{network}, {count} pictures, {EPOCHS} epochs of the head",
                cpu_s={peer: round(cpu) for peer, cpu in took.items()},
                headstart_cpu_s=round(ours, 1),
                fastest=fastest,
                times_less=round(took[fastest] / ours, 1),
                times_less_than_plain=round(took["plain"] / ours, 1),
                asked=asked,
            )


def _gathered(photos: Path) -> int:
    """Links to 2,000 pictures of twelve classes, and a folder with a quarter of each class."""
    data, count = SHARED / "data", 0
    for folder in sorted((*data.glob("flowers5/*"), *data.glob("trashnet/*"))):
        count += _linked(folder, photos, 10_000)
    for folder in sorted(data.glob("cats_dogs/*")):
        count += _linked(folder, photos, -(-(PICTURES - count) // 2) if count < PICTURES else 0)
    return count


def _linked(folder: Path, photos: Path, most: int) -> int:
    files = sorted(folder.glob("*.jpg"))[:most] if folder.is_dir() else []
    for index, file in enumerate(files):
        places = [photos, photos.parent / "quarter"] if index % PART == 0 else [photos]
        for place in places:
            (place / folder.name).mkdir(parents=True, exist_ok=True)
            (place / folder.name / file.name).symlink_to(file)
    return len(files)


def _peer(peer: str, root: Path, network: str, count: int) -> float:
    """CPU seconds that ten epochs would take, whole process."""
    script = Path(__file__).with_name(f"{SCRIPTS[peer]}.py")
    done = subprocess.run(
        [_python(peer), str(script), str(root / "quarter"), network],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "2", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if done.returncode:
        raise SystemExit(f"{peer} ended with {done.returncode}\n{done.stderr[-2000:]}")
    last = [line for line in done.stdout.splitlines() if line.startswith("{")][-1]
    first, second = json.loads(last)["cpu_s"]
    each = second - first
    figure(f"{peer}, {network}", first_s=round(first, 1), epoch_of_a_quarter_s=round(each, 1))
    return float(first - each + EPOCHS * PART * each)


def _ours(root: Path, network: str) -> float:
    out, cache = root / f"run-{network}", root / f"cache-{network}"
    words = ("--backbone", network, "--weights", "random", "--strategy", "probe")
    return command("train", str(root / "photos"), *words, "--out", str(out), cache=cache).cpu


def _python(peer: str) -> str:
    """Of the peer's own environment, which is made where it is missing."""
    place = ENVS / peer
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *NEEDS[peer]], check=True)
    return str(python)
