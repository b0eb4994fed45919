"""Every source opened once: what it looks like, and the item a network will see."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from torch import Tensor

from headstart import durable
from headstart.data import Examples, Problem, Source
from headstart.errors import DataError
from headstart.events import Event, Tell, quiet
from headstart.features.table import SHARD_BYTES, Place, Table, table_of
from headstart.modality import Look, Modality


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
    table = table_of(cache, "items", repr(modality))
    names = [_digest(source) for source in examples.sources]
    known = table.places(sorted({name for name in names if isinstance(name, str) and name}))
    seen: dict[int, Look | Problem] = {}
    fresh = []
    for row, name in enumerate(names):
        if isinstance(name, DataError):
            seen[row] = _problem(examples, row, name)
        elif name in known:
            seen[row] = _look(known[name].note)
        else:
            fresh.append(row)
    seen |= _read(examples, modality, table, fresh, tell, workers)
    looks = tuple(seen[row] for row in range(len(examples)))
    digests = tuple("" if isinstance(look, Problem) else look.digest for look in looks)
    places = known | table.places(sorted({d for d in digests if d and d not in known}))
    return Survey(looks, _Kept(digests, table, places))


def _read(
    examples: Examples,
    modality: Modality,
    table: Table,
    rows: Sequence[int],
    tell: Tell,
    workers: int,
) -> dict[int, Look | Problem]:
    """Decode in threads (Pillow lets go of the interpreter), and keep a shard at a time."""
    seen: dict[int, Look | Problem] = {}
    if not rows:
        return seen
    what, many = f"reading {modality.kind}s", _at_once(modality)
    tell(Event("start", what, 0, len(rows)))
    with ThreadPoolExecutor(workers) as pool:
        for begin in range(0, len(rows), many):
            part = rows[begin : begin + many]
            held: dict[str, tuple[Tensor, str]] = {}
            answers = pool.map(lambda row: _looked(examples, modality, row), part)
            for row, answer in zip(part, answers, strict=True):
                seen[row] = answer if isinstance(answer, Problem) else answer[0]
                if not isinstance(answer, Problem):
                    held[answer[0].digest] = answer[1], json.dumps(asdict(answer[0]))
                tell(Event("step", what, len(seen), len(rows)))
            if held:
                items, notes = zip(*held.values(), strict=True)
                table.add(list(held), items, notes)
    tell(Event("end", what, len(rows), len(rows)))
    return seen


def _looked(examples: Examples, modality: Modality, row: int) -> tuple[Look, Tensor] | Problem:
    try:
        return modality.look(examples.sources[row])
    except DataError as error:
        return _problem(examples, row, error)


def _problem(examples: Examples, row: int, error: DataError) -> Problem:
    reason = f"{error.what}: {error.why}" if error.why else error.what
    return Problem(error.code, "unreadable", examples.name(row), reason)


def _digest(source: Source) -> str | DataError:
    """Of a file's bytes, so that it is found again without being decoded."""
    if not isinstance(source, Path):
        return ""
    try:
        return durable.sha256(source)
    except OSError as error:
        return DataError(
            "D171",
            "the file cannot be opened",
            "restore it, or take it out of the data",
            why=error.strerror or "",
        )


def _look(note: str) -> Look:
    record = json.loads(note)
    facts = tuple((name, value) for name, value in record["facts"])
    return Look(record["digest"], record["content"], tuple(record["near"]), facts)


def _at_once(modality: Modality) -> int:
    blank = modality.blank()
    return max(16, SHARD_BYTES // max(1, blank.numel() * blank.element_size()))
