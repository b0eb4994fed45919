"""How much of the backbone learns: every strategy comes down to one number, the cut."""

import difflib
import math
from dataclasses import dataclass

from headstart.errors import UsageError
from headstart.hostile import printable


@dataclass(frozen=True)
class Probe:
    """Freeze every stage and train the head alone: on the last one, or on what all of them give."""

    every_stage: bool = False

    def __str__(self) -> str:
        return "probe:all" if self.every_stage else "probe"


@dataclass(frozen=True)
class Unfreeze:
    """Train the head and the last few stages."""

    last: int

    def __post_init__(self) -> None:
        if self.last < 1:
            raise UsageError("U101", f"unfreeze:{self.last} trains no stage", "--strategy probe")

    def __str__(self) -> str:
        return f"unfreeze:{self.last}"


@dataclass(frozen=True)
class Full:
    """Train every stage, from the pretrained weights."""

    def __str__(self) -> str:
        return "full"


@dataclass(frozen=True)
class Scratch:
    """Train every stage, from fresh weights: the yardstick for the others."""

    def __str__(self) -> str:
        return "scratch"


@dataclass(frozen=True)
class Gradual:
    """Train every stage in the end: the last at once, each one before it a little later.

    All learn from half of the epochs on (Howard and Ruder 2018).
    """

    def __str__(self) -> str:
        return "gradual"


@dataclass(frozen=True)
class LowRank:
    """Train thin matrices whose product is added to the weights (LoRA: Hu et al. 2022)."""

    rank: int | None = None
    """None grows with the number of rows: see `suited`."""

    def __post_init__(self) -> None:
        if self.rank is not None and self.rank < 1:
            raise UsageError("U119", f"lora:{self.rank} trains nothing", "--strategy lora:8")

    def __str__(self) -> str:
        return "lora" if self.rank is None else f"lora:{self.rank}"

    def suited(self, rows: int) -> int:
        """The rank: as asked, else 4 up to 1,000 rows, doubled with every four times as many, at
        most 64.

        >>> [LowRank().suited(n) for n in (100, 1000, 4000, 10_000, 10**7)], LowRank(3).suited(9)
        ([4, 4, 8, 16, 64], 3)
        """  # noqa: D205 - one sentence
        doublings = max(0, math.ceil(math.log(max(1, rows) / 1000, 4)))
        return self.rank or min(64, 4 * 2**doublings)


@dataclass(frozen=True)
class BitFit:
    """Train the biases of every stage (Ben Zaken et al. 2022)."""

    def __str__(self) -> str:
        return "bitfit"


@dataclass(frozen=True)
class Ulmfit:
    """Tell the next token of the target's texts first, then as `Gradual`, with falling rates.

    For recurrent networks (Howard and Ruder 2018).
    """

    def __str__(self) -> str:
        return "ulmfit"


@dataclass(frozen=True)
class Contrast:
    """Draw rows of one class together, by pairs, then fit a head: for few examples of a class.

    The way of SetFit (Tunstall et al. 2022).
    """

    def __str__(self) -> str:
        return "contrast"


Strategy = Probe | Unfreeze | Full | Gradual | Ulmfit | Contrast | LowRank | BitFit | Scratch


def strategy_of(text: str) -> Strategy:
    """Read what the command line says.

    >>> strategy_of("unfreeze:2")
    Unfreeze(last=2)
    """
    word, _, number = text.partition(":")
    every: tuple[Strategy, ...] = (
        Probe(),
        Probe(every_stage=True),
        Full(),
        Gradual(),
        Ulmfit(),
        Contrast(),
        LowRank(),
        BitFit(),
        Scratch(),
    )
    plain = {str(strategy): strategy for strategy in every}
    numbered: dict[str, type[Unfreeze | LowRank]] = {"unfreeze": Unfreeze, "lora": LowRank}
    if text in plain:
        return plain[text]
    if word in numbered and number.isdecimal():
        return numbered[word](int(number))
    known = "probe, probe:all, unfreeze:N, full, gradual, ulmfit, contrast, lora, bitfit"
    close = difflib.get_close_matches(word.casefold(), [*plain, *numbered], n=1)
    nearest = f"{close[0]}:2" if close and close[0] == "unfreeze" else "".join(close)
    raise UsageError(
        "U102",
        f"there is no strategy {printable(text)!r}",
        f"--strategy {nearest or known}",
        why=f"it is one of {known}" if nearest else "",
    )


def cut_of(strategy: Strategy, depth: int, learning: int = 0) -> int:
    """Where the frozen prefix ends: `depth` freezes all, 0 freezes nothing; the last `learning`
    stages learn whatever the strategy.

    >>> cut_of(Probe(), 4), cut_of(Unfreeze(last=1), 4), cut_of(Scratch(), 4)
    (4, 3, 0)
    """  # noqa: D205 - one sentence
    match strategy:
        case Probe():
            return depth - learning
        case Unfreeze(last):
            return max(0, depth - max(last, learning))
        case _:
            return 0
