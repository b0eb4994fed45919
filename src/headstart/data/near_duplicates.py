"""Pairs of hashes that differ in few bits, all of them, without looking at all pairs."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Int64, Shaped, UInt64

NEAR_BITS = 32
"""Near duplicates differ in at most this many bits of their 256 (measured in `modality`)."""
WORDS = 4
"""Of 64 bits, in a hash."""
BITS, CHUNKS, WITHIN = 64 * WORDS, 11, 2
"""Of two hashes that differ in `NEAR_BITS` bits, one of so many pieces differs in at most
`WITHIN`: in 11 pieces with 3 each there would be 33."""
FEW = 3_000
"""Hashes up to which all pairs are looked at."""
_PAIRS = 4_000_000
"""That are looked at in one go: 32 MB of differences."""


def near_rows(hashes: Mapping[int, Sequence[int]]) -> list[tuple[int, int]]:
    """The same of rows that have words of a hash; those without any are near none."""
    rows = [row for row, words in hashes.items() if words]
    words = np.array([hashes[row] for row in rows], dtype=np.uint64).reshape(-1, WORDS)
    return [(rows[one], rows[other]) for one, other in near_pairs(words)]


def near_pairs(hashes: Shaped[np.ndarray, "n 4"], few: int = FEW) -> Iterator[tuple[int, int]]:
    """Pairs of rows, in order, whose hashes of 256 bits differ in `NEAR_BITS` of them at most."""
    if len(hashes) < 2:
        return
    words = np.ascontiguousarray(hashes.T)
    found = _by_all(words) if len(hashes) <= few else _by_pieces(words)
    first, second = (np.concatenate(side) for side in zip(*found, strict=True))
    pairs = np.unique(first * np.int64(len(hashes)) + second)
    yield from zip((pairs // len(hashes)).tolist(), (pairs % len(hashes)).tolist(), strict=True)


Ends = tuple[Int64[np.ndarray, " q"], Int64[np.ndarray, " q"]]
"""Rows of pairs, the smaller first."""


def _by_all(words: UInt64[np.ndarray, "4 n"]) -> Iterator[Ends]:
    """Each row against all behind it, some rows at a time."""
    count = words.shape[1]
    size = max(1, _PAIRS // count)
    for start in range(0, count, size):
        block = words[:, start : start + size]
        far = np.bitwise_count(block[0][:, None] ^ words[0][None, start:])
        first, second = np.nonzero(far <= NEAR_BITS)
        later = first < second
        yield _near(words, start + first[later], start + second[later])


def _by_pieces(words: UInt64[np.ndarray, "4 n"]) -> Iterator[Ends]:
    """Rows of which a piece is alike, or nearly (multi-index hashing: Norouzi et al. 2012).

    For each piece rows are sorted by it, so that those with given bits of it turned over are found
    where they lie together.
    """
    for bits in _pieces():
        values = _gathered(words, bits)
        order = np.argsort(values, kind="stable")
        yield from _joined(words, order, values[order], len(bits))


def _pieces() -> list[range]:
    """Places of bits, from all over: those beside one another say much the same."""
    return [range(piece, BITS, CHUNKS) for piece in range(CHUNKS)]


def _gathered(words: UInt64[np.ndarray, "4 n"], bits: Sequence[int]) -> Int64[np.ndarray, " n"]:
    """The number that these bits of each row make."""
    values = np.zeros(words.shape[1], dtype=np.int64)
    for place, bit in enumerate(bits):
        values |= ((words[bit // 64] >> np.uint64(bit % 64)) & np.uint64(1)).astype(
            np.int64
        ) << place
    return values


def _joined(
    words: UInt64[np.ndarray, "4 n"],
    order: Int64[np.ndarray, " n"],
    values: Int64[np.ndarray, " n"],
    width: int,
) -> Iterator[Ends]:
    starts = np.zeros((1 << width) + 1, dtype=np.int32)
    np.cumsum(np.bincount(values, minlength=1 << width), dtype=np.int32, out=starts[1:])
    flips = [0, *(sum(1 << b for b in some) for n in range(1, WITHIN + 1)
                  for some in combinations(range(width), n))]  # fmt: skip
    for flip in flips:
        top = flip.bit_length() - 1
        # of two rows with a bit turned over, one has it: the other finds it
        own = np.flatnonzero((values >> top) & 1 == 0) if flip else np.arange(len(values))
        other = values[own] ^ flip
        begin: Shaped[np.ndarray, " m"] = starts[other]
        end: Shaped[np.ndarray, " m"] = starts[other + 1]
        if not flip:
            begin = own + 1
        some = end > begin
        yield from _checked(words, order, own[some], begin[some], end[some])


def _checked(
    words: UInt64[np.ndarray, "4 n"],
    order: Int64[np.ndarray, " n"],
    own: Int64[np.ndarray, " m"],
    begin: Shaped[np.ndarray, " m"],
    end: Shaped[np.ndarray, " m"],
) -> Iterator[Ends]:
    """Rows of each stretch that are near the row it belongs to, some stretches at a time."""
    lengths = (end - begin).astype(np.int64)
    upto = np.cumsum(lengths)
    at = 0
    while at < len(own):
        done = upto[at - 1] if at else 0
        stop = max(at + 1, int(np.searchsorted(upto, done + _PAIRS, side="right")))
        part = lengths[at:stop]
        within = np.arange(int(part.sum())) - np.repeat(np.cumsum(part) - part, part)
        second = order[np.repeat(begin[at:stop], part) + within]
        first = order[np.repeat(own[at:stop], part)]
        yield _near(words, np.minimum(first, second), np.maximum(first, second))
        at = stop


def _near(
    words: UInt64[np.ndarray, "4 n"],
    first: Int64[np.ndarray, " p"],
    second: Int64[np.ndarray, " p"],
) -> Ends:
    """Those that differ in few bits, word by word, as few are left."""
    total = np.zeros(len(first), dtype=np.int32)
    for word in words:
        total += np.bitwise_count(word[first] ^ word[second])
        kept = total <= NEAR_BITS
        first, second, total = first[kept], second[kept], total[kept]
    return first, second
