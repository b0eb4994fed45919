"""Rows of codes of different lengths, as one table and as an answer."""

import torch

from headstart.head import NOTHING, padded, usual_row


def test_shorter_rows_are_filled_up_behind() -> None:
    found = padded([torch.tensor([4]), torch.tensor([1, 2, 3])])
    assert found.tolist() == [[4, NOTHING, NOTHING], [1, 2, 3]]


def test_the_usual_row_is_whole_and_says_how_usual_it_is() -> None:
    """In each column another code is more frequent."""
    rows = [[1, 2], [1, 2], [1, 3], [4, 3], [5, 3]]
    assert usual_row(torch.tensor(rows)).tolist() == [0.4, 1, 2]
