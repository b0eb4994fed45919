"""Whether a row is like those that were learned from: its distance to the nearest of them.

Rows are scaled to length 1, as Sun et al. 2022 ("Out-of-distribution detection with deep nearest
neighbors") do. The distance of a new row is held against those of rows that were not among the
known ones, which gives the share of such rows that lie as far away: a conformal p-value (Vovk et
al. 2005). Of rows like those it came from, no more than `ABOVE` have a share of `ABOVE` or less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float16
from torch import Tensor

NEAREST = 5
"""The distance to the so many-th nearest row counts."""
MOST_KEPT_ROWS = 1000
"""Rows that are kept: 0.8 MB where they have 384 numbers."""
ABOVE = 0.05
"""Rows of no larger share are told to be unlike what was learned from: the rate of false alarms."""


@dataclass(frozen=True, eq=False)
class Familiar:
    """Rows that were learned from, and how far others like them are from those."""

    rows: Float16[Tensor, "n d"]
    """Of length 1."""
    distances: Float[Tensor, " m"]
    """Of rows that are not among them, the least first."""

    def shares(self, rows: Float[Tensor, "b d"]) -> list[float]:
        """For each row the share of rows like those learned from that are as far away, or farther.

        Between 0 and 1, never 0: of m distances the least is 1 / (m + 1).
        """
        far = _distances(_scaled(rows), self.rows.float())
        nearer = torch.searchsorted(self.distances, far.float())
        count = len(self.distances)
        return ((count - nearer + 1) / (count + 1)).double().tolist()


def familiar_by(known: Float[Tensor, "n d"], held: Float[Tensor, "m d"]) -> Familiar | None:
    """By rows that were learned from and rows that were not; None where there are too few."""
    if len(known) < NEAREST or not len(held):
        return None
    rows = _scaled(known).half()
    return _finite(Familiar(rows, _distances(_scaled(held), rows.float()).sort().values))


def familiar_among(known: Float[Tensor, "n d"], clusters: Sequence[str] = ()) -> Familiar | None:
    """By rows that nothing but a head was fitted to: each is held against those that share nothing
    with it. None where there are too few.
    """  # noqa: D205 - one sentence
    if len(known) <= NEAREST:
        return None
    rows = _scaled(known).half()
    names = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
    own = torch.tensor([names[c] for c in clusters]) if names else torch.arange(len(rows))
    far = _distances(rows.float(), rows.float(), own)
    return _finite(Familiar(rows, far.sort().values))


def _finite(found: Familiar) -> Familiar | None:
    usable = bool(found.distances.isfinite().all() and found.rows.isfinite().all())
    return found if usable else None


def _scaled(rows: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    return torch.nn.functional.normalize(rows.float().flatten(1))


def _distances(
    rows: Float[Tensor, "b d"], known: Float[Tensor, "n d"], own: Tensor | None = None
) -> Float[Tensor, " b"]:
    """To the `NEAREST`-th of the known rows; with `own`, of those of another number."""
    far = torch.cdist(rows, known, compute_mode="donot_use_mm_for_euclid_dist")
    if own is not None:
        far[own[:, None] == own[None, :]] = torch.inf
    return far.kthvalue(min(NEAREST, far.shape[1]), dim=1).values
