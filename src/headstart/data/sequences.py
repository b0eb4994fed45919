"""Pictures that are frames of one video, or copies that a tool made of one picture."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

LIKE_BITS = 64
"""Frames that follow each other differ in so many of 256 bits in the median; other pictures in
about 128."""
LEAST_PICTURES = 3
"""Pictures of a sequence."""
MOST_SHARE = 0.1
"""A longer sequence is cut into runs of this share of all pictures, or nothing could be tested."""
_WORDS = re.compile(
    r"(?<![a-z])(frame|frm|video|vid|clip|seq|sequence|shot|mov|cam|camera)(?![a-z])"
)
_NUMBERED = re.compile(r"^(.*?)([0-9]+)$")
_COPIES = re.compile(r"^(.+)_(?:jpe?g|png|bmp|webp|tiff?)\.rf\.[0-9a-f]+$")


@dataclass(frozen=True)
class Run:
    """Rows that belong together, and what they are."""

    rows: tuple[int, ...]
    name: str
    reason: str


def sequences(names: Sequence[str], near: Mapping[int, Sequence[int]]) -> list[Run]:
    """Frames of a video, by names with a word for it or by likeness of neighbors; and copies.

    `near` are the words of each row's perceptual hash.
    """
    copies: dict[str, list[int]] = {}
    numbered: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row, name in enumerate(names):
        path = PurePath(name)
        if found := _COPIES.match(path.stem):
            copies.setdefault(found[1], []).append(row)
        elif (found := _NUMBERED.match(path.stem)) and len(found[2]) < 19:
            key = (str(path.parent), found[1])
            numbered.setdefault(key, []).append((int(found[2]), row))
    told = [
        Run(tuple(rows), name, f"{len(rows):,} copies that a tool made of one picture")
        for name, rows in copies.items()
        if len(rows) > 1
    ]
    most = max(LEAST_PICTURES, int(MOST_SHARE * len(names)))
    for (folder, prefix), some in numbered.items():
        rows = [row for _, row in sorted(some)]
        if len(rows) >= LEAST_PICTURES and (_WORDS.search(prefix.casefold()) or _alike(rows, near)):
            told += _runs(rows, f"{folder}/{prefix}*".removeprefix("./"), most)
    return told


def _runs(rows: Sequence[int], name: str, most: int) -> list[Run]:
    """A sequence as one, or in runs where it is most of the data."""
    count = -(-len(rows) // most) if len(rows) > 2 * most else 1
    parts = [part.tolist() for part in np.array_split(np.array(rows), count)]
    cut = f", the longest run of {max(map(len, parts)):,} on one side" if count > 1 else ""
    return [Run(tuple(part), name, f"{len(rows):,} frames of one video{cut}") for part in parts]


def _alike(rows: Sequence[int], near: Mapping[int, Sequence[int]]) -> bool:
    """Whether most neighbors look alike."""
    hashed = [near[row] for row in rows if near.get(row)]
    if len(hashed) < LEAST_PICTURES:
        return False
    words = np.array(hashed, dtype=np.uint64)  # (n, 4)
    far = np.bitwise_count(words[1:] ^ words[:-1]).sum(axis=1)
    return bool(np.median(far) <= LIKE_BITS)
