"""Peak memory of the main process on 10,000 pictures at 224 px, from a photo's size each; and how
it grows from 10,000 to 100,000 files, 2,000 pictures many times over, with the shipped backbone.

`python -m benchmarks memory`: 1,427 MB in 648 s on 2 shared cores, 2026-11-21. Asked: 1,500. With
OpenVINO installed, which the run then takes, about 1,600. 10,000 files 1,138 MB in 122 CPU s,
100,000 files 1,353 MB in 461: 1.19 times, 2026-11-22, another job beside; asked: 1.2 times.
"""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import PIL.Image

from benchmarks.measuring import command, figure

PICTURES, CLASSES, DIFFERENT = 10_000, 10, 2_000


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        photos, out = Path(place) / "photos", Path(place) / "run"
        _draw(photos, PICTURES)
        words = ("--backbone", "mobilenetv2_100", "--weights", "random", "--out", str(out))
        spent = command("train", str(photos), *words, cache=Path(place) / "cache")
        cost = json.loads((out / "metrics.json").read_text())["cost"]
        figure("10,000 pictures", peak_rss_mb=cost["peak_rss_mb"], wall_s=round(spent.wall))
    few, many = _repeated(PICTURES), _repeated(10 * PICTURES)
    figure("100,000 files against 10,000", peak_rss=round(many / few, 3))


def _repeated(count: int) -> float:
    """Peak memory in MB with so many files."""
    with tempfile.TemporaryDirectory() as place:
        photos, out = Path(place) / "photos", Path(place) / "run"
        _draw(photos, DIFFERENT)
        files = sorted(photos.rglob("*.jpg"))
        for copy in range(1, count // DIFFERENT):
            for file in files:
                shutil.copyfile(file, file.with_stem(f"{file.stem}-{copy}"))
        words = ("--backbone", "shipped", "--strategy", "probe", "--out", str(out))
        spent = command("train", str(photos), *words, cache=Path(place) / "cache")
        cost = json.loads((out / "metrics.json").read_text())["cost"]
        figure(f"{count:,} files", peak_rss_mb=cost["peak_rss_mb"], wall_s=round(spent.wall))
        return float(cost["peak_rss_mb"])


def _draw(photos: Path, count: int) -> None:
    """Smooth random pictures, all different, 320 x 240."""
    rng = np.random.default_rng(0)
    for index in range(count):
        folder = photos / f"class{index % CLASSES}"
        folder.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        picture = PIL.Image.fromarray(coarse).resize((320, 240), PIL.Image.Resampling.BICUBIC)
        picture.save(folder / f"{index:05d}.jpg", quality=85)
