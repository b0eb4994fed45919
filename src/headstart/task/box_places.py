"""The boxes of an answer, where they are on the picture that was asked about."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from headstart.data import Source
from headstart.modality import Image, Modality, size_of
from headstart.task.box_answers import SAID, boxes_in
from headstart.task.task import Task


@dataclass(frozen=True)
class FoundBox:
    """A thing on a picture, and where it is."""

    label: str
    probability: float
    """From 0 to 1; half and more counts as said."""
    box: tuple[float, float, float, float]
    """Left, top, right and bottom, in pixels of the upright picture."""


def placed(
    answer: Float[np.ndarray, " m"], modality: Modality, source: Source
) -> Float[np.ndarray, "k 6"]:
    """What an answer finds on a picture: class, probability, and the box in the picture's pixels.

    Boxes that lie beside the picture, in the border of the square, are left out. Raises `DataError`
    for a picture whose size can't be read.
    """
    if not isinstance(modality, Image):
        raise TypeError("boxes are on pictures")
    found = boxes_in(answer).copy()
    frame = modality.frame(size_of(source))
    found[:, 2:] = frame.outside(found[:, 2:] * modality.size_px)
    there: Float[np.ndarray, "k 6"] = found[(found[:, 4:] > found[:, 2:4]).all(axis=1)]
    return there


def boxes_told(
    found: Float[np.ndarray, "k 6"], task: Task, least: float | None = None
) -> tuple[FoundBox, ...]:
    """Those that count as said, likeliest first; `least` is the probability from which they do."""
    said = found[found[:, 1] >= (SAID if least is None else least)]
    return tuple(
        FoundBox(task.classes[int(label)], chance, (x0, y0, x1, y1))
        for label, chance, x0, y0, x1, y1 in said.tolist()
    )
