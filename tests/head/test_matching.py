"""Which query stands for which box."""

import pytest
import torch

from headstart.backbone import PLACED, QUERIES
from headstart.head.box_loss import detection_loss
from headstart.head.grids import boxes_of
from headstart.head.matching import IGNORED, matched

NONE = torch.zeros(0, 4)


def rows(boxes: list[tuple[float, ...]], classes: int = 2) -> torch.Tensor:
    """Queries that say these boxes (left, top, right, bottom) and nothing else."""
    b = torch.tensor(boxes)
    shares = torch.cat([(b[:, :2] + b[:, 2:]) / 2, b[:, 2:] - b[:, :2]], dim=1)
    return torch.cat([shares.logit(), torch.zeros(len(b), 1 + classes)], dim=1)


SAID = rows([(0.1, 0.1, 0.3, 0.3), (0.1, 0.1, 0.32, 0.3), (0.6, 0.6, 0.9, 0.9)])
TRUE = torch.tensor([[0, 0.6, 0.6, 0.9, 0.9], [1, 0.1, 0.1, 0.3, 0.3]])


def pairs(said: torch.Tensor, true: torch.Tensor = TRUE) -> dict[int, int]:
    found = matched(said, boxes_of(said[None], QUERIES)[0], true, NONE)
    return dict(zip(found.points.tolist(), found.boxes.tolist(), strict=True))


def test_boxes_are_read_as_shares_of_the_picture() -> None:
    assert torch.allclose(boxes_of(SAID[None], QUERIES)[0, 2], TRUE[0, 1:])


def test_each_box_has_one_query_the_nearest() -> None:
    assert pairs(SAID) == {0: 1, 2: 0}


def test_the_class_decides_between_queries_that_lie_alike() -> None:
    said = SAID.clone()
    said[1, PLACED + 1] = 5.0
    said[1, PLACED - 1] = 5.0
    assert pairs(said) == {1: 1, 2: 0}


def test_more_boxes_than_queries_leave_some_without() -> None:
    assert len(pairs(SAID[:1])) == 1


@pytest.mark.parametrize(("share", "passed"), [(IGNORED - 0.01, False), (IGNORED + 0.01, True)])
def test_a_query_in_what_is_to_be_ignored_is_neither(share: float, passed: bool) -> None:
    box = torch.tensor([[0.0, 0.0, 0.5, 0.5]])
    ignored = torch.tensor([[0.0, 0.0, 0.5 * share, 0.5]])
    found = matched(rows([(0.0, 0.0, 0.5, 0.5)]).nan_to_num(0), box, TRUE[:0], ignored)
    assert found.ignored.tolist() == [passed]


def test_numbers_that_are_not_finite_match_something_all_the_same() -> None:
    said = SAID.clone()
    said[0, PLACED] = torch.nan
    assert len(pairs(said)) == 2


def test_a_query_beside_the_one_that_stands_for_a_box_learns_that_nothing_is_there() -> None:
    said = SAID[None].clone().requires_grad_(True)
    detection_loss(said, TRUE[None], QUERIES).backward()
    slope = said.grad
    assert slope is not None
    assert slope[0, 0, PLACED - 1] < 0 < slope[0, 1, PLACED - 1]
