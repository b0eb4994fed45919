"""A frozen prefix over every example, exactly once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.errors import BackboneError
from headstart.events import Event, Tell, quiet
from headstart.features.engine import ENGINE, fast
from headstart.features.survey import Items
from headstart.features.table import SHARD_BYTES, Place, Table, table_of
from headstart.modality import Modality


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

    def take(self, positions: Sequence[int]) -> Float[Tensor, "m ..."]:
        """Rows at these positions, in this order."""
        rows = self.table.read([self.places[position] for position in positions])
        return torch.stack(rows) if rows else torch.empty(0, *self.shape[1:])

    def all(self) -> Float[Tensor, "n ..."]:
        """Every row, in memory."""
        return self.take(range(len(self)))


def extract(
    items: Items,
    rows: Sequence[int],
    modality: Modality,
    prefix: nn.Sequential,
    digest: str,
    *,
    cache: Path,
    batch: int = 32,
    tell: Tell = quiet,
) -> Features:
    """One row for each of `rows`, computed or found on disk; `digest` names the prefix.

    Batches are always full, the last one by repetition, so that a row's bits do not depend on
    what it rides with. Raises `BackboneError` where the network gives numbers that are not
    finite, `ResourceError` where the disk takes no more.
    """
    table = table_of(
        cache, "features", digest, repr(modality), ENGINE, torch.__version__, str(batch)
    )
    keys = [items.digests[row] for row in rows]
    first = dict(zip(reversed(keys), reversed(rows), strict=True))
    known = table.places(sorted(first))
    missing = [key for key in dict.fromkeys(keys) if key not in known]
    if missing:
        where = [first[key] for key in missing]
        what = f"running {modality.kind}s through the frozen stages"
        tell(Event("start", what, 0, len(missing)))
        held: list[Tensor] = []
        done = 0
        for made in _made(items, where, modality, prefix, batch):
            held += made
            tell(Event("step", what, done + len(held), len(missing)))
            if len(held) * held[0].numel() * 4 >= SHARD_BYTES or done + len(held) == len(missing):
                table.add(missing[done : done + len(held)], held)
                done, held = done + len(held), []
        tell(Event("end", what, done, len(missing)))
        known |= table.places(missing)
    return Features(table, tuple(known[key] for key in keys))


@torch.inference_mode()
def _made(
    items: Items, rows: Sequence[int], modality: Modality, prefix: nn.Sequential, batch: int
) -> Iterator[list[Tensor]]:
    """Batches of rows in single precision."""
    network: nn.Module | None = None
    for begin in range(0, len(rows), batch):
        part = list(rows[begin : begin + batch])
        full = modality.batch(items.take((part * batch)[:batch]))
        network = network or fast(prefix, full[:2])
        made = network(full)[: len(part)].float()  # (b, ...)
        if not bool(torch.isfinite(made).all()):
            raise BackboneError(
                "M402",
                "the backbone gives numbers that are not finite",
                "start from other weights: --backbone NAME or --weights FILE",
            )
        yield [row.clone() for row in made]
