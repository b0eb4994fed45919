"""Points of grids, and the boxes that they say."""

import torch

from headstart.head.grids import area, boxes_of, grid, overlaps


def test_points_lie_in_the_middle_of_their_cells() -> None:
    points = grid(16 + 4 + 1)  # of a picture of 32 pixels
    assert torch.allclose(points[1], torch.tensor([0.375, 0.125, 0.25]))
    assert torch.allclose(points[4], torch.tensor([0.125, 0.375, 0.25]))
    assert torch.allclose(points[-1], torch.tensor([0.5, 0.5, 1.0]))


def test_a_row_of_zeros_says_a_box_of_one_stride_around_its_point() -> None:
    boxes = boxes_of(torch.zeros(1, 21, 5))[0]
    assert torch.allclose(boxes[-1], torch.tensor([0.0, 0.0, 1.0, 1.0]))
    assert torch.allclose(boxes[0], torch.tensor([0.0, 0.0, 0.25, 0.25]))


def test_sides_are_bounded_so_that_nothing_overflows() -> None:
    rows = torch.zeros(1, 21, 5)
    rows[..., 2:4] = 1e6
    assert torch.isfinite(boxes_of(rows)).all()


def test_overlap_is_intersection_over_union() -> None:
    one = torch.tensor([[0.0, 0.0, 0.2, 0.2]])
    other = torch.tensor([[0.1, 0.0, 0.3, 0.2], [0.0, 0.0, 0.2, 0.2], [0.5, 0.5, 0.6, 0.6]])
    assert torch.allclose(overlaps(one, other), torch.tensor([[1 / 3, 1.0, 0.0]]))


def test_boxes_without_area_overlap_nothing() -> None:
    point = torch.tensor([[0.1, 0.1, 0.1, 0.1]])
    assert overlaps(point, point).item() == 0
    assert area(torch.tensor([[0.5, 0.0, 0.1, 1.0]])).item() == 0
