"""The boxes that training pictures have most often: what is answered where nothing is looked at."""

import numpy as np
from jaxtyping import Float

from headstart.data import iou

OVERLAP = 0.5
"""With which a true box is met by a usual one."""
MOST_TRIED, MOST_BOXES = 400, 12
"""Training boxes of a class that are tried, and that are answered, at most."""


def usual_boxes(targets: Float[np.ndarray, "n m 5"], classes: int) -> Float[np.ndarray, "k 6"]:
    """Class, rate and box, the most frequent first.

    Of each class greedily the box of a training picture that meets a box on most pictures that none
    chosen before it meets; its rate is the share of all pictures.
    """
    chosen = [np.zeros((0, 6))]
    for label in range(classes):
        picture, place = np.nonzero(targets[:, :, 0] == label)
        boxes = targets[picture, place, 1:]
        step = max(1, -(-len(boxes) // MOST_TRIED))
        meets = iou(boxes[::step], boxes) >= OVERLAP  # (tried, boxes)
        free = np.ones(len(boxes), bool)
        for _ in range(MOST_BOXES if len(boxes) else 0):
            counts = np.array([len(np.unique(picture[row & free])) for row in meets])
            best = int(counts.argmax())
            if not counts[best]:
                break
            rate = counts[best] / len(targets)
            chosen.append(np.array([[label, rate, *boxes[::step][best]]]))
            free &= ~meets[best]
    every = np.concatenate(chosen)
    return every[np.argsort(-every[:, 1], kind="stable")]
