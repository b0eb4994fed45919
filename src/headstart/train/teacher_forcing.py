"""Networks that write learn from what they should have written, token by token."""

import copy
from typing import Any

import torch
from torch import Tensor, nn

from headstart.backbone import Writer
from headstart.head import Goal
from headstart.train.devices import lent, processor
from headstart.train.loop import Feed, teacher_forced
from headstart.train.task_data import scores_of

JUDGED = 64
"""Texts that are written after an epoch, at most, to see how good they are."""


@torch.inference_mode()
def loss_of(network: nn.Module, feed: Feed, labels: Tensor, goal: Goal, batch: int = 64) -> float:
    """Mean loss of a suffix and a head on all rows, in inference mode.

    Of texts, the mean over tokens, each told those before it.
    """
    if not writes(network):
        return float(goal.loss(scores_of(network, feed, len(labels)), labels))
    network.eval()
    lost, tokens = 0.0, 0
    with lent(network, processor()) as device:
        for start in range(0, len(labels), batch):
            rows = range(start, min(start + batch, len(labels)))
            given, wanted = feed(rows, ()).to(device), labels[list(rows)].to(device)
            count = int((wanted >= 0).sum())
            lost += float(goal.loss(teacher_forced(network, given, wanted), wanted)) * count
            tokens += count
    return lost / max(1, tokens)


def merit_of(network: nn.Module, feed: Feed, labels: Tensor, goal: Goal) -> float:
    """Mean merit of a network that writes, of its likeliest tokens, on the first few rows."""
    suffix, head = network.children()
    brief: Any = copy.copy(head)
    brief.beams = 1
    rows = min(JUDGED, len(labels))
    answers = goal.answers(scores_of(nn.Sequential(suffix, brief), feed, rows)).numpy()
    return float(goal.merit(answers, labels[:rows].numpy()).mean())


def writes(network: nn.Module) -> bool:
    """Whether the head of a suffix and a head writes."""
    return isinstance(list(network.children())[-1], Writer)
