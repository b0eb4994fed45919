"""A frozen prefix over every example, exactly once."""

import contextlib
import ctypes
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch
from jaxtyping import Float32
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

import headstart
from headstart.errors import BackboneError, ResourceError
from headstart.events import Event, Tell, quiet, track
from headstart.features.engine import FOLDED, Engine, Run, called, choose, recall, remember
from headstart.features.folding import noise
from headstart.features.index import Place
from headstart.features.shared import Shared
from headstart.features.survey import READER, Items
from headstart.features.table import Row, Table, table_of
from headstart.features.varied import key_in
from headstart.hostile import printable
from headstart.modality import Modality, Variation, augment

WORKERS = max(1, (os.cpu_count() or 1) // 2)
"""Batches that are run at once."""
AT_ONCE = 512
"""Rows that are read at once where only a part of each is wanted."""
ROWS = "rows of frozen stages"
"""What the event is called that says how many were computed."""
LOAD, TOKEN = 2**17, 2**8
"""Numbers in a batch, at most, where items differ in size; a token counts as so many."""


@dataclass(frozen=True, eq=False)
class Prefix:
    """What makes rows: an input contract, frozen stages, and how the rows are kept."""

    modality: Modality
    stages: nn.Sequential
    digest: str
    """Names the stages, weights and all."""
    views: Variation | None = None
    """How items are varied first, each from the key in its name (see `Varied`)."""
    half: bool = False
    """Whether rows are kept in half precision; they are given in single precision either way."""

    @property
    def fingerprint(self) -> tuple[str, ...]:
        """Equal where rows are."""
        plain = self.views is None and not self.half
        return self.digest, repr(self.modality), *(() if plain else (f"{self.views}, {self.half}",))


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
    batch: int = 16,
    tell: Tell = quiet,
) -> Features:
    """One row for each of `rows`, computed, or found on disk or in what machines share.

    Batches are always full, the last one by repetition, so that a row's bits do not depend on
    what it rides with; where items differ in size, how many make one follows from their size.
    Raises `BackboneError` where the network gives numbers that are not
    finite, `ResourceError` where the disk takes no more.
    """
    modality, made_by = prefix.modality, _made_by(prefix, batch)
    key = "; ".join(made_by)
    claimed = called(shared.engine(key), WORKERS) if shared else None
    known = claimed or recall(cache, key, WORKERS)
    table, places, missing = _kept(items, rows, cache, made_by, known, shared)
    with ThreadPoolExecutor(WORKERS, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        if missing:
            ready = _ready(pool, prefix, batch, known, len(missing), tell, claimed=bool(claimed))
            if ready[0] != known:
                remember(cache, key, ready[0])
                table, places, missing = _kept(items, rows, cache, made_by, ready[0], shared)
        tell(_counted(table, len(places) + len(missing), len(missing)))
        if missing:
            made = _made(items, missing, prefix, ready[1], batch, pool)
            what = f"running {modality.things} through the frozen stages"
            places |= table.keep(track(tell, what, made, len(missing)))
            _give_back()
    digests = items.digests
    return Features(table, tuple(places[digests[row]] for row in rows))


def settled(
    prefix: Prefix, rows: int, shared: Shared, *, cache: Path, batch: int = 16, tell: Tell = quiet
) -> Table:
    """The table in which machines keep rows of this prefix, whose engine the first of them chooses.

    Raises `ResourceError` where this machine has not the engine that was chosen.
    """
    made_by = _made_by(prefix, batch)
    key = "; ".join(made_by)
    if not (name := shared.engine(key)):
        with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            name = shared.claim(key, _ready(pool, prefix, batch, FOLDED, rows, tell)[0].name)
    if called(name, WORKERS) is None:
        raise ResourceError(
            "R342",
            "rows of this backbone are made in another way than this machine can compute",
            "pip install 'headstart[fast]', or take another --cache for machines of this kind",
            where=printable(name),
        )
    return _table(cache, made_by, name)


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
    batch: int,
    known: Engine,
    rows: int,
    tell: Tell,
    *,
    claimed: bool = False,
) -> tuple[Engine, Run]:
    """The engine and the network in it, made where it will run: on a thread of the pool."""
    one = noise(prefix.modality)
    full = one.repeat(-(-batch // 2), *[1] * (one.ndim - 1))[:batch]
    if claimed or known != FOLDED:
        with contextlib.suppress(Exception):  # what started once may not any more: choose anew
            return known, pool.submit(known.make, prefix.stages, full).result()
    return pool.submit(
        choose, prefix.stages, full, rows, WORKERS, tell, any_size=prefix.modality.varies
    ).result()


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
    return headstart.__version__, torch.__version__, version("timm"), torch.backends.cpu.get_cpu_capability()


def _made(
    items: Items,
    rows: dict[str, int],
    prefix: Prefix,
    run: Run,
    batch: int,
    pool: ThreadPoolExecutor,
) -> Iterator[Row]:
    """Rows in order, from whole batches that run side by side, each on one thread.

    So bits do not depend on how many cores there are. More threads than half the logical cores
    hardly help: mobilenetv2_100 at 224 px made 36 pictures a second on one thread of a machine
    with two such cores, 44 on two, at 1.6 times the CPU time.
    """
    waiting: deque[tuple[list[str], Future[Tensor]]] = deque()
    for part, taken, seats in _parts(items, rows, prefix.modality, batch):
        full, names = (taken * seats)[:seats], (part * seats)[:seats]
        waiting.append((part, pool.submit(_run, run, prefix, full, names)))
        if len(waiting) > WORKERS:
            yield from _checked(*waiting.popleft(), rows)
    while waiting:
        yield from _checked(*waiting.popleft(), rows)


def _parts(
    items: Items, rows: dict[str, int], modality: Modality, batch: int
) -> Iterator[tuple[list[str], list[Tensor], int]]:
    """Names, items and how many ride at once; items ride with those of their own size."""
    keys, chunk = list(rows), AT_ONCE if modality.varies else batch
    for begin in range(0, len(keys), chunk):
        part = keys[begin : begin + chunk]
        taken = items.take([rows[key] for key in part])
        sizes = dict.fromkeys(range(len(part)), 0)
        if modality.varies:
            sizes = {i: _numbers(modality.batch([item])) for i, item in enumerate(taken)}
        for size in sorted(set(sizes.values())):
            alike, seats = [i for i in sizes if sizes[i] == size], _seats(size, batch)
            for first in range(0, len(alike), seats):
                some = alike[first : first + seats]
                yield [part[i] for i in some], [taken[i] for i in some], seats


def _numbers(one: Tensor) -> int:
    return one.numel() * (TOKEN if one.ndim == 2 else 1)


def _seats(size: int, batch: int) -> int:
    """How many items of so many numbers are run at once: a power of two, `batch` at most.

    >>> [_seats(size, 16) for size in (0, 16 * TOKEN, 64 * TOKEN, 256 * TOKEN, 10**6)]
    [16, 16, 8, 2, 1]
    """
    return min(batch, 1 << max(0, (LOAD // max(1, size)).bit_length() - 1))


@torch.inference_mode()
def _run(run: Run, prefix: Prefix, items: Sequence[Tensor], names: Sequence[str]) -> Tensor:
    batch = prefix.modality.batch(items)
    if prefix.views:
        batch = augment(batch, [key_in(name) for name in names], prefix.views)
    return run(batch).to(torch.float16 if prefix.half else torch.float32)  # (b, ...)


def _checked(keys: list[str], made: Future[Tensor], rows: dict[str, int]) -> Iterator[Row]:
    for key, row in zip(keys, made.result(), strict=False):  # the last batch is full by repetition
        if not bool(torch.isfinite(row).all()):
            raise _not_finite(rows[key], key)
        yield Row(key, row.clone(memory_format=torch.contiguous_format))


def _not_finite(row: int, key: str) -> BackboneError:
    return BackboneError(
        "M402",
        "the backbone gives numbers that are not finite",
        "start from other weights: --backbone NAME or --weights FILE",
        where=f"example {row:,}, whose SHA-256 is {printable(key)}",
    )
