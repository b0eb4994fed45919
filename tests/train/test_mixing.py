"""Mixup: pictures and losses are mixed by the same shares."""

import torch

from headstart.task import Classification
from headstart.train import Recipe, Regularization
from headstart.train.mixing import mixed_by, mixed_loss


def test_mixed_pictures_lose_as_their_shares_say() -> None:
    recipe = Recipe(restraint=Regularization(mixup=1.0))
    batch = torch.arange(4.0)[:, None, None, None].expand(4, 3, 2, 2)
    mixed = mixed_by(batch, recipe, 1, 0)
    expected = mixed.share * batch + (1 - mixed.share) * batch[mixed.order]
    torch.testing.assert_close(mixed.given, expected)
    task, scores, labels = (
        Classification(tuple("ab")),
        torch.randn(4, 2),
        torch.tensor([0, 1, 0, 1]),
    )
    one, other = task.loss(scores, labels), task.loss(scores, labels[mixed.order])
    found = mixed_loss(task, scores, labels, mixed, 0.0)
    torch.testing.assert_close(found, mixed.share * one + (1 - mixed.share) * other)
    assert mixed_by(batch, recipe, 1, 0).share == mixed.share != mixed_by(batch, recipe, 1, 1).share
    assert mixed_by(batch, Recipe(), 1, 0).given is batch
