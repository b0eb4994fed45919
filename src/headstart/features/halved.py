"""Items at half their size, for networks with random weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from headstart.features.survey import Items
from headstart.modality import Modality


@dataclass(frozen=True, eq=False)
class Halved:
    """Items at half their side: a quarter of the work for a network that takes any size."""

    items: Items
    modality: Modality

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """Digests that differ from those of the full items, so that tables don't mix them."""
        return tuple(f"{digest}-halved" for digest in self.items.digests)

    def take(self, rows: Sequence[int]) -> list[Tensor]:
        """Halved items of these rows."""
        return [self.modality.halved(item) for item in self.items.take(rows)]
