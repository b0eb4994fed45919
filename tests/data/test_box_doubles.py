from typing import Any

import numpy as np
import pytest

from headstart.data import box_doubles
from headstart.data.box_doubles import DOUBLE_IOU, doubles
from headstart.data.boxes import Boxes, boxes_of, iou

GOOD = (10, 10, 60, 60)


def of_every_pair(boxes: Boxes, of: np.ndarray) -> Any:
    kinds = np.stack([of, boxes.labels, boxes.ignored], axis=1)
    close = iou(boxes.corners, boxes.corners) > DOUBLE_IOU
    close &= (kinds[:, None] == kinds[None]).all(axis=2)
    return np.tril(close, -1).any(axis=1).tolist()


def some_boxes(seed: int, many: int, spread: float, digits: int) -> tuple[Boxes, np.ndarray]:
    """Around few centers, so that many are near doubles; some have no area."""
    draw = np.random.default_rng(seed)
    sides = draw.choice([30.0, 100.0, 600.0], (many, 2))
    low = draw.choice([0.0, 50.0, 400.0], (many, 2))
    corners = np.concatenate([low, low + sides], axis=1) + draw.normal(0, spread, (many, 4))
    corners = corners.round(digits)
    corners[::17, 2] = corners[::17, 0]
    corners[::19] = corners[::19, [2, 3, 0, 1]]
    labels, ignored = draw.integers(0, 3, many), draw.random(many) < 0.2
    return Boxes(corners, labels, ignored), np.sort(draw.integers(0, 3, many))


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.0, 4.0])
def test_the_sweep_finds_what_holding_each_against_each_finds(spread: float) -> None:
    for seed in range(8):
        boxes, of = some_boxes(seed, 300, spread, 0 if seed % 2 else 6)
        expected = of_every_pair(boxes, of)
        assert doubles(boxes, of).tolist() == expected
        assert any(expected) and not all(expected)


def test_boxes_of_two_classes_pictures_or_kinds_may_lie_in_the_same_place() -> None:
    two = [GOOD, GOOD]
    assert not doubles(boxes_of(two, [0, 1])).any()
    assert not doubles(boxes_of(two, [0, 0], [True, False])).any()
    assert not doubles(boxes_of(two, [0, 0]), np.array([4, 5])).any()
    assert doubles(boxes_of(two, [0, 0]), np.array([5, 5])).tolist() == [False, True]
    assert not len(doubles(boxes_of([], [])))


def test_of_many_copies_the_first_alone_is_none() -> None:
    assert doubles(boxes_of([GOOD] * 1100, [0] * 1100)).tolist() == [False] + [True] * 1099


def test_ten_thousand_boxes_are_held_against_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 50 million pairs."""
    asked, paired = list[int](), box_doubles._paired_iou

    def counted(*told: Any) -> Any:
        asked.append(len(told[2]))
        return paired(*told)

    monkeypatch.setattr(box_doubles, "_paired_iou", counted)
    draw = np.random.default_rng(0)
    low, sides = draw.uniform(0, 2000, (10_000, 2)), draw.uniform(5, 200, (10_000, 2))
    boxes = boxes_of(np.concatenate([low, low + sides], axis=1).tolist(), [0] * 10_000)
    assert int(doubles(boxes).sum()) < 100
    assert sum(asked) < 1_000_000
