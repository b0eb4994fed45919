"""Paths of many files in few bytes each."""

import os
from array import array
from collections.abc import Callable, Container, Iterator, Sequence
from pathlib import Path, PurePath
from typing import overload

_BLOCK = 16
"""Names of so many (2^16) files lie behind one base, from which 4 bytes count."""


class Files:
    """Files in the order in which they were added: a name's bytes in one buffer, and 8 bytes.

    It only grows.

    >>> files = Files()
    >>> files.add(files.folder("photos/cat"), "1.jpg"), files.path(0)
    (0, 'photos/cat/1.jpg')
    """

    def __init__(self) -> None:
        self.folders: list[str] = []
        self._names, self._bases = bytearray(), array("Q")
        self._starts, self._within = array("I"), array("I")

    def __len__(self) -> int:
        return len(self._within)

    def folder(self, path: str) -> int:
        """The number of a folder that files are added to."""
        self.folders.append(path)
        return len(self.folders) - 1

    def add(self, folder: int, name: str) -> int:
        """The number of a file with this name in that folder."""
        number = len(self._within)
        if not number & (1 << _BLOCK) - 1:
            self._bases.append(len(self._names))
        self._starts.append(len(self._names) - self._bases[-1])
        self._within.append(folder)
        self._names += os.fsencode(name)
        self._names.append(0)  # which no name has
        return number

    def within(self, number: int) -> int:
        """The number of the file's folder."""
        return self._within[number]

    def name(self, number: int) -> str:
        """Without its folder."""
        start = self._bases[number >> _BLOCK] + self._starts[number]
        return os.fsdecode(bytes(self._names[start : self._names.index(0, start)]))

    def path(self, number: int) -> str:
        """The folder and the name."""
        return os.path.join(self.folders[self._within[number]], self.name(number))  # noqa: PTH118


class Words(Sequence[str]):
    """Words of which there are few different ones, a number each."""

    def __init__(self, words: Sequence[str], codes: "array[int]") -> None:
        self._words, self._codes = words, codes

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> "Words": ...
    def __getitem__(self, at: int | slice) -> "str | Words":
        if isinstance(at, slice):
            return Words(self._words, self._codes[at])
        return self._words[self._codes[at]]

    def __iter__(self) -> Iterator[str]:
        return map(self._words.__getitem__, self._codes)


class Paths(Sequence[Path]):
    """Some of these files in some order, each made when it is asked for.

    It equals any sequence of the same paths, as the tuple that it stands for does.
    """

    def __init__(self, files: Files, numbers: "array[int]") -> None:
        self._files, self._numbers = files, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> Path: ...
    @overload
    def __getitem__(self, at: slice) -> "Paths": ...
    def __getitem__(self, at: int | slice) -> "Path | Paths":
        if isinstance(at, slice):
            return Paths(self._files, self._numbers[at])
        return Path(self._files.path(self._numbers[at]))

    def __iter__(self) -> Iterator[Path]:
        return map(Path, map(self._files.path, self._numbers))

    def take(self, rows: Sequence[int]) -> "Paths":
        """Those in these rows, in this order."""
        return Paths(self._files, array("I", map(self._numbers.__getitem__, rows)))

    def ending(self, *kinds: str) -> "Paths":
        """Those with one of these extensions."""
        return self._kept(lambda kind: kind in kinds)

    def ending_otherwise(self, kinds: Container[str]) -> "Paths":
        """Those with none of these extensions."""
        return self._kept(lambda kind: kind not in kinds)

    def _kept(self, wanted: Callable[[str], bool]) -> "Paths":
        name = self._files.name
        kept = (n for n in self._numbers if wanted(PurePath(name(n)).suffix.casefold()))
        return Paths(self._files, array("I", kept))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Paths({len(self):,} files)"


def alone(path: Path) -> Paths:
    """Of one file."""
    files = Files()
    files.add(files.folder(str(path.parent)), path.name)
    return Paths(files, array("I", [0]))


class Inodes:
    """Under which number each file came first, by its inode: 15 to 21 bytes a file.

    `same(first, number)` says whether two files of equal inodes are one: disks count alike.
    """

    def __init__(self) -> None:
        self._inodes, self._slots, self._held = array("Q"), array("I", bytes(4 << 10)), 0

    def first(self, inode: int, number: int, same: Callable[[int, int], bool]) -> int:
        """The number under which the file came first; this one where it had none."""
        inode &= 0xFFFF_FFFF_FFFF_FFFF
        if (more := number + 1 - len(self._inodes)) > 0:
            self._inodes.frombytes(bytes(8 * more))
        if 3 * self._held >= 2 * len(self._slots):
            self._grow()
        at = self._slot(inode)
        while held := self._slots[at]:
            if self._inodes[held - 1] == inode and same(held - 1, number):
                return held - 1
            at = (at + 1) % len(self._slots)
        self._slots[at], self._inodes[number] = number + 1, inode
        self._held += 1
        return number

    def _slot(self, inode: int) -> int:
        """Where the search for an inode begins: neighbors are spread, by Fibonacci's hash."""
        return (inode * 0x9E37_79B9_7F4A_7C15 >> 24 & 0xFF_FFFF_FFFF) % len(self._slots)

    def _grow(self) -> None:
        before, self._slots = self._slots, array("I", bytes(8 * len(self._slots)))
        for held in before:
            if held:
                at = self._slot(self._inodes[held - 1])
                while self._slots[at]:
                    at = (at + 1) % len(self._slots)
                self._slots[at] = held
