"""Rows of a frozen prefix, made in batches that are always full."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from headstart.errors import BackboneError
from headstart.features.graphics_card import apart
from headstart.features.running import Engine, Run
from headstart.features.survey import Items
from headstart.features.table import Row
from headstart.features.varied import key_in
from headstart.hostile import printable
from headstart.modality import Modality, Variation, seen_on

WORKERS = int(os.environ.get("HEADSTART_WORKERS") or max(1, (os.cpu_count() or 1) // 2))
"""Batches that are run at once; 1 in a process that is one of several."""
CHUNK = 512
"""Items that are looked at together to find those of a size, where items differ in size."""
FLYING = 3
"""Batches that a graphics processor has at once."""
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


def made_rows(
    items: Items,
    rows: dict[str, int],
    prefix: Prefix,
    ready: tuple[Engine, Run],
    batch: int,
    pool: ThreadPoolExecutor,
) -> Iterator[Row]:
    """Rows in order, from whole batches that run side by side, each on one thread.

    On a graphics processor `FLYING` of them are under way, with the one that is waited for, so that
    one is copied there and one back while another is computed.

    So bits do not depend on how many cores there are. More threads than half the logical cores
    hardly help: mobilenetv2_100 at 224 px made 36 pictures a second on one thread of a machine
    with two such cores, 44 on two, at 1.6 times the CPU time.
    """
    waiting: deque[tuple[list[str], Future[tuple[Tensor, bool]]]] = deque()
    most = WORKERS if ready[0].device.type == "cpu" else min(WORKERS, FLYING - 1)
    for part, taken, seats in _parts(items, rows, prefix.modality, batch, ready[0].scale):
        full, names = (taken * seats)[:seats], (part * seats)[:seats]
        waiting.append((part, pool.submit(_run, ready, prefix, full, names)))
        if len(waiting) > most:
            yield from _checked(*waiting.popleft(), rows)
    while waiting:
        yield from _checked(*waiting.popleft(), rows)


def _parts(
    items: Items, rows: dict[str, int], modality: Modality, batch: int, scale: int
) -> Iterator[tuple[list[str], list[Tensor], int]]:
    """Names, items and how many ride at once; items ride with those of their own size."""
    batch, known = batch * scale, dict[int, int]()
    keys, chunk = list(rows), CHUNK * scale if modality.varies else batch
    for begin in range(0, len(keys), chunk):
        part = keys[begin : begin + chunk]
        taken = items.take([rows[key] for key in part])
        sizes = dict.fromkeys(range(len(part)), 0)
        if modality.varies:
            for item in taken:
                if len(item) not in known:
                    known[len(item)] = _numbers(modality.batch([item]))
            sizes = {i: known[len(item)] for i, item in enumerate(taken)}
        for size in sorted(set(sizes.values())):
            alike, seats = [i for i in sizes if sizes[i] == size], _seats(size, batch, LOAD * scale)
            for first in range(0, len(alike), seats):
                some = alike[first : first + seats]
                yield [part[i] for i in some], [taken[i] for i in some], seats


def _numbers(one: Tensor) -> int:
    return one.numel() * (TOKEN if one.ndim == 2 else 1)


def _seats(size: int, batch: int, load: int = LOAD) -> int:
    """How many items of so many numbers are run at once: a power of two, `batch` at most.

    >>> [_seats(size, 16) for size in (0, 16 * TOKEN, 64 * TOKEN, 256 * TOKEN, 10**6)]
    [16, 16, 8, 2, 1]
    """
    return min(batch, 1 << max(0, (load // max(1, size)).bit_length() - 1))


@torch.inference_mode()
def _run(
    ready: tuple[Engine, Run], prefix: Prefix, items: Sequence[Tensor], names: Sequence[str]
) -> tuple[Tensor, bool]:
    """Rows, each after the other in memory, and whether all of their numbers are finite."""
    engine, run = ready
    with apart(engine.device):
        keys = [key_in(name) for name in names] if prefix.views else []
        batch = seen_on(engine.device, prefix.modality, items, keys, prefix.views)
        rows = run(batch).to(torch.float16 if prefix.half else torch.float32)  # (b, ...)
        return rows.contiguous().cpu(), bool(torch.isfinite(rows).all())


def _checked(
    keys: list[str], made: Future[tuple[Tensor, bool]], rows: dict[str, int]
) -> Iterator[Row]:
    found, finite = made.result()
    for key, row in zip(keys, found, strict=False):  # the last batch is full by repetition
        if not finite and not bool(torch.isfinite(row).all()):
            raise _not_finite(rows[key], key)
        yield Row(key, row)


def _not_finite(row: int, key: str) -> BackboneError:
    return BackboneError(
        "M402",
        "the backbone gives numbers that are not finite",
        "start from other weights: --backbone NAME or --weights FILE",
        where=f"example {row:,}, whose SHA-256 is {printable(key)}",
    )
