"""Rows of codes: letters, tokens or tags, of different lengths."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

NOTHING = -1
"""Stands behind the last code of a row."""
Codes = Int[Tensor, "n l"]


def padded(rows: Sequence[Tensor]) -> Tensor:
    """Rows of different lengths as one table, -1 behind the shorter."""
    return pad_sequence(list(rows), batch_first=True, padding_value=NOTHING)


def usual_row(codes: Codes) -> Float[np.ndarray, " m"]:
    """The most frequent row, behind its share of all rows, as an answer."""
    different, counts = np.unique(codes.numpy(), axis=0, return_counts=True)
    row: Float[np.ndarray, " m"] = np.r_[counts.max() / len(codes), different[counts.argmax()]]
    return row.astype(float)
