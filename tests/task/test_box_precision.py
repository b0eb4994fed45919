import contextlib
import io

import numpy as np
import pytest

from headstart.data import Boxes, boxes_of
from headstart.task.box_matching import FoundBoxes
from headstart.task.box_precision import Precision, ones

CLASSES = 3


def drawn(pictures: int, seed: int, digits: int = 2) -> tuple[list[Boxes], list[FoundBoxes]]:
    """True boxes of all sizes, some ignored, and boxes near them, elsewhere or of another class."""
    rng = np.random.default_rng(seed)
    truths, found = [], []
    for _ in range(pictures):
        n = int(rng.integers(0, 7))
        low, side = rng.uniform(0, 300, (n, 2)), rng.uniform(8, 160, (n, 2))
        corners, labels = np.concatenate([low, low + side], axis=1), rng.integers(0, CLASSES, n)
        truths.append(boxes_of(corners.tolist(), labels.tolist(), (rng.random(n) < 0.2).tolist()))
        near = np.repeat(corners, 2, axis=0) + rng.normal(0, 8, (2 * n, 4))
        low, side = rng.uniform(0, 300, (4, 2)), rng.uniform(8, 160, (4, 2))
        far = np.concatenate([low, low + side], axis=1)
        every = np.concatenate([near, far])
        every[:, 2:] = np.maximum(every[:, 2:], every[:, :2] + 1)
        own = np.concatenate([np.repeat(labels, 2), rng.integers(0, CLASSES, 4)])
        found.append(FoundBoxes(every, own, rng.random(len(own)).round(digits)))
    return truths, found


def by_coco(truths: list[Boxes], found: list[FoundBoxes]) -> np.ndarray:
    """The twelve figures of faster-coco-eval."""
    from faster_coco_eval import COCO, COCOeval_faster

    held = {
        "images": [{"id": i, "width": 640, "height": 640} for i in range(len(truths))],
        "categories": [{"id": c, "name": str(c)} for c in range(CLASSES)],
        "annotations": [
            {
                "id": 1 + 100 * i + j, "image_id": i, "category_id": int(truth.labels[j]),
                "bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0),
                "iscrowd": int(truth.ignored[j]),
            }
            for i, truth in enumerate(truths)
            for j, (x0, y0, x1, y1) in enumerate(truth.corners.tolist())
        ],
    }  # fmt: skip
    told = [
        {
            "image_id": i, "category_id": int(some.labels[j]), "score": float(some.scores[j]),
            "bbox": [x0, y0, x1 - x0, y1 - y0],
        }
        for i, some in enumerate(found)
        for j, (x0, y0, x1, y1) in enumerate(some.corners.tolist())
    ]  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(held)
        judge = COCOeval_faster(coco, coco.loadRes(told), "bbox", print_function=lambda *a: None)
        judge.run()
    return np.array(judge.stats[:12], dtype=float)


def by_us(truths: list[Boxes], found: list[FoundBoxes]) -> list[float]:
    seen, w = Precision(truths, found, CLASSES), ones(len(truths))
    by_size = [np.nanmean(seen.average_precision(w, s)) for s in ("small", "medium", "large")]
    every = seen.average_precision(w)
    recalls = [np.nanmean(seen.recall(w, most)) for most in (1, 10, 100)]
    recalls += [np.nanmean(seen.recall(w, 100, s)) for s in ("small", "medium", "large")]
    return [np.nanmean(every), np.nanmean(every[0]), np.nanmean(every[5]), *by_size, *recalls]


@pytest.mark.journey
@pytest.mark.parametrize("seed", range(3))
def test_all_twelve_figures_are_cocos(seed: int) -> None:
    truths, found = drawn(40, seed)
    assert np.allclose(by_us(truths, found), by_coco(truths, found), atol=1e-9)


def test_a_picture_that_comes_up_twice_counts_twice() -> None:
    truths, found = drawn(12, 5, digits=9)  # without ties
    rows = np.random.default_rng(0).integers(0, 12, 12)
    weights = np.bincount(rows, minlength=12)[None].astype(float)
    drawn_again = Precision([truths[i] for i in rows], [found[i] for i in rows], CLASSES)
    expected = drawn_again.average_precision(ones(12))
    assert np.allclose(Precision(truths, found, CLASSES).average_precision(weights), expected)


def test_a_class_that_no_picture_has_is_no_number_and_one_that_nobody_finds_is_nothing() -> None:
    truth = boxes_of([(0, 0, 10, 10)], [0])
    none = FoundBoxes(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0))
    found = Precision([truth], [none], 2).average_precision(ones(1))
    assert (found[:, 0] == 0).all() and np.isnan(found[:, 1]).all()


def test_a_curve_has_a_point_for_each_right_box() -> None:
    truth = boxes_of([(0, 0, 10, 10), (20, 20, 30, 30)], [0, 0])
    corners = np.array([[0.0, 0, 10, 10], [50, 50, 60, 60], [20, 20, 30, 30]])
    found = FoundBoxes(corners, np.zeros(3, np.int64), np.array([0.9, 0.8, 0.7]))
    recall, precision, score = Precision([truth], [found], 1).curve(0)
    assert recall.tolist() == [0.5, 1] and score.tolist() == [0.9, 0.7]
    assert precision.tolist() == [1, 2 / 3]
