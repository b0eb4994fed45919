"""Tasks whose answers stand in a row: letters, tokens, tags."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from jaxtyping import Float

NOTHING = -1
"""Stands behind the last of a row."""


class Sequencing(ABC):
    """An answer is a row of numbers: how sure it is, then codes, then -1. A label is such codes."""

    @abstractmethod
    def texts(self, codes: np.ndarray) -> list[str]:
        """Rows of codes as people write them."""

    def said(self, answers: Float[np.ndarray, "n m"]) -> list[str]:
        """Answers as people write them."""
        return self.texts(answers[:, 1:])

    def coded(self, labels: Any) -> Float[np.ndarray, "n c"]:
        """The codes themselves."""
        coded: Float[np.ndarray, "n c"] = np.asarray(labels, dtype=float)
        return coded
