"""All that happened in a run, as plain rows: what the page shows, and nothing computed in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from headstart.advise import Ranked
from headstart.evaluate.arms import Arm
from headstart.evaluate.boxes import DrawnBox
from headstart.evaluate.metrics import Bin, ClassRow, Scores
from headstart.evaluate.verdict import Verdict
from headstart.stats import Interval


@dataclass(frozen=True)
class Beside:
    """What helps to judge an example, besides itself."""

    clip: tuple[str, bytes] = field(default=("", b""), repr=False)
    """A MIME type and bytes, where there is something to hear."""
    words: tuple[tuple[str, float], ...] = ()
    """Of a text each word, and by how much the answer's probability falls without it."""
    boxes: tuple[DrawnBox, ...] = ()
    """Of a picture what is right, said in vain and missed, in shares of its sides."""


@dataclass(frozen=True)
class Shown:
    """A test example as the model sees it, and what the model made of it."""

    name: str
    mime: str
    """What `data` is: the page shows "image/png", "image/jpeg" and "text/plain"."""
    data: bytes = field(repr=False)
    label: int
    """Index into the report's classes, -1 where it has not just one; `predicted` too."""
    predicted: int
    probability: float
    """How sure the model was."""
    sure: bool
    """Whether that is above the threshold chosen on validation rows."""
    truth: str
    """What it is: a class, tags, or a value; `said` is what it was said to be."""
    said: str
    right: bool
    """Whether that is the same; of values, whether the truth lies within the margin."""
    beside: Beside = Beside()
    merit: float = 0.0
    """How good the answer is, as the task has it."""


@dataclass(frozen=True)
class EpochRow:
    """One pass over the training rows; losses in nats."""

    number: int
    train_loss: float
    val_loss: float
    val_merit: float


@dataclass(frozen=True)
class Curve:
    """How an arm learned, epoch by epoch, and the number of the epoch that was kept."""

    arm: str
    epochs: tuple[EpochRow, ...]
    best: int


@dataclass(frozen=True)
class StageRow:
    """One stage of the network, and how fast it learned; the rate of a frozen stage is 0."""

    name: str
    parameters: int
    learned: int
    """How many numbers learned: with low-rank changes or biases alone, not all of them."""
    rate: float
    cost: float
    """Its share of the multiply-adds of one forward pass, from 0 to 1."""

    @property
    def frozen(self) -> bool:
        """Whether nothing in it learned."""
        return self.learned == 0


@dataclass(frozen=True)
class Knows:
    """How good a linear head on the pooled features of one stage is, on rows it has not seen."""

    stage: str
    width: int
    merit: Interval


@dataclass(frozen=True)
class Learned:
    """What was trained and what was frozen, and the proof that frozen things did not move."""

    strategy: str
    backbone: str
    cut: int
    depth: int
    stages: tuple[StageRow, ...]
    tensors: int
    """How many frozen tensors there are, buffers included."""
    changed: int
    """How many of them are others in the model that was written than when they were loaded: 0, or
    the run is not worth its name."""
    sentence: str
    knows: tuple[Knows, ...] = ()
    """What each stage knows, and all of them together, where that was asked."""
    expected: Mapping[str, str] = field(default_factory=dict)
    """Frozen tensors by name, with digests of them as they were loaded."""
    ranking: tuple[Ranked, ...] = ()
    """Backbones that could have been started from, best first, where they were compared."""


@dataclass(frozen=True)
class Fact:
    """One line of a list: what the data audit found, a setting, a version."""

    section: str
    """"problems", "data", "settings", "cost", "versions", or any other heading."""
    name: str
    value: str


@dataclass(frozen=True)
class Spread:
    """How much luck is in one draw of the rows."""

    what: str
    """What the figures are of."""
    figures: tuple[float, ...]
    """Mean merits on test rows, one a draw."""

    def record(self) -> dict[str, object]:
        """As `metrics.json` has it."""
        return {"what": self.what, "figures": list(self.figures)}

    @property
    def percent_range(self) -> str:
        """The least and the greatest of them, in percent."""
        low, high = min(self.figures), max(self.figures)
        return f"{100 * low:.1f} to {high:z.1%}" if low < high else f"{high:z.1%}"


@dataclass(frozen=True, eq=False)
class Report:
    """A run, ready for a reader who has nothing else."""

    title: str
    verdict: Verdict
    scores: Scores
    spread: Spread
    arms: tuple[Arm, ...]
    classes: tuple[ClassRow, ...]
    confusion: tuple[tuple[int, ...], ...]
    """Line: the class of a test row; column: what it was taken for."""
    shown: tuple[Shown, ...]
    """As many test examples as the page should carry; whoever builds the report caps them."""
    bins: tuple[Bin, ...]
    curves: tuple[Curve, ...]
    learned: Learned
    facts: tuple[Fact, ...]
