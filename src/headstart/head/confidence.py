"""From which probability on a prediction is called sure."""

import numpy as np
from jaxtyping import Float, Int


def sure_above(
    probabilities: Float[np.ndarray, "n c"], labels: Int[np.ndarray, " n"], target: float = 0.95
) -> float:
    """The lowest threshold above which at least `target` of these rows are right.

    Where no threshold reaches it, the highest probability of them all: then hardly anything is
    sure.
    """
    belief = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    order = np.argsort(-belief, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    ends = np.append(np.diff(belief[order]) < 0, True)  # equal beliefs stand or fall together
    reached = np.flatnonzero((shares >= target) & ends)
    chosen = order[reached[-1]] if len(reached) else order[0]
    return float(np.clip(belief[chosen], 0.0, 1.0))
