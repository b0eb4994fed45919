"""What networks are pre-trained for, held against plain formulas."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from headstart.backbone import Architecture, Words, build
from headstart.train.goals import BESIDE, Language, NextToken, Several, Telling, ends_of, matching

SMALL = Architecture("headstart_lstm", (("words", 40), ("channels", (12, 20, 12))))
TOKENS = torch.tensor([[2, 5, 6, 7, 3, -1], [2, 9, 3, -1, -1, -1]])


def test_each_set_has_a_head_of_its_own() -> None:
    scores, labels = torch.randn(6, 5), torch.tensor([0, 2, 1, 3, 4, 3])
    own = [cross_entropy(scores[i : i + 1, :3], labels[i : i + 1]) for i in range(3)]
    own += [cross_entropy(scores[i : i + 1, 3:], labels[i : i + 1] - 3) for i in range(3, 6)]
    loss = Several(ends_of([3, 2])).loss(scores, labels)
    assert float(loss) == pytest.approx(float(torch.stack(own).mean()), abs=1e-6)


def test_classes_of_other_sets_are_no_answers() -> None:
    answers = np.array([[0.1, 0.3, 0.2, 0.9, 0.8], [0.9, 0.9, 0.9, 0.1, 0.2]])
    assert Several((3, 5)).merit(answers, np.array([1, 4])).tolist() == [1, 1]


def test_whoever_says_what_the_teacher_says_loses_nothing() -> None:
    rows = torch.randn(50, 4) * torch.tensor([1.0, 10.0, 0.1, 3.0]) + 2
    goal = matching(rows, nn.Linear(4, 3).requires_grad_(False))
    said = (rows - goal.center) / goal.spread
    assert float(goal.loss(said, rows)) == pytest.approx(0, abs=1e-5)
    assert goal.merit(goal.answers(said).numpy(), rows.numpy()) == pytest.approx(1, abs=1e-4)


def test_whoever_says_the_mean_explains_nothing() -> None:
    rows = torch.randn(500, 4)
    goal = matching(rows)
    assert float(goal.loss(torch.zeros(500, 4), rows)) == pytest.approx(1, abs=1e-3)
    assert goal.merit(goal.answers(torch.zeros(500, 4)).numpy(), rows.numpy()).mean() == (
        pytest.approx(0, abs=1e-3)
    )


def _telling(said: int = 0) -> nn.Sequential:
    stages = build(SMALL, 2)
    words = stages[0]
    assert isinstance(words, Words)
    return nn.Sequential(nn.Sequential(Telling(stages[:-1])), NextToken(words, 36, said))


@torch.inference_mode()
def test_next_tokens_are_judged_as_a_plain_loop_would() -> None:
    network = _telling().eval()
    words, stages = network[1].tied[0], network[0][0].stages
    found = network(TOKENS)
    for row, tokens in zip(found, TOKENS, strict=True):
        known = tokens[tokens >= 0]
        scores = stages(known[None])[0, :-1, :-1] @ words.weight.T + words.bias
        nats = cross_entropy(scores, known[1:], reduction="sum")
        right = (scores.argmax(1) == known[1:]).sum()
        assert row.tolist() == pytest.approx([float(nats), int(right), len(known) - 1], abs=1e-4)


def test_the_loss_is_nats_a_token() -> None:
    scores = torch.tensor([[6.0, 1.0, 3.0], [2.0, 1.0, 1.0]])
    assert float(Language().loss(scores, torch.zeros(2))) == 2
    assert Language().merit(scores.numpy(), np.zeros(2)).mean() == pytest.approx(0.5)


def test_words_are_told_with_the_numbers_they_are_read_with() -> None:
    network = copy.deepcopy(_telling(8))
    names = [name for name, _ in network.named_parameters()]
    assert network[1].tied[0] is network[0][0].stages[0]
    assert not any("tied" in name for name in names) and len(set(names)) == len(names)


def test_a_teacher_of_texts_is_heard_too() -> None:
    rows = torch.randn(2, 8)
    found, goal = _telling(8)(TOKENS).detach(), matching(rows)
    plain = Language().loss(found, rows)
    both = Language(goal).loss(found, rows)
    assert float(both) == pytest.approx(float(BESIDE * plain + goal.loss(found[:, 3:], rows)))
