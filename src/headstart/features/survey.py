"""Every source opened once: what it looks like, and the item a network will see."""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from sys import intern
from typing import Protocol, runtime_checkable

from torch import Tensor

from headstart import durable
from headstart.data import PAGES, Examples, Problem, Source
from headstart.errors import DataError
from headstart.events import Tell, quiet, track
from headstart.features.index import Place
from headstart.features.table import Row, Table, table_of
from headstart.modality import Look, Modality

READER = f"looks 7, Pillow {version('pillow')}"
"""Whose decoding the items are; part of every table's fingerprint."""
Answer = tuple[Look, Tensor] | Problem
_TOGETHER = 64
"""Files whose digests are one job: a job takes 2 kB until all are done."""


@runtime_checkable
class Items(Protocol):
    """What is kept of each example: compact, as the network's input contract has it."""

    @property
    def digests(self) -> tuple[str, ...]:
        """One an example, equal for equal content; empty where it can't be read."""
        ...

    def take(self, rows: Sequence[int]) -> list[Tensor]:
        """Items of these rows, in this order."""
        ...


@dataclass(frozen=True, eq=False)
class Survey:
    """One entry an example: its look, or why it has none; and the items."""

    looks: tuple[Look | Problem, ...]
    items: Items


@dataclass(frozen=True, eq=False)
class _Kept:
    """Items in a table."""

    digests: tuple[str, ...]
    table: Table
    places: dict[str, Place]

    def take(self, rows: Sequence[int]) -> list[Tensor]:
        unread = [row for row in rows if not self.digests[row]]
        if unread:
            raise DataError(
                "D171",
                f"example {unread[0]:,} could not be read and has no item",
                "leave it out: learn from the rows that the audit calls usable",
            )
        return self.table.read([self.places[self.digests[row]] for row in rows])


def survey(
    examples: Examples,
    modality: Modality,
    *,
    cache: Path,
    tell: Tell = quiet,
    workers: int = 2,
) -> Survey:
    """Read every example exactly once, over all runs with this modality and this cache.

    A source that can't be read becomes a `Problem` at its place. Raises `ResourceError` where
    the disk does not take the items.
    """
    table = table_of(cache, "items", repr(modality), READER)
    seen: dict[int, Look | Problem] = {}
    names = file_digests(examples, workers)
    with ThreadPoolExecutor(workers) as pool:
        places = table.places(name for name in names if name)
        known = {name: _look(place) for name, place in places.items()}
        seen |= {row: known[name] for row, name in enumerate(names) if name in known}
        del known
        fresh = [row for row in range(len(names)) if row not in seen]
        first = {names[row] or row: row for row in reversed(fresh)}
        if once := sorted(first.values()):
            answers = _answers(pool, examples, modality, once)
            told = track(tell, f"reading {modality.things}", answers, len(once))
            places |= table.keep(_readable(told, seen))
    for row in fresh:  # equal files are read once
        found = seen[first[names[row] or row]]
        if isinstance(found, Problem):
            found = replace(found, name=examples.name(row))
        seen[row] = found
    looks = tuple(seen.pop(row) for row in range(len(examples)))
    digests = tuple("" if isinstance(look, Problem) else look.digest for look in looks)
    return Survey(looks, _Kept(digests, table, places))


def file_digests(examples: Examples, workers: int = 2) -> list[str]:
    """SHA-256 of each file, by which its item is found; empty for what is no file."""
    few = [range(len(examples))[at : at + _TOGETHER] for at in range(0, len(examples), _TOGETHER)]
    with ThreadPoolExecutor(workers) as pool:
        told = pool.map(lambda rows: [_digest(examples.sources[row]) for row in rows], few)
        return list(chain.from_iterable(told))


def noted(modality: Modality, seen: Survey) -> tuple[str, ...]:
    """What the looks say all together, a line each."""
    return modality.noted([look for look in seen.looks if isinstance(look, Look)])


def _answers(
    pool: ThreadPoolExecutor, examples: Examples, modality: Modality, rows: Sequence[int]
) -> Iterator[tuple[int, Answer]]:
    """Look at sources in threads (decoders let go of the interpreter), not far ahead, in order."""
    waiting: deque[tuple[int, Future[Answer]]] = deque()
    try:
        for row in rows:
            waiting.append((row, pool.submit(_answer, examples, modality, row)))
            if len(waiting) > 32:
                first, answer = waiting.popleft()
                yield first, answer.result()
        while waiting:
            first, answer = waiting.popleft()
            yield first, answer.result()
    finally:
        for _, answer in waiting:
            answer.cancel()


def _answer(examples: Examples, modality: Modality, row: int) -> Answer:
    try:
        return modality.look(examples.sources[row])
    except DataError as error:
        reason = f"{error.what}: {error.why}" if error.why else error.what
        return Problem(error.code, "unreadable", examples.name(row), reason)


def _readable(
    answers: Iterable[tuple[int, Answer]], seen: dict[int, Look | Problem]
) -> Iterator[Row]:
    for row, answer in answers:
        if isinstance(answer, Problem):
            seen[row] = answer
        else:
            look, item = answer
            seen[row] = look
            yield Row(look.digest, item, json.dumps(vars(look)))


def _digest(source: Source) -> str:
    """Of a file's bytes, so that it is found again without being decoded; else empty.

    A web page's bytes are another text than what is read of it.
    """
    if not isinstance(source, Path) or source.suffix.casefold() in PAGES:
        return ""
    try:
        return durable.sha256(source) if source.is_file() else ""
    except (OSError, ValueError):  # the modality says what is wrong with it
        return ""


def _look(place: Place) -> Look:
    """As it was noted; its digest is the key, as a rule, and so in memory once."""
    record = json.loads(place.note)
    digest, content = (
        place.key if record[name] == place.key else record[name] for name in ("digest", "content")
    )
    facts = tuple(_fact(name, value) for name, value in record["facts"])
    return Look(digest, content, tuple(record["near"]), facts)


@lru_cache(maxsize=1 << 14, typed=True)
def _fact(name: str, value: str | float) -> tuple[str, str | float]:
    """What many looks say, once in memory."""
    return intern(name), intern(value) if isinstance(value, str) else value
