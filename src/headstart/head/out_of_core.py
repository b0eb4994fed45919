"""Rows that are too many for the memory: in a file of their own, read a block at a time."""

import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

from headstart.errors import ResourceError
from headstart.hostile import printable

BLOCK = 1024
"""Rows that are read at once."""
SOME = 4096
"""Rows by which what holds for all of them is chosen."""
NUMBERS = 5_000_000
"""In a table of twice as many rows as that, from which it stays on disk: 20 MB."""
Read = Callable[[Sequence[int]], Float[Tensor, "m d"]]
"""Positions -> rows."""


class DiskTable:
    """Rows in single precision, in a file without a name: it is gone when they are, or the process.

    `mean` and `scatter` (sums of products of centered columns) are found while the rows are put
    there. Raises `ResourceError` where the disk does not take them.
    """

    def __init__(self, blocks: Iterable[Float[Tensor, "m d"]], folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._folder = folder
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - as long as the rows
            weakref.finalize(self, self._file.close)
            self.shape = self._filled(blocks)
        except OSError as error:
            raise ResourceError(
                "R323",
                "the disk does not take the rows that a head is fitted to",
                "free some space, or name another folder, HEADSTART_CACHE=FOLDER, and run again",
                where=printable(folder),
                why=printable(error.strerror or error),
            ) from error

    def _filled(self, blocks: Iterable[Float[Tensor, "m d"]]) -> tuple[int, int]:
        count, width = 0, 0
        for block in blocks:
            part = block.float().contiguous().numpy()
            self._file.write(part.data)
            if not count:
                width = part.shape[1]
                near = part.mean(axis=0)  # products of what is far from 0 would lose digits
                self._sum, self._products = np.zeros(width), np.zeros((width, width))
            part = part.astype(float) - near
            self._sum += part.sum(axis=0)
            self._products += part.T @ part
            count += len(part)
        self._file.flush()
        self._sum, offset = self._sum / count, near.astype(float)
        self.scatter = self._products - count * np.outer(self._sum, self._sum)
        self.mean = offset + self._sum
        del self._products
        return count, width

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def finite(self) -> bool:
        """Whether all numbers are."""
        return bool(np.isfinite(self.scatter).all())

    def blocks(self) -> Iterator[tuple[slice, Float32[np.ndarray, "m d"]]]:
        """Which rows, and the rows, in memory that the next block is read into."""
        count, width = self.shape
        memory = np.empty((min(BLOCK, count), width), np.float32)
        for begin in range(0, count, BLOCK):
            part = memory[: min(BLOCK, count - begin)]
            self._read(part, begin)
            yield slice(begin, begin + len(part)), part

    def take(self, rows: Sequence[int]) -> Float32[Tensor, "m d"]:
        """These rows, in this order."""
        found = np.empty((len(rows), self.shape[1]), np.float32)
        for line, row in zip(found, rows, strict=True):
            self._read(line, row)
        return torch.from_numpy(found)

    def _read(self, into: np.ndarray, row: int) -> None:
        self._file.seek(row * self.shape[1] * into.itemsize)
        if self._file.readinto(into.data) != into.nbytes:
            raise ResourceError(
                "R324",
                "rows that a head is fitted to can't be read back",
                "look after the disk of the cache, then give the same command again",
                where=printable(self._folder),
            )


def stays_far(count: int, width: int) -> bool:
    """Whether so many rows of this width are fitted to where they are, on disk."""
    return count > max(2 * SOME, width) and count * width > NUMBERS


def gathered(read: Read, count: int, folder: Path) -> Float[Tensor, "n d"] | DiskTable:
    """All rows in memory; too many, in a file in this folder. Raises `ResourceError`."""
    if stays_far(count, read(range(min(1, count))).shape[-1]):
        return DiskTable(blocks_of(read, count), folder)
    return read(range(count))


def blocks_of(read: Read, count: int) -> Iterator[Float[Tensor, "m d"]]:
    """All rows, some at a time."""
    for begin in range(0, count, BLOCK):
        yield read(range(begin, min(begin + BLOCK, count)))
