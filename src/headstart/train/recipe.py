"""The few numbers that training needs."""

import math
from dataclasses import dataclass, replace

from headstart.errors import UsageError
from headstart.modality import Variation
from headstart.train.hyperparameters import AS_USUAL, Hyperparameters


@dataclass(frozen=True)
class Regularization:
    """What holds the weights back."""

    weight_decay: float = 0.01
    """Decoupled decay (Loshchilov and Hutter 2019) of matrices; biases and norms have none."""
    pull: float = 0.0
    """The same toward the weights that training started from (L2-SP: Li et al. 2018)."""
    smoothing: float = 0.0
    """Label smoothing, from 0 to 1 (Szegedy et al. 2016)."""
    still: bool = False
    """Whether batch norms keep the statistics they came with, by which the first head was fitted;
    their scales and shifts learn all the same."""
    mixup: float = 0.0
    """Of the Beta distribution that shares of two mixed items are drawn from, both its numbers
    (mixup: Zhang et al. 2018); 0 mixes nothing. Only where items or rows are of one size."""


@dataclass(frozen=True)
class Schedule:
    """How far a step goes, part by part, while training lasts."""

    head_ratio: float = 10.0
    """How many times faster the head learns than the last pretrained stage."""
    stage_decay: float = 0.8
    """What each stage's rate is multiplied by from one stage to the one before it."""
    warmup: float = 0.1
    """Share of all steps in which the rate rises from zero."""
    tenths: tuple[float, ...] = ()
    """Shares of all steps after each of which the rate falls to a tenth; without any it falls to
    zero along a half cosine."""
    momentum: float = 0.0
    """Of stochastic gradient descent, which takes the place of AdamW where this is not 0."""


EVEN = Schedule(head_ratio=1.0, stage_decay=1.0)
"""The same rate for every part."""
BIT = Schedule(1.0, 1.0, warmup=0.2, tenths=(0.4, 0.6, 0.8), momentum=0.9)
"""The hyper-rule of BiT (Kolesnikov et al. 2020): warm-up, then a tenth thrice."""


@dataclass(frozen=True)
class Recipe:
    """Settings of one training run; equal recipes and equal data give equal models."""

    epochs: int = 20
    """Passes over the training rows, at most: see `patience`."""
    batch: int = 32
    """Rows a step."""
    rate: float = 3e-4
    """Highest step size of the last pretrained stage."""
    pace: Schedule = Schedule()
    restraint: Regularization = Regularization()
    patience: int = 6
    """Epochs without a better validation loss before it stops."""
    averaging: float = 0.0
    """Decay a step of the running average of weights that is kept instead of the last ones;
    0 keeps the weights as they are."""
    seed: int = 0
    """Orders the rows, draws the views, the noise and the fresh weights."""
    allowance: float = math.inf
    """CPU seconds that training may take, the search for a rate included: where an epoch takes
    long, fewer rates are tried, and there are fewer epochs (at least 3)."""
    gradual: bool = False
    """Whether earlier stages begin to learn later: all do from half of the epochs on."""
    views: Variation | None = None
    """How each thing is varied in each epoch when nothing is frozen; None leaves it as it is."""
    asked: Hyperparameters = AS_USUAL
    """What somebody asked for; it wins over what suits the strategy or the network."""

    def __post_init__(self) -> None:
        if not self.rate > 0:
            raise UsageError("U103", f"rate is {self.rate}, need more than 0", "rate=3e-4")
        if self.epochs < 1 or self.batch < 2:
            raise UsageError(
                "U104",
                f"{self.epochs} epochs of batches of {self.batch} train nothing",
                "at least 1 epoch, and batches of at least 2 rows",
            )

    def ends_after(self, best: int) -> int:
        """The epoch after which training stops where `best` stays the best: see `patience`."""
        waits_from = max(best, self.epochs // 2 if self.gradual else 0)
        return min(self.epochs, waits_from + self.patience)

    @property
    def expected_epochs(self) -> float:
        """The mean of `ends_after` where each epoch is as likely to be the best.

        >>> Recipe(epochs=20, patience=4).expected_epochs
        14.0
        """
        return sum(map(self.ends_after, range(1, self.epochs + 1))) / self.epochs

    def with_seed(self, seed: int) -> "Recipe":
        """The same settings with another order, other views and other fresh weights."""
        return replace(self, seed=seed)

    def holding(self, asked: Hyperparameters) -> "Recipe":
        """The same with the numbers that were asked for in the place of its own."""
        named = ("epochs", "rate", "batch", "patience")
        numbers = {name: value for name, value in asked.asked.items() if name in named}
        decay = asked.weight_decay
        held = self.restraint if decay is None else replace(self.restraint, weight_decay=decay)
        return replace(self, restraint=held, asked=asked, **numbers)
