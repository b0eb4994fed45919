"""What tasks share whose examples are of one class each."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float

from headstart.head import Known, Labels
from headstart.stats import Interval
from headstart.task.intervals import gaps, nats, resampled
from headstart.task.task import Task


class OneClass(Task):
    """One of several classes: an answer is a probability a class, and stands for one of them."""

    single_label: ClassVar[bool] = True

    def losses(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Float[np.ndarray, " n"]:
        """Negative log-probability of the right class; at most that of the smallest step from 1."""
        return nats(answers[np.arange(len(labels)), labels], answers.dtype)

    def coded(self, labels: Labels) -> Float[np.ndarray, "n c"]:
        """Class indicators."""
        indicators: Float[np.ndarray, "n c"] = np.eye(self.width)[labels.numpy()]
        return indicators

    def belief(self, answers: Float[np.ndarray, "n c"]) -> Float[np.ndarray, " n"]:
        """What the class that is answered was given."""
        given: Float[np.ndarray, " n"] = answers[np.arange(len(answers)), self.likely(answers)]
        return given

    def correct(self, answers: Float[np.ndarray, "n c"], labels: Known) -> Bool[np.ndarray, " n"]:
        """Whether the class that is answered is the right one."""
        return np.asarray(self.likely(answers) == labels)

    def text(self, answer: Float[np.ndarray, " c"]) -> str:
        """The class that is answered."""
        return self.classes[int(self.likely(answer[None])[0])]

    def of_probabilities(
        self, answers: Float[np.ndarray, "n c"], labels: Known, groups: Sequence[str]
    ) -> dict[str, Interval]:
        """Log loss and calibration error.

        The calibration error is resampled with the sign of each bin's gap held: plain resampling
        takes its own noise for miscalibration, and its interval can miss the figure.
        """
        n, losses = len(labels), self.losses(answers, labels)
        off = gaps(self.belief(answers), self.correct(answers, labels))
        worst = (0.0, float(losses.max()))
        return {
            "log_loss": resampled(lambda rows: float(losses[rows].mean()), n, groups, worst),
            "ece": resampled(lambda rows: max(0.0, float(off[rows].mean())), n, groups),
        }

    def presence(self, labels: Known) -> Bool[np.ndarray, "n c"]:
        """The one class of each row."""
        there: Bool[np.ndarray, "n c"] = np.arange(self.width) == labels[:, None]
        return there

    def claims(self, answers: Float[np.ndarray, "n c"]) -> Bool[np.ndarray, "n c"]:
        """The class that each row is answered with."""
        said: Bool[np.ndarray, "n c"] = np.arange(self.width) == self.likely(answers)[:, None]
        return said

    def reliability(
        self, answers: Float[np.ndarray, "n c"], labels: Known
    ) -> tuple[Float[np.ndarray, "n k"], Bool[np.ndarray, "n k"]]:
        """What the class that is answered was given, and whether it was right."""
        return self.belief(answers)[:, None], self.correct(answers, labels)[:, None]
