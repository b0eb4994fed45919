"""Whether an exported file answers as the model does, on real files."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float

from headstart.data import Source, name_of
from headstart.errors import BackboneError
from headstart.events import Tell, quiet, track
from headstart.model import Model
from headstart.share.end_to_end import Feed

TOLERANCE = 1e-4
"""Largest difference of a probability that rounding explains; of values, in units of their
spread."""
Answers = Callable[[Feed], Float[np.ndarray, "n c"]]


@dataclass(frozen=True)
class Parity:
    """How alike the answers of a model and of its exported file are."""

    rows: int
    largest: float
    """Largest difference of a probability."""
    same: int
    """Rows with the same answer."""
    runtime: str
    """In which the file ran, with its version."""

    def record(self) -> dict[str, object]:
        """As JSON has it."""
        return asdict(self)

    @property
    def holds(self) -> bool:
        """Whether the file may be written."""
        return self.same == self.rows and self.largest <= TOLERANCE

    def table(self, unit: str) -> list[tuple[str, str, str]]:
        """Figures, what was found, and what is allowed."""
        return [
            (f"largest difference, {unit}", f"{self.largest:.1e}", f"{TOLERANCE:g}"),
            ("rows with the same answer", f"{self.same:,} of {self.rows:,}", "all"),
        ]

    @property
    def text(self) -> str:
        """In a line."""
        return (
            f"{self.same:,} of {self.rows:,} test rows get the same answer in {self.runtime}; "
            f"probabilities differ by {self.largest:.1e} at most"
        )


def parity_of(
    model: Model,
    file: Answers,
    feeds: Callable[[Source], Sequence[Feed]],
    sources: Sequence[Source],
    runtime: str,
    tell: Tell = quiet,
) -> Parity:
    """Ask both about every source, each through its own reader of files."""
    largest, same = 0.0, 0
    unit = float(model.task.record().get("spread", 1.0)) if model.task.numeric else 1.0
    for source in track(tell, f"comparing with {runtime}", sources, len(sources)):
        expected = model.answers([source])[0]
        found = np.concatenate([file(feed) for feed in feeds(source)]).mean(axis=0)
        moved = float(np.abs(found - expected).max()) / unit
        largest = max(largest, moved if np.isfinite(moved) else np.inf)
        same += model.task.numeric or model.task.text(found) == model.task.text(expected)
    return Parity(len(sources), largest, same, runtime)


def need_parity(parity: Parity, sources: Sequence[Source]) -> None:
    """Raise `BackboneError` where the file does not answer as the model does."""
    if parity.holds:
        return
    raise BackboneError(
        "M704",
        "the exported file does not answer as the model does; nothing was written",
        "headstart predict RUN, or train with another --backbone",
        where=f"{parity.rows:,} test rows, {name_of(sources[0])} first" if sources else "",
        why=f"{parity.text}; allowed: {', '.join(most for _, _, most in parity.table(''))}",
    )
