"""The main job on data and weights that come along: handwritten digits, few of them labeled."""

import io
import zipfile
from pathlib import Path

import numpy as np
import PIL.Image

from headstart import durable
from headstart.events import Tell, quiet
from headstart.run import Run, cache_root, train

LABELED = 20
"""Digits a class to learn from; all others are for the test."""
SIDE = 48
"""Pixels that a digit of 8 is drawn out to: half of what the backbone is made for, and enough."""


def demo(out: Path | str | None = None, *, tell: Tell = quiet) -> Run:
    """Learn to read digits from 200 labeled ones, and test on the other 1,597.

    The digits are scikit-learn's copy of the UCI set (Alpaydin and Kaynak 1998): 8 x 8 pixels.
    """
    place = cache_root(None) / "demo" / "digits.zip"
    if not place.exists():
        durable.write(place, digits())
    return train(place, out=out, strategy="probe", size=SIDE, offline=True, tell=tell)


def digits() -> bytes:
    """A zip of PNG pictures in `train` and `test` with a folder a class; equal every time."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    seen = np.zeros(10, dtype=int)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for index, (picture, label) in enumerate(zip(bunch.images, bunch.target, strict=True)):
            part = "train" if seen[label] < LABELED else "test"
            seen[label] += 1
            name = zipfile.ZipInfo(f"digits/{part}/{label}/{index:04d}.png")
            archive.writestr(name, _png(picture))
    return kept.getvalue()


def _png(picture: np.ndarray) -> bytes:
    """A picture of numbers from 0 to 16 as a gray PNG."""
    file = io.BytesIO()
    PIL.Image.fromarray((picture * 255 / 16).round().astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
