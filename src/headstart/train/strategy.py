"""How much of the backbone learns: every strategy comes down to one number, the cut."""

from dataclasses import dataclass

from headstart.errors import UsageError
from headstart.hostile import printable


@dataclass(frozen=True)
class Probe:
    """Freeze every stage and train the head alone."""

    def __str__(self) -> str:
        return "probe"


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


Strategy = Probe | Unfreeze | Full | Scratch


def strategy_of(text: str) -> Strategy:
    """Read what the command line says.

    >>> strategy_of("unfreeze:2")
    Unfreeze(last=2)
    """
    word, _, number = text.partition(":")
    plain: dict[str, Strategy] = {"probe": Probe(), "full": Full(), "scratch": Scratch()}
    if word in plain and not number:
        return plain[word]
    if word == "unfreeze" and number.isdecimal():
        return Unfreeze(int(number))
    raise UsageError(
        "U102",
        f"there is no strategy {printable(text)!r}",
        "--strategy probe, unfreeze:N (N stages), full or scratch",
    )


def cut_of(strategy: Strategy, depth: int) -> int:
    """Where the frozen prefix ends: `depth` freezes all, 0 freezes nothing.

    >>> cut_of(Probe(), 4), cut_of(Unfreeze(last=1), 4), cut_of(Scratch(), 4)
    (4, 3, 0)
    """
    match strategy:
        case Probe():
            return depth
        case Unfreeze(last):
            return max(0, depth - last)
        case Full() | Scratch():
            return 0
