"""All pairs of hashes that differ in few bits, by looking at few pairs."""

import numpy as np
import pytest

from headstart.data import near_duplicates
from headstart.data.near_duplicates import BITS, CHUNKS, NEAR_BITS, WITHIN, near_pairs


def drawn(count: int, seed: int = 0) -> np.ndarray:
    """Hashes at random, of which a tenth are others with 20 to 40 bits turned over."""
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**64, (count, 4), dtype=np.uint64)
    for row in range(count // 10):
        hashes[count - 1 - row] = turned(hashes[row], rng.choice(BITS, rng.integers(20, 41), False))
    return hashes


def turned(hashed: np.ndarray, places) -> np.ndarray:
    other = hashed.copy()
    for place in places:
        other[place // 64] ^= np.uint64(1) << np.uint64(place % 64)
    return other


def by_hand(hashes: np.ndarray) -> list[tuple[int, int]]:
    far = np.bitwise_count(hashes[:, None] ^ hashes[None]).sum(axis=-1, dtype=np.int64)
    return list(zip(*map(np.ndarray.tolist, np.nonzero(np.triu(far <= NEAR_BITS, 1))), strict=True))


@pytest.mark.parametrize("few", [10**6, 0], ids=["all pairs", "by pieces"])
def test_the_pairs_are_those_of_looking_at_all(few) -> None:
    hashes = drawn(400)
    expected = by_hand(hashes)
    assert 10 < len(expected) < 40
    assert list(near_pairs(hashes, few)) == expected


def test_bits_that_differ_may_lie_anywhere() -> None:
    """32 are found and 33 are not, also where they are dealt to all pieces alike."""
    rng, bases = np.random.default_rng(1), drawn(8)
    few = [range(32), range(224, 256), range(0, 256, 8), rng.choice(BITS, 32, False)]
    more = [{*map(int, some), 100 if 100 not in some else 101} for some in few]
    assert [len(some) for some in more] == [33] * 4
    hashes = [turned(base, sorted(some)) for base, some in zip(bases, [*few, *more], strict=True)]
    found = list(near_pairs(np.stack([*bases, *hashes]), 0))
    assert found == [(row, row + 8) for row in range(4)]


def test_pieces_are_as_many_as_the_bound_needs() -> None:
    assert CHUNKS * (WITHIN + 1) > NEAR_BITS >= (CHUNKS - 1) * (WITHIN + 1)


def test_hashes_that_are_equal_are_pairs_some_at_a_time(monkeypatch) -> None:
    monkeypatch.setattr(near_duplicates, "_PAIRS", 7)
    hashes = np.repeat(drawn(1), 12, axis=0)
    assert len(list(near_pairs(hashes, 0))) == 66
    assert list(near_pairs(hashes[:1])) == [] == list(near_pairs(hashes[:0], 0))
