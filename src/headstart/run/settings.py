"""What a run was asked for: every option of `headstart train` is one field here."""

import hashlib
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from headstart.data import Columns
from headstart.errors import UsageError
from headstart.head import HEADS
from headstart.hostile import printable
from headstart.run.quantities import seconds
from headstart.train import Strategy, strategy_of

AUTO = "auto"


@dataclass(frozen=True)
class Given:
    """What a backbone is given, where that differs from what it was made for."""

    size: int = 0
    """Side of the pictures in pixels; 0 for what the backbone was made for."""
    channels: int = 0
    """3 for colors, 1 for grays, or any number of bands; 0 for what the backbone was made for."""
    prefix: str = ""
    """Stands before every text that is read: "query: ", "translate English to German: "; empty for
    the one that the backbone was trained with, where that is known."""
    languages: str = ""
    """Codes of the languages that are read and written, "en_XX,de_DE", for networks that mark texts
    with them; empty for what the tokenizer was saved with."""


@dataclass(frozen=True)
class Settings:
    """All that decides what a run computes, besides the data itself."""

    backbone: str = AUTO
    """A backbone's name, a folder with one, NAME=FILE, "shipped", several with commas between them
    (the first that `rank` gives is taken), or "auto": of pictures the first that `rank` gives of
    those on this machine, of texts and recordings the usual one."""
    weights: str = ""
    """A safetensors file, "random", or empty: the weights that come with the name."""
    given: Given = Given()
    """What the backbone is given, where that differs from what it was made for; its fields are
    options like the others."""
    strategy: str = AUTO
    """auto, probe, unfreeze:N, full, gradual, ulmfit, contrast, lora, lora:RANK, bitfit
    or scratch."""
    head: str = ""
    """How the output layer of a probe is fitted: logistic, ridge or lda; empty for the one
    of the first two that loses least on unseen rows; tags have the first, values the second."""
    compare: tuple[str, ...] = ()
    """Further arms: "scratch"."""
    seed: int = 0
    """Divides the rows, orders them and draws fresh weights."""
    test_size: float = 0.2
    """Share of the rows that is looked at once, at the end."""
    folds: int = 0
    """In how many folds every example is tested once; 1 for one part for the test; 0 for what suits
    the data: folds where examples or groups are few and nothing but heads is fitted."""
    columns: Columns = field(default_factory=Columns)
    """Which columns of a table say what; its fields are options like the others."""
    budget: str = "10m"
    """What "auto" may spend on training beyond probes, in CPU time of this machine."""
    offline: bool = False
    """Never ask the network."""

    def __post_init__(self) -> None:
        seconds(self.budget)
        if self.strategy != AUTO:
            strategy_of(self.strategy)
        if not 0 < self.test_size < 1:
            raise UsageError(
                "U105", f"--test-size {self.test_size} is not between 0 and 1", "--test-size 0.2"
            )
        if self.head and self.head not in HEADS:
            known = " or ".join(HEADS)
            raise UsageError(
                "U112",
                f"there is no head {printable(self.head)!r}",
                "--head logistic",
                why=f"it is one of {known}",
            )
        if self.folds < 0:
            raise UsageError("U135", f"--folds {self.folds} is no number of folds", "--folds 5")
        wrong = [arm for arm in self.compare if arm != "scratch"]
        if wrong:
            raise UsageError("U106", f"cannot compare with {wrong[0]!r}", "--compare scratch")

    @classmethod
    def of(cls, **options: Any) -> "Settings":
        """From keyword options. Raises `UsageError` for one that is not a field."""
        columns, given_as = ({f.name for f in fields(noun)} for noun in (Columns, Given))
        known = {f.name for f in fields(cls)} - {"columns", "given"} | columns | given_as
        refuse_unknown(options, known)
        plain: dict[str, Any] = {
            k: str(v) if isinstance(v, Path) else v for k, v in options.items()
        }
        compare = plain.get("compare", ())
        plain["compare"] = (compare,) if isinstance(compare, str) else tuple(compare)
        given = {name: value for name, value in plain.items() if value is not None}
        named = Columns(**{name: given.pop(name) for name in columns & given.keys()})
        contract = Given(**{name: given.pop(name) for name in given_as & given.keys()})
        return cls(columns=named, given=contract, **given)

    @property
    def plan(self) -> Strategy | None:
        """The strategy as a noun; None where it follows from the data."""
        return None if self.strategy == AUTO else strategy_of(self.strategy)

    def digest(self, place: str) -> str:
        """Equal for runs that were asked for the same, of data at the same place (16 digits)."""
        text = json.dumps([place, asdict(self)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def refuse_unknown(options: Iterable[str], known: Collection[str]) -> None:
    """Raise `UsageError` for an option that nobody knows."""
    wrong = [name for name in options if name not in known]
    if wrong:
        raise UsageError(
            "U107",
            f"there is no option {wrong[0]!r}",
            f"options are {', '.join(sorted(known))}",
        )


def cache_root(cache: Path | None) -> Path:
    """Where feature tables are kept: as asked, else HEADSTART_CACHE, else the user's cache."""
    named = cache or os.environ.get("HEADSTART_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "headstart"
