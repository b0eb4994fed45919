"""The directions in which rows vary: one decomposition, for every closed-form head."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from threadpoolctl import threadpool_limits

RELATIVE_RANK = 1e-7
"""Square root of what double precision tells from nothing in a product, with room."""


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
    """By eigenvectors of the smaller of both products of the rows, in double precision.

    A third of the time of a singular value decomposition; what varies less than
    `RELATIVE_RANK` times as much as the direction that varies most is taken for none.
    """
    mean = rows.mean(axis=0)
    rows = rows - mean
    with threadpool_limits(1):  # more only add CPU time at this size, and other bits
        if rows.shape[0] >= rows.shape[1]:
            singular, right = directions_in(rows.T @ rows)
            return Directions(mean, rows @ right.T / singular, singular, right)
        singular, left = directions_in(rows @ rows.T)
        return Directions(mean, left.T, singular, left @ rows / singular[:, None])


def directions_in(
    products: Float[np.ndarray, "d d"],
) -> tuple[Float[np.ndarray, " r"], Float[np.ndarray, "r d"]]:
    """How far rows of which these are the products lie along each direction, and the directions."""
    values, vectors = np.linalg.eigh(products)
    kept = values > RELATIVE_RANK**2 * max(float(values[-1]), 1e-300)
    return np.sqrt(values[kept])[::-1], vectors[:, kept].T[::-1]
