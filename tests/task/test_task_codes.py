"""Tasks whose answers are rows of codes, by one of them."""

import numpy as np
import torch

from headstart.task import CTC

LETTERS = CTC(("a", "b"))
LABELS = torch.tensor([[0, 1, -1], [0, 1, -1], [1, -1, -1]])


def test_the_constant_answer_is_the_usual_label_and_its_share() -> None:
    answer = LETTERS.constant(LABELS)
    assert answer.tolist() == [2 / 3, 0, 1, -1] and LETTERS.text(answer) == "ab"
    assert LETTERS.belief(answer[None]).tolist() == [2 / 3]


def test_an_answer_is_right_where_it_reads_as_the_label() -> None:
    said = np.array([[0.9, 0, 1, -1], [0.9, 0, -1, -1], [0.9, 1, -1, -1]])
    assert LETTERS.texts_of(said) == ["ab", "a", "b"]
    assert LETTERS.correct(said, LABELS.numpy()).tolist() == [True, False, True]


def test_answers_of_different_lengths_stand_in_one_table() -> None:
    found = LETTERS.stacked([torch.tensor([[0.5, 1.0]]), torch.tensor([[0.9, 0.0, 1.0]])])
    assert found.tolist() == [[0.5, 1, -1], [torch.tensor(0.9).item(), 0, 1]]
