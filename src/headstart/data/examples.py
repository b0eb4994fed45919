"""Labeled things, before anything is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from headstart.data.packed import Paths
from headstart.data.truth import Truth
from headstart.hostile import printable
from headstart.task_names import LabelForm, task_of


@dataclass(frozen=True, eq=False)
class InMemory:
    """A thing that is in memory already: an array, a picture, bytes, later a text."""

    name: str
    """What messages and tables call it."""
    content: object = field(repr=False)


@dataclass(frozen=True)
class Span:
    """A part of a recording, in seconds: what an `InMemory` may hold."""

    path: Path
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Page:
    """One picture of a file that holds several: what an `InMemory` may hold."""

    path: Path
    number: int
    """From 0."""


@dataclass(frozen=True)
class Pair:
    """Two texts that belong together: what an `InMemory` may hold."""

    first: str
    second: str


Source = Path | InMemory
T = TypeVar("T", bound=Truth)


def name_of(source: Source, root: Path | None = None) -> str:
    """How messages and tables name a source: relative to `root` where it lies below it.

    >>> name_of(Path("photos/cat/1.jpg"), Path("photos"))
    'cat/1.jpg'
    """
    if isinstance(source, InMemory):
        return printable(source.name)
    below = root is not None and source.is_relative_to(root)
    return printable(source.relative_to(root) if below and root else source)


@dataclass(frozen=True, eq=False)
class Examples:
    """Sources and what is true of each.

    `groups` and `parts` are empty, or hold one entry an example: the group that must not be torn
    apart (a patient, a speaker; "" where it belongs to none), and the part of the data that
    whoever made it assigned ("train", "val", "test").
    """

    sources: Sequence[Source]
    truth: Truth
    groups: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    root: Path | None = None
    """Where the data lies, for messages; None for things in memory."""
    assigned_by: str = ""
    """Who assigned the parts: "folders" or "column split"."""
    kind: str = task_of(LabelForm.CLASS)
    """The task's word."""

    def __len__(self) -> int:
        return len(self.sources)

    def take(self, rows: Sequence[int]) -> "Examples":
        """The same examples, only these rows, in this order."""
        return Examples(
            self.sources.take(rows)
            if isinstance(self.sources, Paths)
            else tuple(self.sources[i] for i in rows),
            self.truth.take(rows),
            tuple(self.groups[i] for i in rows) if self.groups else (),
            tuple(self.parts[i] for i in rows) if self.parts else (),
            self.root,
            self.assigned_by,
            self.kind,
        )

    def truth_as(self, shape: type[T]) -> T:
        """The truth, which is of this shape. Raises `TypeError` for another."""
        if not isinstance(self.truth, shape):
            raise TypeError(f"need {shape.__name__}, this is {type(self.truth).__name__}")
        return self.truth

    def name(self, row: int) -> str:
        """What messages and tables call the example in this row."""
        return name_of(self.sources[row], self.root)


@dataclass(frozen=True)
class Partition:
    """Which rows train, which choose, and which are looked at once, at the end."""

    train: tuple[int, ...]
    val: tuple[int, ...]
    test: tuple[int, ...]
    origin: str
    """Who decided: "folders", "column split", or "drawn with seed 0"."""
