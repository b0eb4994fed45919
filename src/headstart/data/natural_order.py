"""Many names in natural order, with the keys of few in memory."""

import heapq
from array import array
from collections.abc import Callable, Iterator, Sequence

from headstart.data.records import natural

AT_ONCE = 1 << 14
"""Names whose keys are held at the same time."""


def in_natural_order(
    numbers: "array[int]", name: Callable[[int], str], at_once: int = AT_ONCE
) -> "array[int]":
    """The numbers in the natural order of their names, which are asked for as they are needed.

    >>> in_natural_order(array("I", [0, 1, 2]), ("10", "2", "a").__getitem__).tolist()
    [1, 0, 2]
    """

    def key(number: int) -> tuple[list[str | tuple[int, str]], str]:
        return natural(name(number))

    chunks = [
        array("I", sorted(numbers[at : at + at_once], key=key))
        for at in range(0, len(numbers), at_once)
    ]
    chunks.sort(key=lambda chunk: key(chunk[0]))
    found = array("I")
    for some in _apart(chunks, key):
        found.extend(some[0] if len(some) == 1 else heapq.merge(*some, key=key))
    return found


def _apart(
    chunks: Sequence["array[int]"], key: Callable[[int], tuple[list[str | tuple[int, str]], str]]
) -> Iterator[list["array[int]"]]:
    """Chunks that have to be merged with each other; most follow each other, and stand alone."""
    some: list[array[int]] = []
    last = None
    for chunk in chunks:
        if last is not None and last < key(chunk[0]):
            yield some
            some, last = [], None
        some.append(chunk)
        ends = key(chunk[-1])
        last = ends if last is None else max(last, ends)
    if some:
        yield some
