"""One line for each example, whatever it came from, and all of them together as `Examples`."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from headstart.data.archive import is_archive, is_packed_table
from headstart.data.examples import Examples, Source
from headstart.data.found import Found
from headstart.data.problem import Problem
from headstart.data.truth import ClassTruth
from headstart.errors import DataError
from headstart.hostile import printable


@dataclass(frozen=True, eq=False)
class Record:
    """An example as its place describes it."""

    source: Source
    label: str
    part: str = ""
    group: str = ""
    """Empty where it belongs to no group."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Many records, one entry each: what is equal in many of them is in memory once."""

    sources: Sequence[Source]
    labels: Sequence[str]
    parts: Sequence[str]
    groups: Sequence[str] = ()
    """Or none at all."""

    @classmethod
    def of(cls, records: Sequence[Record]) -> "Rows":
        """The same records."""
        return cls(
            tuple(record.source for record in records),
            [record.label for record in records],
            tuple(record.part for record in records),
            tuple(record.group for record in records),
        )

    def __len__(self) -> int:
        return len(self.sources)


@dataclass(frozen=True)
class Gathering:
    """Where records come from: what `gather` says about them besides themselves."""

    layout: str
    where: str
    """The place, for messages."""
    root: Path | None = None
    assigned_by: str = ""
    """Who assigned the parts: "folders" or "column split"."""
    fix: str = "give each class a folder of its own, as in photos/cat and photos/dog"
    """What to do when there are fewer than two classes."""


def gather(
    records: Sequence[Record] | Rows,
    origin: Gathering,
    problems: Iterable[Problem] = (),
    notes: Iterable[str] = (),
) -> Found:
    """Take each label for a class, in natural order, and report what is odd about their names."""
    rows = records if isinstance(records, Rows) else Rows.of(records)
    known = tuple(problems)
    names = {label: _encodable(label) for label in set(rows.labels)}
    classes = tuple(sorted(set(names.values()), key=natural))
    _need_two(rows, classes, known, origin)
    at = {name: i for i, name in enumerate(classes)}
    number = {label: at[name] for label, name in names.items()}
    parted = any(rows.parts)
    examples = Examples(
        rows.sources,
        ClassTruth(classes, tuple(map(number.__getitem__, rows.labels))),
        tuple(rows.groups) if any(rows.groups) else (),
        tuple(rows.parts) if parted else (),
        origin.root,
        origin.assigned_by if parted else "",
    )
    odd = [*_undecodable(names), *alike(classes)]
    return Found(examples, (*known, *odd), origin.layout).noting(*notes)


def natural(name: str) -> tuple[list[str | tuple[int, str]], str]:
    """A sort key that counts: "2" before "10", whatever the case.

    >>> sorted(["10", "b2", "2", "B10"], key=natural)
    ['2', '10', 'b2', 'B10']
    """
    pieces = re.split(r"([0-9]+)", name.casefold())
    key: list[str | tuple[int, str]] = list(pieces)
    for i in range(1, len(pieces), 2):  # digits sit at odd places; by length first, then by digit
        digits = pieces[i].lstrip("0")
        key[i] = (len(digits), digits)
    return key, name


def _need_two(
    records: Rows,
    classes: Sequence[str],
    problems: Sequence[Problem],
    origin: Gathering,
) -> None:
    if not len(records):
        passed = [problem.name for problem in problems if problem.kind != "class"]
        why = f"{len(passed):,} passed over: {', '.join(passed[:3])}" if passed else ""
        packed = [p.name for p in problems if is_archive(Path(p.name))]
        fix = f"headstart check {origin.where}/{packed[0]}" if len(packed) == 1 else origin.fix
        if len(packed) > 1:
            alone = all(is_packed_table(Path(name)) for name in packed)
            fix = "unpack these archives, " + ("here" if alone else "each into its folder")
        raise DataError("D103", "there are no examples", fix, origin.where, why)
    if len(classes) < 2:
        only = printable(classes[0])
        what = f"found 1 class, {only!r}, need at least 2"
        raise DataError("D101", what, origin.fix, origin.where)


def _encodable(label: str) -> str:
    """The name itself where it is text; else with its stray bytes escaped, so that it can be."""
    try:
        label.encode()
    except UnicodeEncodeError:
        return printable(label)
    return label


def _undecodable(names: dict[str, str]) -> list[Problem]:
    return [
        Problem("D140", "label", name, "the class name is not UTF-8; shown with escapes")
        for label, name in sorted(names.items())
        if label != name
    ]


def alike(classes: Sequence[str]) -> list[Problem]:
    """Class names that a person would take for one another; they stay classes of their own."""
    same = defaultdict(list)
    for name in classes:
        same[unicodedata.normalize("NFC", name.strip()).casefold()].append(name)
    return [
        Problem("D141", "label", other, f"reads like class {printable(first)!r}; kept apart")
        for first, *others in same.values()
        for other in others
    ]


def with_part(records: Iterable[Record], part: str) -> list[Record]:
    """The same records, all of one part."""
    return [replace(record, part=part) for record in records]
