"""Peak memory of the main process on 10,000 pictures at 224 px, from a photo's size each.

`python -m benchmarks memory`: 1,427 MB in 648 s on 2 shared cores, 2026-11-21. Asked: 1,500. With
OpenVINO installed, which the run then takes, about 1,600.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import PIL.Image

from benchmarks.measuring import command, figure

PICTURES, CLASSES = 10_000, 10


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        photos, out = Path(place) / "photos", Path(place) / "run"
        _draw(photos)
        words = ("--backbone", "mobilenetv2_100", "--weights", "random", "--out", str(out))
        spent = command("train", str(photos), *words, cache=Path(place) / "cache")
        cost = json.loads((out / "metrics.json").read_text())["cost"]
        figure("10,000 pictures", peak_rss_mb=cost["peak_rss_mb"], wall_s=round(spent.wall))


def _draw(photos: Path) -> None:
    """Smooth random pictures, all different, 320 x 240."""
    rng = np.random.default_rng(0)
    for index in range(PICTURES):
        folder = photos / f"class{index % CLASSES}"
        folder.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        picture = PIL.Image.fromarray(coarse).resize((320, 240), PIL.Image.Resampling.BICUBIC)
        picture.save(folder / f"{index:05d}.jpg", quality=85)
