"""What a detector is pre-trained for."""

import torch

from headstart.backbone import PLACED
from headstart.train.box_goal import BoxGoal, ClassHead

GOAL = BoxGoal(("cat", "dog"))


def test_places_are_those_of_the_network_whatever_its_head_learns() -> None:
    head, rows = GOAL.layer(8 + PLACED), torch.randn(2, 21, 8 + PLACED)
    assert isinstance(head, ClassHead)
    torch.nn.init.normal_(head.linear.weight)
    scores = head(rows)
    assert scores.shape == (2, 22, PLACED + 2)
    assert torch.equal(scores[:, :-1, :PLACED], rows[..., -PLACED:])
    assert torch.equal(scores[:, :-1, PLACED:], head.linear(rows)[..., PLACED:])
    assert torch.equal(scores[0, -1, PLACED:], head.thresholds)


def test_nothing_that_is_learned_of_places_stays_in_the_head() -> None:
    head, rows = GOAL.layer(8 + PLACED), torch.randn(1, 21, 8 + PLACED, requires_grad=True)
    head(rows)[..., :PLACED].sum().backward()
    assert head.linear.weight.grad is None or not head.linear.weight.grad.any()
    assert rows.grad is not None and rows.grad[..., -PLACED:].all()
