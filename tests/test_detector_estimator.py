"""Boxes by scikit-learn's manners."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from headstart import TransferDetector
from headstart.errors import DataError

RNG = np.random.default_rng(0)


def pictures(n: int) -> tuple[list[np.ndarray], list[list[dict[str, object]]]]:
    """A red or a blue square on gray; every fifth picture has none."""
    shown, told = [], []
    for i in range(n):
        pixels = RNG.integers(110, 140, (64, 64, 3)).astype(np.uint8)
        x, y, side = (int(v) for v in RNG.integers((0, 0, 20), (34, 34, 30)))
        there = i % 5 > 0
        if there:
            pixels[y : y + side, x : x + side] = (220, 20, 20) if i % 2 else (20, 20, 220)
        box = {"label": "red" if i % 2 else "blue", "box": [x, y, x + side, y + side]}
        shown.append(pixels)
        told.append([box] if there else [])
    return shown, told


@pytest.mark.journey
def test_it_learns_boxes_and_names_them(tmp_path: Path) -> None:
    shown, told = pictures(60)
    made = TransferDetector(size=64, cache=tmp_path).fit(shown, told)
    assert made.classes_ == ("blue", "red")
    found = made.predict(shown[:4])
    assert len(found) == 4
    right = [
        any(b.label == t[0]["label"] for b in f) for f, t in zip(found, told, strict=False) if t
    ]
    assert sum(right) >= 2


def test_a_frame_is_read_as_a_table_of_boxes(monkeypatch, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    import PIL.Image

    PIL.Image.new("RGB", (64, 64)).save(tmp_path / "a.png")
    rows = {"path": [str(tmp_path / "a.png")] * 2, "label": ["cat", "dog"], "xmin": [1, 2]}
    frame = pandas.DataFrame({**rows, "ymin": [1, 2], "xmax": [30, 40], "ymax": [30, 40]})
    seen = []
    monkeypatch.setattr(TransferDetector, "_task_data", lambda _, found, __: seen.append(found))
    monkeypatch.setattr(
        TransferDetector, "_fitted", lambda *_: type("M", (), {"classes": ("cat", "dog")})()
    )
    assert TransferDetector().fit(frame).classes_ == ("cat", "dog")
    assert len(seen[0].examples.truth.boxes[0]) == 2


def test_what_is_not_fitted_predicts_nothing() -> None:
    with pytest.raises(NotFittedError):
        TransferDetector().predict([])
    assert clone(TransferDetector(size=96)).get_params()["size"] == 96


def test_pictures_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="D172"):
        TransferDetector(size=64, cache=tmp_path).fit(
            [tmp_path / "a.png"] * 3, [[{"label": "cat", "box": [0, 0, 5, 5]}]] * 3
        )


@pytest.mark.journey
def test_a_picture_that_cannot_be_read_is_not_one_without_boxes(tmp_path: Path) -> None:
    shown, told = pictures(12)
    found = TransferDetector(size=64, cache=tmp_path).fit(shown, told)
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert len(found.predict(shown[0])) == 1
    with pytest.raises(DataError, match="D121"):
        found.predict([shown[0], tmp_path / "a.png"])


def test_groups_are_one_a_picture(tmp_path: Path) -> None:
    shown, told = pictures(3)
    with pytest.raises(ValueError, match="3 pictures, but 2 groups"):
        TransferDetector(cache=tmp_path).fit(shown, told, groups=["a", "b"])
