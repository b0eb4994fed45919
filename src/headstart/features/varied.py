"""Kept items, each several times: a few views of it, which the frozen prefix then sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from torch import Tensor

from headstart.features.survey import Items


@dataclass(frozen=True, eq=False)
class Varied:
    """`count` views of each item, one after another: view v of item i is row i * count + v.

    A row's name ends in the key that draws its view, which follows from the item's content, the
    number of the view and the seed; so any row can be drawn again.
    """

    items: Items
    count: int
    seed: int

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """One a view."""
        return tuple(
            f"{digest}#{_key(digest, view, self.seed):x}" if digest else ""
            for digest in self.items.digests
            for view in range(self.count)
        )

    def keys(self, row: int) -> tuple[int, ...]:
        """What draws each view of an item."""
        return tuple(_key(self.items.digests[row], view, self.seed) for view in range(self.count))

    def take(self, rows: Sequence[int]) -> list[Tensor]:
        """Items of these rows, as they are: views are drawn from them in batches."""
        return self.items.take([row // self.count for row in rows])


def key_in(name: str) -> int:
    """The key that a row's name ends in.

    >>> key_in("abc#1f")
    31
    """
    return int(name.rsplit("#", 1)[1], 16)


def _key(digest: str, view: int, seed: int) -> int:
    text = f"{digest},{view},{seed}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest()) >> 1
