"""Labels that look wrong, by answers of models that did not learn from them.

Northcutt, Jiang and Chuang (2021), "Confident Learning: Estimating Uncertainty in Dataset Labels":
a row is doubted where another class is likelier than that class usually is for its own rows. That
class has to be the likeliest of the others: one of a few examples is usually given next to nothing,
and almost any row would look like it. Rows are ordered by how little their own label is believed.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class Suspect:
    """A row whose label looks wrong."""

    row: int
    """Its position among the rows that were judged."""
    label: int
    likely: int
    """The class that it looks like."""
    probability: float
    """What that class was given, by a model that had not seen the row."""
    quality: float
    """From 0, surely wrong, to 1."""


def quality(
    probabilities: Float[np.ndarray, "n c"], labels: Int[np.ndarray, " n"]
) -> Float[np.ndarray, " n"]:
    """How much each label is believed, from 0 to 1: the probability that it was given.

    Margins over the likeliest other class, and classes made even by what each is usually given,
    order planted wrong labels no better (`python -m benchmarks suspects`).
    """
    found: Float[np.ndarray, " n"] = probabilities[np.arange(len(labels)), labels]
    return found


def usual(
    probabilities: Float[np.ndarray, "n c"], labels: Int[np.ndarray, " n"]
) -> Float[np.ndarray, " c"]:
    """The mean probability that each class has in rows of its own; 1 for a class without rows."""
    count = probabilities.shape[1]
    own = probabilities[np.arange(len(labels)), labels]
    sizes = np.bincount(labels, minlength=count)
    sums = np.bincount(labels, weights=own, minlength=count)
    found: Float[np.ndarray, " c"] = np.where(sizes > 0, sums / np.maximum(1, sizes), 1.0)
    return found


def suspects(
    probabilities: Float[np.ndarray, "n c"], labels: Int[np.ndarray, " n"]
) -> tuple[Suspect, ...]:
    """Rows that are confidently of another class, the most doubted first.

    `probabilities` are of models that were not fitted to the rows.
    """
    if not len(labels):
        return ()
    rows, believed = np.arange(len(labels)), quality(probabilities, labels)
    others = probabilities.copy()
    others[rows, labels] = -1.0
    likely, usually = others.argmax(axis=1), usual(probabilities, labels)
    found = others[rows, likely]
    kept = (believed >= usually[labels]) & (believed >= found)
    doubted = np.flatnonzero((found > 0) & (found >= usually[likely]) & ~kept)
    order = doubted[np.argsort(believed[doubted], kind="stable")]
    return tuple(
        Suspect(
            int(row),
            int(labels[row]),
            int(likely[row]),
            float(probabilities[row, likely[row]]),
            float(believed[row]),
        )
        for row in order
    )
