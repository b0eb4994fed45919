"""The directions in which rows vary: one decomposition, for every closed-form head."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from threadpoolctl import threadpool_limits


@dataclass(frozen=True, eq=False)
class Directions:
    """Centered rows, `left * singular @ right`; where they do not vary there is no direction."""

    mean: Float[np.ndarray, " d"]
    left: Float[np.ndarray, "n r"]
    singular: Float[np.ndarray, " r"]
    """Largest first."""
    right: Float[np.ndarray, "r d"]

    @property
    def rows(self) -> Float[np.ndarray, "n r"]:
        """How far each row lies along each direction."""
        along: np.ndarray = self.left * self.singular
        return along


def directions_of(rows: Float[np.ndarray, "n d"]) -> Directions:
    """By a singular value decomposition in double precision, on one thread."""
    mean = rows.mean(axis=0)
    with threadpool_limits(1):  # more only add CPU time at this size, and other bits
        left, singular, right = np.linalg.svd(rows - mean, full_matrices=False)
    kept = singular > 1e-12 * max(float(singular[0]), 1e-300)
    return Directions(mean, left[:, kept], singular[kept], right[kept])
