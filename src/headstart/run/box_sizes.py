"""At what size a detector is to see pictures, by how large the things on them are."""

from collections.abc import Sequence

import numpy as np

from headstart.backbone import LEAST_PX, STRIDES
from headstart.data import Boxes, BoxTruth, Found
from headstart.data.box_audit import ToldBoxTruth
from headstart.errors import DataError
from headstart.events import Tell, note
from headstart.hostile import printable
from headstart.modality import size_of
from headstart.modality.decoding import Size

WANTED_PX = 26.0
"""The side that boxes of a class are to have, half of them: three points of the finest grid."""
MOST_PX = 416
"""Side of the pictures, at most: that of small detectors elsewhere."""
FEW = 10
"""Boxes of a class, below which it has no say."""
SAMPLED = 200
"""Pictures that are looked at."""
ROW_S = 0.9
"""CPU seconds that a probe with defaults takes at `MOST_PX` for each picture of a set, those to
test on included (1.2 where others used the machine, too)."""
_STEP = STRIDES[-1]


def suited_side(found: Found, budget_s: float, tell: Tell) -> int:
    """Side in pixels at which boxes of every class are large enough; 0 where that is the least.

    No larger than the pictures, nor than training on all of them in so many CPU seconds allows.
    """
    truth, sources = found.examples.truth, found.examples.sources
    if not isinstance(truth, BoxTruth):
        return 0
    sides, longest = list[tuple[int, float]](), list[int]()
    for row in range(0, len(sources), -(-len(sources) // SAMPLED)):
        try:
            size = size_of(sources[row])
        except DataError:
            continue
        longest.append(max(size))
        shares = isinstance(truth, ToldBoxTruth) and truth.shares[row]
        sides += _sides(truth.boxes[row], size, shares=shares)
    if not sides:
        return 0
    label, share = smallest(sides)
    most = side_for(share, float(np.median(longest)), len(sources), budget_s)
    if most <= LEAST_PX:
        return 0
    note(
        tell,
        f"pictures are seen at {most} x {most} pixels: half of {printable(truth.names[label], 60)} "
        f"are under {share * most:.0f} pixels there (--size {LEAST_PX} is quicker)",
    )
    return most


def smallest(sides: Sequence[tuple[int, float]]) -> tuple[int, float]:
    """The class with the smallest boxes, of those with boxes enough, and their median side.

    Where no class has enough, all boxes together, as of the most frequent class.
    """
    labels, shares = (np.array(column) for column in zip(*sides, strict=True))
    often = np.bincount(labels.astype(int))
    many = np.flatnonzero(often >= FEW)
    if not len(many):
        return int(often.argmax()), float(np.median(shares))
    medians = [float(np.median(shares[labels == label])) for label in many]
    return int(many[int(np.argmin(medians))]), min(medians)


def side_for(share: float, longest_px: float, rows: int, budget_s: float) -> int:
    """Side at which a box of this share of it has `WANTED_PX`, within what its bounds allow.

    >>> side_for(0.0625, 640.0, 300, 600.0), side_for(0.5, 640.0, 300, 600.0)
    (416, 256)
    """
    wanted = min(WANTED_PX / max(share, 1e-6), longest_px, MOST_PX)
    paid = MOST_PX * (budget_s / (ROW_S * max(1, rows))) ** 0.5
    return int(max(LEAST_PX, min(-(-wanted // _STEP), paid // _STEP) * _STEP))


def _sides(held: Boxes, size: Size, *, shares: bool) -> list[tuple[int, float]]:
    """Classes of boxes, and roots of their areas as shares of the picture's long side."""
    boxes = held.take(np.flatnonzero(~held.ignored & (held.areas > 0)))
    scale = (size[0] * size[1]) ** 0.5 if shares else 1.0
    found = np.sqrt(boxes.areas) * scale / max(size)
    return list(zip(boxes.labels.tolist(), found.tolist(), strict=True))
