"""What rows lose against boxes."""

import math

import pytest
import torch
from torch import Tensor

from headstart.head import detection_loss
from headstart.head.box_loss import giou_loss, sorted_out
from headstart.head.grids import grid

POINTS = 16 * 16 + 8 * 8 + 4 * 4


def _rows(*boxes: list[float], classes: int = 2, sure: float = 8.0) -> Tensor:
    """Of a detector that says these (class, box), each at every point in its inner half."""
    points, rows = grid(POINTS), torch.zeros(1, POINTS, 5 + classes)
    rows[..., 4:] = -sure
    for label, *box in boxes:
        low, high = torch.tensor(box[:2]), torch.tensor(box[2:])
        near = ((points[:, :2] - (low + high) / 2).abs() < (high - low) / 4).all(dim=1)
        rows[0, near, :2] = ((low + high) / 2 - points[near, :2]) / points[near, 2:]
        rows[0, near, 2:4] = ((high - low) / points[near, 2:]).log()
        rows[0, near, 4] = rows[0, near, 5 + int(label)] = sure
    return rows


BOX = [1.0, 0.2, 0.3, 0.6, 0.7]


def test_right_boxes_lose_less_than_wrong_ones() -> None:
    true = torch.tensor([[BOX]])
    right = detection_loss(_rows(BOX), true)
    for wrong in ([0.0, *BOX[1:]], [1.0, 0.3, 0.3, 0.7, 0.7], [1.0, 0.6, 0.1, 0.9, 0.3]):
        assert right < detection_loss(_rows(wrong), true)


def test_a_picture_without_boxes_teaches_that_nothing_is_there() -> None:
    empty = torch.full((1, 2, 5), math.nan)
    assert detection_loss(_rows(), empty) < 1 < detection_loss(_rows(BOX), empty)


def test_a_picture_without_boxes_trains() -> None:
    rows = _rows().requires_grad_(True)
    detection_loss(rows, torch.zeros(1, 0, 5)).backward()
    assert torch.isfinite(rows.grad).all()
    assert rows.grad[..., 4].abs().sum() > 0


@pytest.mark.parametrize(
    "odd",
    [
        [0.0, 0.3, 0.3, 0.3, 0.6],
        [0.0, 0.3, 0.3, 0.3, 0.3],
        [0.0, 0.6, 0.6, 0.3, 0.3],
        [0.0, -3.0, -3.0, 4.0, 4.0],
        [0.0, 0.5, 0.5, 0.5000001, 0.5000001],
    ],
)
def test_degenerate_boxes_never_give_nan(odd: list[float]) -> None:
    rows = torch.randn(1, POINTS, 7).requires_grad_(True)
    loss = detection_loss(rows, torch.tensor([[odd, BOX]]))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(rows.grad).all()


def test_boxes_without_area_are_passed_over() -> None:
    rows, flat = torch.randn(1, POINTS, 7), [0.0, 0.1, 0.1, 0.1, 0.9]
    both, one = torch.tensor([[flat, BOX]]), torch.tensor([[BOX]])
    assert detection_loss(rows, both) == detection_loss(rows, one)


def test_what_is_to_be_ignored_is_neither_right_nor_wrong() -> None:
    crowd = torch.tensor([[[-1.0, *BOX[1:]]]])
    assert detection_loss(_rows(BOX), crowd) == pytest.approx(
        float(detection_loss(_rows(), crowd)), rel=0.2
    )


def test_rows_of_padding_change_nothing() -> None:
    rows = torch.randn(1, POINTS, 7)
    wide = torch.cat([torch.tensor([[BOX]]), torch.full((1, 3, 5), math.nan)], dim=1)
    assert detection_loss(rows, wide) == detection_loss(rows, torch.tensor([[BOX]]))


def test_giou_is_one_less_overlap_where_hulls_are_full() -> None:
    one, other = torch.tensor([[0.0, 0.0, 0.2, 0.2]]), torch.tensor([[0.1, 0.0, 0.3, 0.2]])
    assert giou_loss(one, other).item() == pytest.approx(2 / 3)
    assert giou_loss(one, other + 1.0).item() > 1


def test_targets_are_told_apart() -> None:
    rows = torch.tensor([BOX, [-1.0, *BOX[1:]], [math.nan] * 5, [0.0, 0.1, 0.1, 0.1, 0.2]])
    true, ignored = sorted_out(rows)
    assert true.tolist() == [pytest.approx(BOX)]
    assert ignored.shape == (1, 4)
