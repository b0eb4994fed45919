"""Things without labels: all files of a folder or an archive, all lines of a file of texts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from headstart.data.archive import is_archive, unpack
from headstart.data.audit import Seen
from headstart.data.column_settings import GUESS
from headstart.data.discovery import find
from headstart.data.encodings import text_in
from headstart.data.examples import Examples, InMemory, Source
from headstart.data.extensions import TABLES
from headstart.data.found import Found
from headstart.data.listing import visible_files, visible_folders
from headstart.data.near_duplicates import near_rows
from headstart.data.packed import Paths, alone
from headstart.data.problem import Problem
from headstart.data.shelf import Shelf
from headstart.data.sounds import with_sounds
from headstart.data.truth import ClassTruth
from headstart.data.walk import Walk
from headstart.errors import DataError
from headstart.hostile import printable

UNLABELED = ("",)
"""The classes of examples that have none."""


def collect(place: Path, *, cache: Path) -> Found:
    """Every picture, recording or text at a place, however deep; labels are not looked at.

    Of .txt files each line is a text, where there are no other files. Of a table its examples are
    taken. Nothing is written at the place. Raises `DataError` where nothing is there.
    """
    path = place.absolute()
    if path.is_file() and path.suffix.casefold() in TABLES:
        return _without_labels(find(path, GUESS, cache=cache))
    if path.is_file() and is_archive(path):
        path = unpack(path, cache)
    if not path.exists():
        raise _nothing(path)
    files, problems = _inside(path)
    others = files.ending_otherwise({".txt"})
    sources: Sequence[Source] = others or [line for file in files for line in _lines(file)]
    if not sources:
        raise _nothing(path)
    examples = Examples(sources, _nameless(len(sources)), root=path)
    found = Found(examples, tuple(problems), "files", "files" if others else "text")
    return with_sounds(found)


def merge(founds: Sequence[Found], names: Sequence[str]) -> Found:
    """Several sets as one, each with classes of its own, whose names begin with the set's.

    Without any where none of them has labels: what is in two of them is a copy, no contradiction.
    Raises `DataError` where they are of different kinds. Groups and parts are not kept: what is
    pre-trained on is divided anew.
    """
    if len({found.holds for found in founds}) > 1:
        kinds = ", ".join(f"{n}: {f.holds}" for n, f in zip(names, founds, strict=True))
        raise DataError(
            "D173", "these sets are of different kinds", "pre-train on one kind at a time", kinds
        )
    if len(founds) == 1:
        return founds[0]
    truths = [found.examples.truth_as(ClassTruth) for found in founds]
    labels, classes = list[int](), list[str]()
    for name, truth in zip(names, truths, strict=True):
        labels += [label + len(classes) for label in truth.indexes]
        classes += [f"{name}/{own}" for own in truth.names]
    sources = tuple(source for found in founds for source in found.examples.sources)
    problems = tuple(problem for found in founds for problem in found.problems)
    examples = Examples(sources, ClassTruth(tuple(classes), tuple(labels)))
    if all(truth.names == UNLABELED for truth in truths):
        examples = Examples(sources, _nameless(len(sources)))
    return replace(founds[0], examples=examples, problems=problems)


def unlike(looks: Sequence[Seen | Problem], labeled: int) -> tuple[int, ...]:
    """Rows from `labeled` on that can be read, each content once, none like a row before it."""
    seen = {row: look for row, look in enumerate(looks) if not isinstance(look, Problem)}
    first: dict[str, int] = {}
    for row, look in seen.items():
        first.setdefault(look.content, row)
    hashes = {row: look.near for row, look in seen.items()}
    alike = {two for one, two in near_rows(hashes) if one < labeled <= two}
    return tuple(row for row in first.values() if row >= labeled and row not in alike)


def _nameless(count: int) -> ClassTruth:
    return ClassTruth(UNLABELED, (0,) * count)


def _without_labels(found: Found) -> Found:
    examples = found.examples
    plain = Examples(examples.sources, _nameless(len(examples)), root=examples.root)
    return with_sounds(replace(found, examples=plain))


def _inside(root: Path) -> tuple[Paths, list[Problem]]:
    """Media and .txt files, in natural order; or the one file that this is."""
    if root.is_file():
        return alone(root), []
    walk = Walk(root)
    walk.over([Shelf(path, "") for path in (*visible_folders(root), *visible_files(root))])
    return walk.paths(walk.media + walk.texts), walk.problems()


def _lines(file: Path) -> Iterator[InMemory]:
    for number, line in enumerate(text_in(file).splitlines(), start=1):
        if line.strip():
            yield InMemory(f"{file.name}:{number}", line)


def _nothing(path: Path) -> DataError:
    return DataError(
        "D174", "there are no pictures, recordings or texts here", "name a folder that has some",
        printable(path),
    )  # fmt: skip
