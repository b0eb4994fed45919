"""The output layer of a detector, and what it finds."""

import torch

from headstart.head import BoxHead, found
from headstart.head.box_head import ALIKE, LEAST_PROBABILITY, MOST_FOUND
from headstart.head.grids import grid

POINTS = 16 * 16 + 8 * 8 + 4 * 4


def _rows(*boxes: tuple[float, ...], classes: int = 2) -> torch.Tensor:
    """Each (point, class, probability, box); nothing at all other points."""
    points, rows = grid(POINTS), torch.full((1, POINTS, 5 + classes), -20.0)
    for point, label, chance, *box in boxes:
        at, low, high = int(point), torch.tensor(box[:2]), torch.tensor(box[2:])
        rows[0, at, :2] = ((low + high) / 2 - points[at, :2]) / points[at, 2]
        rows[0, at, 2:4] = ((high - low) / points[at, 2]).log()
        rows[0, at, 4] = 20.0
        rows[0, at, 5 + int(label)] = torch.logit(torch.tensor(chance))
    return rows


BOX = (0.2, 0.3, 0.6, 0.7)


def test_a_box_comes_back_with_its_class_and_probability() -> None:
    (told,) = found(_rows((300, 1, 0.8, *BOX)))
    assert torch.allclose(told, torch.tensor([[1.0, 0.8, *BOX]]), atol=1e-5)


def test_of_two_boxes_alike_the_likelier_is_kept() -> None:
    near = (0.2, 0.3, 0.6, 0.7 - 0.4 * (1 - ALIKE) * 0.9)
    (told,) = found(_rows((300, 1, 0.8, *BOX), (301, 1, 0.9, *near)))
    assert told[:, 1].tolist() == [torch.tensor(0.9)]


def test_boxes_that_overlap_less_are_both_kept() -> None:
    far = (0.2, 0.3, 0.6, 0.7 - 0.4 * (1 - ALIKE) * 1.1)
    assert len(found(_rows((300, 1, 0.8, *BOX), (301, 1, 0.9, *far)))[0]) == 2


def test_equal_boxes_of_two_classes_are_both_kept() -> None:
    assert len(found(_rows((300, 1, 0.8, *BOX), (301, 0, 0.9, *BOX)))[0]) == 2


def test_hardly_probable_boxes_are_not_found() -> None:
    assert len(found(_rows((300, 1, LEAST_PROBABILITY * 0.9, *BOX)))[0]) == 0
    assert len(found(_rows((300, 1, LEAST_PROBABILITY * 1.1, *BOX)))[0]) == 1


def test_boxes_end_where_the_picture_ends() -> None:
    (told,) = found(_rows((300, 0, 0.9, -0.3, -0.2, 1.5, 0.9)))
    assert told[0, 2:].tolist() == [0.0, 0.0, 1.0, torch.tensor(0.9)]


def test_no_more_boxes_than_the_most() -> None:
    told = found(torch.randn(1, 52 * 52 + 26 * 26 + 13 * 13, 9) * 3)[0]
    assert len(told) == MOST_FOUND
    assert (told[:-1, 1] >= told[1:, 1]).all()


def test_a_head_begins_with_the_box_that_the_backbone_says() -> None:
    rows = torch.randn(2, POINTS, 21)
    scores = BoxHead(21, 3)(rows)
    assert torch.equal(scores[:, :-1, :5], rows[..., -5:])
    assert (scores[:, :-1, 5:] == 0).all()


def test_thresholds_stand_behind_the_points() -> None:
    head = BoxHead(21, 3)
    head.thresholds[:] = torch.tensor([0.1, 0.2, 0.3])
    assert torch.allclose(head(torch.randn(2, 4, 21))[:, -1, 5:], head.thresholds.expand(2, 3))
    assert "thresholds" in head.state_dict()
