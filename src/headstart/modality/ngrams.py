"""How often tokens, and pairs of neighbors, are in texts."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from scipy.sparse import csr_array

_COLUMNS = 2**20


def counted_ngrams(rows: Sequence[Any], *, paired: bool) -> csr_array:
    """Counts of tokens and pairs of neighbors, shape (n, 2**20).

    Rows are token numbers; where they are `paired`, two lists of them, counted each for itself, and
    which tokens both have.
    """
    from sklearn.feature_extraction.text import HashingVectorizer  # takes a second

    counted = HashingVectorizer(
        analyzer=_both if paired else _grams,
        n_features=_COLUMNS,
        norm=None,
        alternate_sign=False,
    )
    return csr_array(counted.transform(rows))


def _grams(tokens: list[int]) -> list[str]:
    ones = list(map(str, tokens[1:-1] or tokens))
    return ones + [f"{a} {b}" for a, b in pairwise(ones)]


def _both(parts: list[list[int]]) -> list[str]:
    """Of two texts, each with its own names, and what they share."""
    first, second = ({str(token) for token in part} for part in parts)
    own = [f"{side}{gram}" for side, part in zip("ab", parts, strict=True) for gram in _grams(part)]
    return own + [f"both {token}" for token in first & second]
