"""Which points stand for which box."""

import torch
from torch import Tensor

from headstart.head.assignment import MOST_POINTS, REACH, assign
from headstart.head.grids import boxes_of, grid

POINTS = 16 * 16 + 8 * 8 + 4 * 4
NONE = torch.zeros(0, 4)


def _said(classes: int = 1) -> Tensor:
    return torch.zeros(1, POINTS, 5 + classes)


def _assigned(rows: Tensor, true: list[list[float]], ignored: Tensor = NONE):  # type: ignore[no-untyped-def]
    return assign(rows[0], boxes_of(rows)[0], torch.tensor(true).reshape(-1, 5), ignored)


def test_every_box_has_a_point() -> None:
    true = [[0.0, 0.1, 0.1, 0.3, 0.4], [0.0, 0.5, 0.5, 0.9, 0.9], [0.0, 0.6, 0.1, 0.62, 0.12]]
    assigned = _assigned(_said(), true)
    assert set(assigned.boxes.tolist()) == {0, 1, 2}
    assert assigned.boxes.bincount().max() <= MOST_POINTS


def test_a_point_stands_for_one_box_only() -> None:
    assigned = _assigned(_said(), [[0.0, 0.2, 0.2, 0.6, 0.6], [0.0, 0.2, 0.2, 0.61, 0.6]])
    assert len(set(assigned.points.tolist())) == len(assigned.points)


def test_points_lie_near_the_middle_of_their_box() -> None:
    assigned = _assigned(_said(), [[0.0, 0.0, 0.0, 1.0, 1.0]])
    points = grid(POINTS)[assigned.points]
    assert ((points[:, :2] - 0.5).abs().amax(dim=1) < REACH * points[:, 2]).all()


def test_better_boxes_get_more_points() -> None:
    true, good = [[0.0, 0.25, 0.25, 0.75, 0.75]], _said()
    good[..., 2:4] = torch.log(0.5 / grid(POINTS)[:, 2:])
    good[..., :2] = (0.5 - grid(POINTS)[:, :2]) / grid(POINTS)[:, 2:]
    assert len(_assigned(_said(), true).points) < len(_assigned(good, true).points) == MOST_POINTS


def test_the_class_decides_between_equal_boxes() -> None:
    rows = _said(2)
    rows[..., 5] = 4.0
    rows[..., 6] = -4.0
    both = [[0.0, 0.3, 0.3, 0.7, 0.7], [1.0, 0.3, 0.3, 0.7, 0.7]]
    assert set(_assigned(rows, both).boxes.tolist()) == {0}


def test_points_in_ignored_boxes_are_told() -> None:
    ignored = _assigned(_said(), [], torch.tensor([[0.0, 0.0, 0.5, 0.5]])).ignored
    points = grid(POINTS)
    assert torch.equal(ignored, (points[:, 0] < 0.5) & (points[:, 1] < 0.5))


def test_a_picture_without_boxes_has_no_points() -> None:
    assert len(_assigned(_said(), []).points) == 0
