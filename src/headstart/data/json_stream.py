"""Large JSON files, member by member: the whole is never in memory."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

from headstart.untrusted import Damaged

_CHUNK = 1 << 20
MOST_ELEMENT = 64 << 20
"""Characters of one element of a list, or of one value beside the lists."""
_SPACE = " \t\n\r"
T = TypeVar("T")


def members(path: Path) -> Iterator[tuple[str, object]]:
    """The members of the object that a file holds; of a list, each element by itself.

    Numbers that are none (NaN) are given as they are: who reads them looks at them. Raises
    `Damaged` where the file is no JSON object, and `OSError`.
    """
    yield from _read(path, _members)


def elements(path: Path) -> Iterator[object]:
    """The elements of the list that a file holds. Raises `Damaged` for none, `OSError`."""
    yield from _read(path, _listed)


def _read(path: Path, take: "Callable[[_Text], Iterator[T]]") -> Iterator[T]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from take(_Text(file))
        except UnicodeDecodeError:
            raise Damaged("it is not UTF-8") from None
        except RecursionError:
            raise Damaged("it is nested too deep") from None


def _listed(text: "_Text") -> Iterator[object]:
    text.need("[")
    yield from _elements(text)


def _members(text: "_Text") -> Iterator[tuple[str, object]]:
    text.need("{")
    if text.take("}"):
        return
    while True:
        key = text.value()
        if not isinstance(key, str):
            raise Damaged(f"a name is missing at character {text.place:,}")
        text.need(":")
        if text.take("["):
            yield from ((key, element) for element in _elements(text))
        else:
            yield key, text.value()
        if text.take("}"):
            return
        text.need(",")


def _elements(text: "_Text") -> Iterator[object]:
    if text.take("]"):
        return
    while True:
        yield text.value()
        if text.take("]"):
            return
        text.need(",")


@dataclass
class _Text:
    """What was read of a file and not yet taken."""

    file: IO[str]
    held: str = ""
    at: int = 0
    gone: int = 0
    decoder: json.JSONDecoder = field(default_factory=json.JSONDecoder)

    @property
    def place(self) -> int:
        """How many characters were taken."""
        return self.gone + self.at

    def more(self, size: int) -> bool:
        """Read on; whether there was anything."""
        self.gone += self.at
        piece = self.file.read(size)
        self.held, self.at = self.held[self.at :] + piece, 0
        return bool(piece)

    def next(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self.at < len(self.held) and self.held[self.at] in _SPACE:
                self.at += 1
            if self.at < len(self.held):
                return self.held[self.at]
            if not self.more(_CHUNK):
                return ""

    def take(self, character: str) -> bool:
        """Whether this one comes next; then it is taken."""
        here = self.next() == character
        self.at += here
        return here

    def need(self, character: str) -> None:
        """Take it. Raises `Damaged` where another comes."""
        if not self.take(character):
            raise Damaged(f"no {character!r} at character {self.place:,}")

    def value(self) -> object:
        """Any value, whole. Raises `Damaged`."""
        if not self.next():
            raise Damaged(f"it ends at character {self.place:,}")
        size = _CHUNK
        while True:
            try:
                found, end = self.decoder.raw_decode(self.held, self.at)
            except ValueError as error:  # of a number with too many digits as well
                if len(self.held) - self.at > MOST_ELEMENT or not self.more(size):
                    raise Damaged(f"no JSON at character {self.place:,}: {error}") from None
                size = min(2 * size, MOST_ELEMENT)
                continue
            length = end - self.at
            if end + 2 >= len(self.held) and self.more(size):  # "1.e" may be half a number
                continue
            self.at += length
            return found
