"""What tasks have in common whose answers are rows of codes: letters, tokens, tags."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Float
from torch import Tensor

from headstart.backbone import Frames, View
from headstart.head import Known, Labels, padded, usual_row
from headstart.task.task import Task


class CodesTask(Task):
    """An answer is a row of numbers: its confidence, then codes, then -1. A label is such codes."""

    coded_rows: ClassVar[bool] = True
    view: ClassVar[type[View]] = Frames

    @abstractmethod
    def texts(self, codes: np.ndarray) -> list[str]:
        """Rows of codes as people write them."""

    def texts_of(self, answers: Float[np.ndarray, "n m"]) -> list[str]:
        """Answers as people write them."""
        return self.texts(answers[:, 1:])

    def text(self, answer: Float[np.ndarray, " m"]) -> str:
        """One answer as people write it."""
        return self.texts_of(answer[None])[0]

    def coded(self, labels: Any) -> Float[np.ndarray, "n c"]:
        """The codes themselves."""
        coded: Float[np.ndarray, "n c"] = np.asarray(labels, dtype=float)
        return coded

    def constant(self, labels: Labels) -> Float[np.ndarray, " m"]:
        """The most frequent row of codes."""
        return usual_row(labels)

    def belief(self, answers: Float[np.ndarray, "n m"]) -> Float[np.ndarray, " n"]:
        """The confidence that stands first."""
        sure: Float[np.ndarray, " n"] = answers[:, 0]
        return sure

    def correct(self, answers: Float[np.ndarray, "n m"], labels: Known) -> Bool[np.ndarray, " n"]:
        """Whether an answer reads as the label does."""
        pairs = zip(self.texts_of(answers), self.texts(labels), strict=True)
        return np.array([one == other for one, other in pairs], dtype=bool)

    def stacked(self, parts: Sequence[Float[Tensor, "_ _"]]) -> Float[Tensor, "k m"]:
        """One table, -1 behind shorter rows."""
        return padded([row for rows in parts for row in rows])
