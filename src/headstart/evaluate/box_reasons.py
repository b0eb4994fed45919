"""Why boxes score little or nothing, in sentences: what usually goes wrong leaves its marks."""

from collections.abc import Sequence

import numpy as np

from headstart.counting import counted
from headstart.data import Boxes, iou
from headstart.hostile import printable
from headstart.task.box_matching import FoundBoxes

MET = 0.5
"""The overlap from which on a box is found."""
TINY = 0.02
"""Of a picture's side: where all true boxes have less, their unit is doubtful."""
MOST_NAMED = 5


def reasons_of(
    truths: Sequence[Boxes], found: Sequence[FoundBoxes], names: Sequence[str], threshold: float
) -> tuple[str, ...]:
    """One sentence for each thing that is wrong; none where boxes are found and all classes are
    there. Boxes are shares of the picture.
    """  # noqa: D205 - one sentence
    true = np.concatenate([np.zeros(0, int), *(t.labels[~t.ignored] for t in truths)])
    told = [*_absent(true, names)]
    if len(true):
        told += [*_nothing_found(truths, found, threshold), *_odd_sizes(truths)]
    return tuple(told)


def _absent(true: np.ndarray, names: Sequence[str]) -> list[str]:
    """Classes that no test picture has."""
    if not len(true):
        return ["No class has a box on a test picture: there is nothing to find."]
    lost = [printable(name, 40) for label, name in enumerate(names) if label not in true]
    if not lost:
        return []
    more = f" and {len(lost) - MOST_NAMED} more" if len(lost) > MOST_NAMED else ""
    listed = ", ".join(lost[:MOST_NAMED])
    verb = "has" if len(lost) == 1 else "have"
    return [f"{listed}{more} {verb} no box on a test picture, and no part in any mean."]


def _nothing_found(
    truths: Sequence[Boxes], found: Sequence[FoundBoxes], threshold: float
) -> list[str]:
    """Where no box is met: whether nothing is said, or said elsewhere, or called otherwise."""
    said = [told.scores >= threshold for told in found]
    if not any(some.any() for some in said):
        return [
            "No box is above the threshold. Too few epochs, a learning rate that is too low or "
            "labels in other units look like this."
        ]
    best, otherwise = 0.0, 0
    for truth, told, some in zip(truths, found, said, strict=True):
        shared = iou(told.corners[some], truth.corners)
        same = told.labels[some][:, None] == truth.labels[None]
        best = max(best, float(shared[same].max(initial=0.0)))
        otherwise += int(((shared >= MET) & ~same).any(axis=1).sum())
    if best >= MET:
        return []
    if otherwise:
        return [
            f"{counted(otherwise, 'box lies', 'boxes lie')} where true "
            "ones do, but all are of another class: "
            "the classes of the labels may be shifted, or their names swapped."
        ]
    return [
        f"Boxes are said, but none shares half of its area with a true one ({best:.0%} at most): "
        "labels may be in other units, or their columns in another order."
    ]


def _odd_sizes(truths: Sequence[Boxes]) -> list[str]:
    """Where all true boxes are points: shares that were read as pixels, usually."""
    sides = np.concatenate([np.sqrt(t.areas[~t.ignored]) for t in truths])
    if sides.max() >= TINY:
        return []
    return [
        f"No true box is larger than {sides.max():.1%} of the picture's side: "
        "their numbers may be shares that were read as pixels."
    ]
