"""Files that were something once: cut, flipped, swapped, doubled, overwritten, spliced.

A mutant is drawn by its number alone, so that a longer campaign tries a superset.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0xFE, 0x20, 0x0A)


@dataclass(frozen=True)
class Mutant:
    """A file, what it was made of, and in which way."""

    origin: str
    head_config: str
    content: bytes


def cut(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    return raw[: rng.randint(1, len(raw) - 1)]


def cut_late(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    return raw[: len(raw) - rng.randint(1, max(1, len(raw) // 50))]


def flip_bit(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    found = bytearray(raw)
    found[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(found)


def flip_bytes(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    found = bytearray(raw)
    for _ in range(rng.randint(2, 40)):
        found[rng.randrange(len(raw))] = rng.randrange(256)
    return bytes(found)


def scramble_head(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    found = bytearray(raw)
    for _ in range(rng.randint(1, 6)):
        found[rng.randrange(min(len(raw), 80))] = rng.choice(INTERESTING)
    return bytes(found)


def huge_number(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    """Four bytes that a header may take for a size."""
    at = rng.randrange(max(1, min(len(raw) - 4, 400)))
    number = rng.choice((b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x7f\xff\xff\xff", b"\0" * 4))
    return raw[:at] + number + raw[at + 4 :]


def hole(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    first, last = sorted(rng.sample(range(1, len(raw)), 2))
    return raw[:first] + raw[last:]


def zeros(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    first, last = sorted(rng.sample(range(1, len(raw)), 2))
    return raw[:first] + bytes(last - first) + raw[last:]


def doubled(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    first, last = sorted(rng.sample(range(len(raw)), 2))
    return raw[:last] + raw[first:last] * rng.randint(1, 30) + raw[last:]


def swapped(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    a, b, c = sorted(rng.sample(range(1, len(raw)), 3))
    return raw[:a] + raw[b:c] + raw[a:b] + raw[c:]


def spliced(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    return raw[: rng.randrange(1, len(raw))] + other[rng.randrange(len(other)) :]


def tail(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    return raw + rng.randbytes(rng.randint(1, 3000))


def head(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    return rng.randbytes(rng.randint(1, 100)) + raw


def noise(raw: bytes, rng: random.Random, other: bytes) -> bytes:
    kept = rng.choice((0, 4, 12, 44))
    return raw[:kept] + rng.randbytes(len(raw) - kept)


WAYS: tuple[Callable[[bytes, random.Random, bytes], bytes], ...] = (
    *(cut, cut_late, flip_bit, flip_bytes, scramble_head, huge_number, hole, zeros),
    *(doubled, swapped, spliced, tail, head, noise),
)


def mutant(number: int, origins: Sequence[tuple[str, bytes]]) -> Mutant:
    """The mutant of this number: every way on every origin before any comes again."""
    rng = random.Random(number)
    head_config, origin = WAYS[number % len(WAYS)], origins[number // len(WAYS) % len(origins)]
    return Mutant(
        origin[0], head_config.__name__, head_config(origin[1], rng, rng.choice(origins)[1])
    )
