"""Boxes by scikit-learn's manners."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from headstart import TransferDetector, load
from headstart.errors import DataError
from headstart.task import FoundBox

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
    assert made.score(shown[:4], told[:4]) > 0
    made.save(tmp_path / "saved")
    again = load(tmp_path / "saved").predict(shown[:4])
    for one, before in zip(again, found, strict=True):
        assert [box.label for box in one.boxes or ()] == [box.label for box in before]
        for box, other in zip(one.boxes or (), before, strict=True):
            assert box.box == pytest.approx(other.box, abs=1e-3)
    with pytest.raises(FileExistsError, match="new folder"):
        made.save(tmp_path)


class Said:
    """A model that finds the same on every picture."""

    def predict_sources(self, sources: Sequence[object]) -> list[SimpleNamespace]:
        found = [
            FoundBox("cat", 0.9, (0.0, 0.0, 10.0, 10.0)),
            FoundBox("dog", 0.8, (20.0, 20.0, 30.0, 30.0)),
        ]
        return [SimpleNamespace(boxes=tuple(found)) for _ in sources]


@pytest.mark.parametrize(
    ("true", "f1"),
    [
        ([("cat", (0, 0, 10, 10)), ("dog", (20, 20, 30, 30))], 1.0),
        ([("cat", (0, 0, 10, 10))], 2 / 3),
        ([("dog", (0, 0, 10, 10)), ("owl", (20, 20, 30, 30))], 0.0),
        ([("cat", (0, 0, 10, 5)), ("dog", (20, 20, 30, 30))], 1.0),
        ([("cat", (0, 0, 10, 4.9)), ("dog", (20, 20, 30, 30))], 0.5),
        ([], 0.0),
    ],
)
def test_the_score_is_f1_of_a_pictures_boxes(
    true: list[tuple[str, tuple[float, ...]]], f1: float
) -> None:
    made = TransferDetector()
    made.model_, made.classes_ = Said(), ("cat", "dog")
    told = [{"label": name, "box": list(box)} for name, box in true]
    whole = [{"label": b.label, "box": b.box} for b in Said().predict_sources([0])[0].boxes]
    shown = [np.zeros((40, 40, 3), np.uint8)] * 3
    assert made.score(shown, [told, None, whole]) == pytest.approx((f1 + 1) / 2)


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
