"""Which columns of a table say what, as a user names them."""

import csv
from dataclasses import dataclass

from headstart.options import option
from headstart.task_names import TASK_NAMES


@dataclass(frozen=True)
class ExampleColumns:
    """Which columns of a table hold examples and what is true of them; empty to guess."""

    path: str = option("", "column of a table with the paths", "COLUMN", usual="guessed")
    text: str = option(
        "",
        "column of a table with the texts themselves",
        "COLUMN",
        usual="guessed",
        also="--source",
    )
    second: str = option(
        "", "where an example is two texts: the column of the other", "COLUMN", usual="none"
    )
    label: str = option(
        "", "column of a table with the labels", "COLUMN", usual="guessed", also="--target"
    )
    start: str = option(
        "", "column with the start of a part of a recording, in seconds", "COLUMN", usual="guessed"
    )
    end: str = option("", "column with its end, in seconds", "COLUMN", usual="guessed")


@dataclass(frozen=True)
class Columns(ExampleColumns):
    """The same, and which columns and names say what else; "-" for none (split and group)."""

    split: str = option("", "column that says train, val or test", "COLUMN", usual="guessed")
    task: str = option("", ", ".join(TASK_NAMES), "T", usual="guessed")
    """What the labels are; empty to guess."""
    classes: tuple[str, ...] | str = option(
        (),
        "names of the classes in order, with commas: low,mid,high",
        "A,B,C",
        usual="natural order",
    )
    """In the order of their scores; empty for natural order."""
    group: str = option(
        "", "column whose equal cells stay in one part, such as patients", "COLUMN", usual="guessed"
    )
    parts: str = option(
        "", "what parts are called: train=NAME,test=NAME, or - for none", "P=NAME", usual="guessed"
    )
    """Names of folders, or cells of the split column."""
    without: tuple[str, ...] | str = option(
        (),
        "leave these classes out, such as those that only the test has",
        "A,B",
        usual="none",
    )
    pages: str = option(
        "", "of files that hold several pictures: first, or all", "WHICH", usual="first"
    )
    """Pages of one file are one group."""
    negatives: str = option(
        "",
        "pictures without boxes: annotated takes those with an empty annotation, all any",
        "WHICH",
        usual="annotated",
    )

    @property
    def order(self) -> tuple[str, ...]:
        """Names of the classes in the order that was asked for."""
        return names_in(self.classes) if isinstance(self.classes, str) else tuple(self.classes)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of the classes that do not count, with blanks as they were given."""
        return spelled_in(self.without) if isinstance(self.without, str) else tuple(self.without)

    @property
    def given_names(self) -> tuple[str, ...]:
        """The names that somebody gave."""
        given = [self.path, *names_in(self.label), self.split, self.group, self.text, self.second]
        given += [self.start, self.end]
        return tuple(name for name in given if name not in ("", "-"))


def names_in(text: str) -> tuple[str, ...]:
    """Names between commas; one with a comma in it stands in quotes.

    >>> names_in('low, "so, so",high')
    ('low', 'so, so', 'high')
    """
    (row,) = csv.reader([text], skipinitialspace=True) if text.strip() else ([],)
    return tuple(name.strip() for name in row)


def spelled_in(text: str) -> tuple[str, ...]:
    """The same names with the blanks around them, where these can be told.

    >>> spelled_in(' low,"so, so"')
    (' low', 'so, so')
    """
    (row,) = csv.reader([text]) if text.strip() else ([],)
    names = names_in(text)
    return tuple(row) if tuple(name.strip() for name in row) == names else names


GUESS = Columns()
"""Nobody named a column."""
