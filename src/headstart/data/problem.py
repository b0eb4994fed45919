"""What is found at a place: examples, and everything about them that somebody should know."""

import csv
from dataclasses import dataclass, replace

from headstart.data.examples import Examples
from headstart.hostile import printable
from headstart.options import option
from headstart.task_names import TASK_NAMES


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or was passed over; a line of `problems.csv`."""

    code: str
    kind: str
    """ "unreadable", "ignored", "duplicate", "near", "label", "name", "class" or "leak"."""
    name: str
    """The file, class or column that it is about."""
    reason: str
    row: int | None = None
    """Where a table's row is the trouble: its line in the file, from 1."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", printable(self.name))
        object.__setattr__(self, "reason", printable(self.reason, limit=500))

    def record(self) -> dict[str, str | int | None]:
        """The same facts as JSON has them."""
        facts = {"code": self.code, "kind": self.kind, "name": self.name}
        return {**facts, "reason": self.reason, "row": self.row}


SPOKEN = "transcribe"
"""The task of labels that are what is said."""
WRITTEN = "text-to-text"
"""The task of labels that are texts: translations, summaries."""
ENTITIES = "entities"
"""The task of labels that are a tag for each word."""
GENERATED = "generation"
"""The task of texts without labels: more of the same."""
TOLD = (SPOKEN, WRITTEN, ENTITIES, GENERATED)
"""Tasks whose labels are no classes: nearly every one is different."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a table say what; empty to guess, "-" for none (split and group)."""

    path: str = option("", "column of a table with the paths", "COLUMN", usual="guessed")
    text: str = option(
        "",
        "column of a table with the texts themselves",
        "COLUMN",
        usual="guessed",
        also="--source",
    )
    second: str = option("", "where each example is two texts: the column of the other", "COLUMN")
    label: str = option(
        "", "column of a table with the labels", "COLUMN", usual="guessed", also="--target"
    )
    start: str = option("", "column with the second where a part of a recording begins", "COLUMN")
    end: str = option("", "column with the second where it ends", "COLUMN", usual="both guessed")
    split: str = option("", "column that says train, val or test", "COLUMN", usual="guessed")
    task: str = option("", ", ".join(TASK_NAMES), "T")
    """What the labels are; empty to guess."""
    classes: tuple[str, ...] | str = option(
        (), "names of the classes in order, with commas: low,mid,high", "A,B,C"
    )
    """In the order of their scores; empty for natural order."""
    group: str = option(
        "", "column of what no split may tear, such as patients", "COLUMN", usual="guessed"
    )

    @property
    def order(self) -> tuple[str, ...]:
        """Names of the classes in the order that was asked for."""
        return names_in(self.classes) if isinstance(self.classes, str) else tuple(self.classes)

    @property
    def named(self) -> tuple[str, ...]:
        """The names that somebody gave."""
        given = [self.path, self.label, self.split, self.group, self.text, self.second]
        given += [self.start, self.end]
        return tuple(name for name in given if name not in ("", "-"))


def names_in(text: str) -> tuple[str, ...]:
    """Names between commas; one with a comma in it stands in quotes.

    >>> names_in('low, "so, so",high')
    ('low', 'so, so', 'high')
    """
    (row,) = csv.reader([text], skipinitialspace=True) if text.strip() else ([],)
    return tuple(name.strip() for name in row)


GUESS = Columns()
"""Nobody named a column."""


@dataclass(frozen=True, eq=False)
class Found:
    """Examples, how they lie, and what was passed over on the way."""

    examples: Examples
    problems: tuple[Problem, ...]
    layout: str
    """ "class folders", "split folders", "table" or "memory"."""
    holds: str = "files"
    """ "files", whatever is in them; or "text": texts, each in a table's cell or a .txt file;
    or "sounds": recordings."""
    notes: tuple[str, ...] = ()
    """Choices that were made for the user, each one line that is safe to show."""

    def noting(self, *notes: str) -> "Found":
        """The same with further notes in front."""
        return replace(self, notes=(*map(_shown, notes), *self.notes))


def _shown(note: str) -> str:
    return printable(note, limit=500)
