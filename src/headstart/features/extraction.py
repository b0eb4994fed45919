"""A frozen prefix over every example, exactly once."""

import contextlib
import ctypes
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import torch
from jaxtyping import Float32, Shaped
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from headstart.errors import ResourceError
from headstart.events import Event, Tell, quiet, track
from headstart.features.batches import LOAD, WORKERS, Prefix, made_rows
from headstart.features.choices import Memory, memory_of
from headstart.features.engine import Recalled, called, choose, missed, recall
from headstart.features.folding import noise
from headstart.features.index import Place
from headstart.features.running import Engine, Run
from headstart.features.shared import Shared
from headstart.features.survey import READER, Items
from headstart.features.table import Table, table_of
from headstart.hostile import printable
from headstart.modality import Modality

Thing = TypeVar("Thing")
AT_ONCE = 512
"""Rows that are read at once where only a part of each is wanted."""
LOOKED_AT = 64
"""Items whose sizes say what a middling one is."""
ROWS = "rows of frozen stages"
"""What the event is called that says how many were computed."""
MISSED = "CPU seconds that OpenVINO would have saved"
"""What the event is called that says so: 0 where it is installed, or a card computed."""


@dataclass(frozen=True, eq=False)
class Features:
    """What a frozen prefix made of some rows; it stays on disk until it is asked for."""

    table: Table
    places: tuple[Place, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows first."""
        return (len(self.places), *(self.places[0].shape if self.places else ()))

    def __len__(self) -> int:
        return len(self.places)

    def take(self, positions: Sequence[int]) -> Float32[Tensor, "m ..."]:
        """Rows at these positions, in this order."""
        rows = self.table.read([self.places[position] for position in positions])
        if len({row.shape for row in rows}) > 1:  # tokens, whose padding is zeros
            return pad_sequence(rows, batch_first=True).float()
        return torch.stack(rows).float() if rows else torch.empty(0, *self.shape[1:])

    def last(self, width: int, positions: Sequence[int]) -> Float32[Tensor, "m width"]:
        """The last columns of rows at these positions, without ever holding all columns."""
        found = torch.empty(len(positions), width)
        for begin in range(0, len(positions), AT_ONCE):
            part = self.take(positions[begin : begin + AT_ONCE])
            found[begin : begin + len(part)] = part[:, -width:]
        return found

    def all(self) -> Float32[Tensor, "n ..."]:
        """Every row, in memory."""
        return self.take(range(len(self)))


def extract(
    items: Items,
    rows: Sequence[int],
    prefix: Prefix,
    *,
    cache: Path,
    shared: Shared | None = None,
    engine: Engine | None = None,
    batch: int = 16,
    tell: Tell = quiet,
) -> Features:
    """One row for each of `rows`, computed, or found on disk or in what machines share.

    Batches are always full, the last one by repetition, so that a row's bits do not depend on
    what it rides with; where items differ in size, how many make one follows from their size.
    The engine is the one given, or that of the shared rows, or the quickest here. Raises
    `BackboneError` where the network gives numbers that are not finite, `ResourceError` where the
    disk takes no more.
    """
    modality, made_by = prefix.modality, _made_by(prefix, batch)
    key = "; ".join(made_by)
    claimed = engine or (called(shared.engine(key), WORKERS) if shared else None)
    memory = memory_of(cache, made_by, WORKERS)
    known = Recalled(claimed) if claimed else recall(memory, WORKERS)
    table, places, missing = _kept(items, rows, cache, made_by, known.engine, shared)
    with ThreadPoolExecutor(WORKERS, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        if missing:
            full = _full(prefix.modality, batch, items, list(missing.values()))
            sure = bool(claimed) or known.holds(len(missing))
            start = known.engine if sure else None
            ready = _ready(pool, prefix, full, len(missing), tell, start, memory)
            if ready[0].name != known.engine.name:
                table, places, missing = _kept(items, rows, cache, made_by, ready[0], shared)
        tell(_counted(table, len(places) + len(missing), len(missing)))
        if missing:
            made = made_rows(items, missing, prefix, ready, batch, pool)
            what = f"running {modality.things} through the frozen stages"
            began = time.process_time()
            places |= table.keep(track(tell, what, made, len(missing)))
            seconds = round(missed(ready[0], time.process_time() - began), 1)
            tell(Event("step", MISSED, facts=(("seconds", seconds),)))
            _give_back()
    digests = items.digests
    return Features(table, tuple(places[digests[row]] for row in rows))


def settled(
    prefix: Prefix,
    some: Callable[[], Items],
    rows: int,
    shared: Shared,
    *,
    cache: Path,
    batch: int = 16,
    tell: Tell = quiet,
) -> tuple[Engine, Table]:
    """How machines make rows of this prefix, as the first of them chose, and the table of those.

    `some` reads the items that it chooses by, out of `rows` in all. Raises `ResourceError` where
    this machine has not the engine that was chosen.
    """
    made_by = _made_by(prefix, batch)
    key = "; ".join(made_by)
    if not (name := shared.engine(key)):
        with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            items = some()
            read = [row for row, digest in enumerate(items.digests) if digest]
            full = _full(prefix.modality, batch, items, read)
            name = shared.claim(key, _ready(pool, prefix, full, rows, tell)[0].name)
    if (engine := called(name, WORKERS)) is None:
        raise ResourceError(
            "R352",
            "rows of this backbone are made in another way than this machine can compute",
            "pip install 'headstart[fast]', or take another --cache for machines of this kind",
            where=printable(name),
        )
    return engine, _table(cache, made_by, name)


def _made_by(prefix: Prefix, batch: int) -> tuple[str, ...]:
    """All that a row follows from, but for the engine and the item."""
    size = f"{batch} of {LOAD}" if prefix.modality.varies else str(batch)
    return (*prefix.fingerprint, size, *_libraries())


def _table(cache: Path, made_by: Sequence[str], engine: str) -> Table:
    return table_of(cache, "features", *made_by, READER, engine)


def _kept(
    items: Items,
    rows: Sequence[int],
    cache: Path,
    made_by: Sequence[str],
    engine: Engine,
    shared: Shared | None,
) -> tuple[Table, dict[str, Place], dict[str, int]]:
    """The table of this engine, what it has of these rows, and what it has not."""
    table = _table(cache, made_by, engine.name)
    digests = items.digests
    keys = [digests[row] for row in rows]
    places = table.places(keys)
    if shared and (away := set(keys) - set(places)):
        shared.fetch(table, away)
        places |= table.places(away)
    missing = {key: row for key, row in zip(keys, rows, strict=True) if key not in places}
    return table, places, missing


def _ready(
    pool: ThreadPoolExecutor,
    prefix: Prefix,
    full: Shaped[Tensor, "b ..."],
    rows: int,
    tell: Tell,
    known: Engine | None = None,
    memory: Memory | None = None,
) -> tuple[Engine, Run]:
    """The engine and the network in it, made where it will run: on a thread of the pool."""
    if known:
        with contextlib.suppress(Exception):  # what started once may not any more: choose anew
            return known, pool.submit(known.make, prefix.stages, full).result()
        if memory:
            memory.forget()
    varies = prefix.modality.varies
    return pool.submit(
        partial(choose, any_size=varies, memory=memory), prefix.stages, full, rows, WORKERS, tell
    ).result()


def _full(
    modality: Modality, batch: int, items: Items, rows: Sequence[int]
) -> Shaped[Tensor, "b ..."]:
    """A batch of items from all over; where they differ in size, of middling ones.

    Of noise where there are none.
    """
    if not rows:
        one = noise(modality)
        return one.repeat(-(-batch // 2), *[1] * (one.ndim - 1))[:batch]
    some = items.take(_spread(rows, LOOKED_AT if modality.varies else batch))
    if modality.varies:
        ordered = sorted(some, key=len)
        some = ordered[len(ordered) // 4 : len(ordered) * 3 // 4]
    full: Tensor = modality.batch(_spread(some, batch))
    return full


def _spread(things: Sequence[Thing], count: int) -> list[Thing]:
    """So many of them, from all over; some again where there are fewer.

    >>> _spread(range(10), 4), _spread("ab", 3)
    ([0, 2, 5, 7], ['a', 'a', 'b'])
    """
    return [things[place * len(things) // count] for place in range(count)]


def _give_back() -> None:
    """Let the system have the memory of activations that are gone, where the C library can.

    It keeps what threads freed, and what is computed next comes on top of that.
    """
    release = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if release is not None:
        release(0)


def _counted(table: Table, asked: int, computed: int) -> Event:
    """How many rows were there, and how many were not: for the record, not for the eye."""
    facts = ("table", table.folder.name), ("read", asked - computed), ("computed", computed)
    return Event("step", ROWS, facts=facts)


def _libraries() -> tuple[str, ...]:
    """What else changes the last bits of a row."""
    own, cpu = version("headstart"), torch.backends.cpu.get_cpu_capability()
    return own, torch.__version__, version("timm"), cpu
