"""What a model says of one thing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from headstart.errors import HeadstartError
from headstart.notebook import block, pairs
from headstart.task import FoundBox


@dataclass(frozen=True)
class Prediction:
    """The likeliest class, the tags, a value, or what is said; and how far that can be trusted."""

    label: str
    """Tags have ";" between them."""
    probabilities: dict[str, float]
    """One a class, from 0 to 1, which add up to 1; or one a tag; none with values."""
    sure: bool
    """Whether the belief in it reaches the threshold chosen on validation rows."""
    probability: float
    """What the likeliest class was given; of tags, what the least sure of them was given."""
    value: float | None = None
    low: float | None = None
    """With `high` the interval that holds 95% of values like this one."""
    high: float | None = None
    familiar: float | None = None
    """The share of examples like those it learned from that lie as far from them as this one, or
    farther; at 0.05 or less it is unlike most of what it learned from. None where unknown."""
    boxes: tuple[FoundBox, ...] | None = None
    """What is said to be on a picture, likeliest first; None where no boxes were learned."""
    error: str = ""
    """Why there is no answer, where one of several things could not be read; else empty."""

    def _repr_html_(self) -> str:
        if self.error:
            return block(self.error)
        doubt = "sure" if self.sure else "not sure"
        bounds = "" if self.value is None else f"{self.low:.6g} to {self.high:.6g}"
        shown = [("class", "probability"), *pairs(self.probabilities)]
        return block(self.label, [bounds or doubt], shown if self.probabilities else ())


WAITING = Prediction("", {}, sure=False, probability=0.0)
"""Stands where an answer will be."""


def joined(parts: Sequence[Prediction]) -> Prediction:
    """What is said in the parts of one recording, one behind the other."""
    if len(parts) == 1:
        return parts[0]
    sure = sum(part.probability for part in parts) / len(parts)
    words = " ".join(part.label for part in parts if part.label)
    return Prediction(words, {}, all(part.sure for part in parts), sure)


def unanswered(error: HeadstartError) -> Prediction:
    """In the place of an answer about a thing that can't be read."""
    return replace(WAITING, error=error.line)


def record_of(name: str, said: Prediction | HeadstartError) -> dict[str, Any]:
    """What `predict --json` and the server say of one thing: its fields, or the error's.

    >>> record_of("a.png", HeadstartError("D122", "the file stops", "copy it"))["error"]["fix"]
    'copy it'
    """
    if isinstance(said, HeadstartError):
        return {"file": name, "label": None, "error": said.record()}
    return {"file": name, **asdict(said), "error": None}
