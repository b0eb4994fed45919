"""What fitting goes by where somebody said so; nothing here needs PyTorch."""

from dataclasses import dataclass
from typing import Any

from headstart.errors import UsageError
from headstart.head.kinds import HEADS
from headstart.hostile import printable
from headstart.options import option

VARIED = ("none", "crop", "flip", "color", "masks")
"""Words that `augment` takes: the first for any modality, the last for recordings, the others for
pictures."""
MOST_EPOCHS, MOST_ROWS = 10_000, 65_536


@dataclass(frozen=True)
class Hyperparameters:
    """How heads are fitted, and what every trained arm goes by; None leaves it to the strategy.

    What is asked of training holds for the arm with transfer and for the one from scratch alike, so
    that a verdict compares the two at the same settings. A head that is fitted in closed form has
    no epochs, rate, batch, patience, decay or variation.
    """

    head: str = option(
        "", "how the output layer is fitted: logistic, ridge, lda", "H", usual="chosen by the task"
    )
    """Of a probe; empty for the one of the first two that loses least on unseen rows; tags have the
    first, values the second."""
    epochs: int | None = option(
        None, "passes over the training rows, at most", "N", usual="by strategy: 5 to 60"
    )
    rate: float | None = option(
        None, "highest step size of every arm that is trained", "X", usual="searched for each"
    )
    batch: int | None = option(None, "rows a step", "N", usual="32")
    patience: int | None = option(
        None,
        "epochs without a lower validation loss before training stops",
        "N",
        usual="by strategy: 2 to 12",
    )
    weight_decay: float | None = option(
        None, "decoupled decay of weights that are matrices", "X", usual="0.01; BiT's rule: 0"
    )
    augment: str | None = option(
        None,
        "how training varies examples: none; crop, flip, color with commas; masks for recordings",
        "WORDS",
        usual="crop,color where all of a network for pictures learns",
    )

    def __post_init__(self) -> None:
        if self.head and self.head not in HEADS:
            raise UsageError(
                "U112",
                f"there is no head {printable(self.head)!r}",
                f"--head {HEADS[0]}",
                why=f"it is one of {' or '.join(HEADS)}",
            )
        self._need_bounds()
        self._need_words()

    def _need_bounds(self) -> None:
        _need("epochs", self.epochs, 1, MOST_EPOCHS, "--epochs 20")
        _need("batch", self.batch, 2, MOST_ROWS, "--batch 32")
        _need("patience", self.patience, 1, MOST_EPOCHS, "--patience 6")
        if self.rate is not None and not 0 < self.rate <= 1:
            raise UsageError(
                "U166", f"--rate {self.rate} is not above 0 and at most 1", "--rate 3e-4"
            )
        if self.weight_decay is not None and not 0 <= self.weight_decay < 1:
            raise UsageError(
                "U167",
                f"--weight-decay {self.weight_decay} is not from 0 to below 1",
                "--weight-decay 0.01",
            )

    def _need_words(self) -> None:
        wrong = [word for word in self.varied if word not in VARIED]
        if wrong or (self.augment is not None and not self.varied):
            raise UsageError(
                "U168",
                f"--augment {printable(self.augment)!r} names no way to vary examples",
                "--augment crop,color",
                why=f"it is one of {', '.join(VARIED)}, or several with commas",
            )
        if len(self.varied) > 1 and {"none", "masks"} & {*self.varied}:
            raise UsageError(
                "U169",
                f"--augment {printable(self.augment)!r}: none and masks stand alone",
                "--augment none",
            )

    @property
    def varied(self) -> tuple[str, ...]:
        """The words of `augment`."""
        return tuple(filter(None, (self.augment or "").replace(" ", "").split(",")))

    @property
    def asked(self) -> dict[str, Any]:
        """What somebody asked of training, by name."""
        every = {**vars(self), "head": None}
        return {name: value for name, value in every.items() if value is not None}


def _need(name: str, value: int | None, least: int, most: int, fix: str) -> None:
    if value is not None and not least <= value <= most:
        raise UsageError("U165", f"--{name} {value} is not from {least} to {most:,}", fix)


AS_USUAL = Hyperparameters()
"""Nobody asked for anything."""
