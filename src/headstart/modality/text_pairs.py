"""Two texts in one item: where they part, and how much of each is kept."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def parts_of(tokens: list[int], tokenizer: "Tokenizer") -> list[list[int]]:
    """The two texts of an item, without special tokens; all in the first where nothing parts them.

    What ends an item stands between its texts, too.
    """
    special = {id_ for id_, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    place = tokens.index(tokens[-1])
    cut = place if place < len(tokens) - 1 else len(tokens)
    return [[t for t in part if t not in special] for part in (tokens[:cut], tokens[cut:])]


def shares_of(lengths: Sequence[int], room: int) -> tuple[int, int]:
    """How much of two texts is kept: the longer is cut first."""
    one, other = lengths
    if one + other <= room:
        return one, other
    half = room // 2
    if min(lengths) <= half:
        return (one, room - one) if one <= other else (room - other, other)
    return room - half, half
