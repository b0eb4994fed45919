"""What next tokens can be told without a network: by what followed the same tokens before."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from jaxtyping import Float, Int

_START = -2
"""Stands where a text begins."""


class Followed:
    """Counts of what follows up to `memory` tokens, interpolated as Witten and Bell (1991) do.

    A history counts as much as it was seen, and shorter ones as much as it had different
    followers. Of tokens alone each is as likely as it is often, and one that was never there as
    likely as one seen once.
    """

    def __init__(self, texts: Int[np.ndarray, "n l"], memory: int = 2) -> None:
        self.memory = memory
        self.after: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for *before, token in _windows(texts):
            for length in range(memory + 1):
                self.after[tuple(before[2 - length :])][token] += 1

    def share(self, before: Sequence[int], token: int) -> float:
        """How probable a token is behind these."""
        known = self.after[()]
        share = (known.get(token, 0) + (token not in known)) / (known.total() + 1)
        for length in range(1, self.memory + 1):
            seen = self.after.get(tuple(before[-length:]))
            if seen:
                share = (seen[token] + len(seen) * share) / (seen.total() + len(seen))
        return share

    def likeliest(self, before: Sequence[int]) -> int:
        """The token that is most probable behind these."""
        lengths = range(1, self.memory + 1)
        lists = [self.after.get(tuple(before[-length:]), Counter[int]()) for length in lengths]
        tried = {*chain(*lists), *(token for token, _ in self.after[()].most_common(1))}
        return max(sorted(tried), key=lambda token: self.share(before, token))

    def judged(self, texts: Int[np.ndarray, "n l"]) -> Float[np.ndarray, "n 4"]:
        """As `LanguageModeling` has answers: how sure, nats, tokens told right, tokens."""
        found = np.zeros((len(texts), 4))
        likeliest: dict[tuple[int, ...], int] = {}
        for row, text in zip(found, texts, strict=True):
            for *before, token in _windows(text[None]):
                key = tuple(before)
                if key not in likeliest:
                    likeliest[key] = self.likeliest(before)
                row[1:] += (-np.log(self.share(before, token)), likeliest[key] == token, 1)
            row[0] = np.exp(-row[1] / max(1.0, row[3]))
        return found


def _windows(texts: Int[np.ndarray, "n l"]) -> Iterator[list[int]]:
    """Each token with the two before it."""
    for row in texts:
        whole = [_START, _START, *row[row >= 0].tolist()]
        yield from (whole[at : at + 3] for at in range(len(whole) - 2))
