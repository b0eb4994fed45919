"""What is known of a model before it has seen the data: how it did on other data.

A small table ships with the package, derived from published results (its sources are in it, the
command that made it is `python -m benchmarks prior`). Past runs of this user add to it; they are
kept in the cache and go nowhere.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from headstart import durable

TABLE = "prior.json"
PAST = "past.jsonl"
PUBLISHED, OWN = "published", "own runs"


@dataclass(frozen=True)
class Prior:
    """A mean over other data sets, in points of accuracy above ResNet-50."""

    points: float
    sets: int
    """How many data sets it is a mean of."""
    source: str
    """ "published" or "own runs"."""


@dataclass(frozen=True)
class Past:
    """How a model did once, on one data set."""

    data: str
    """Names the data set's content."""
    model: str
    points: float
    """Above ResNet-50, by way of a model with a published mean that ran there too."""


def prior_of(architecture: str, model: str, past: Sequence[Past] = ()) -> Prior | None:
    """The published mean of an architecture, else the mean of past runs of this model, else None.

    Only for models that learned elsewhere: random weights have no prior.
    """
    published = _published().get(architecture.partition(".")[0])
    own = [one.points for one in past if one.model == model]
    return published or (Prior(sum(own) / len(own), len(own), OWN) if own else None)


def remembered(cache: Path, besides: str) -> tuple[Past, ...]:
    """Past runs on other data than this."""
    return tuple(past for past in _read(cache / PAST) if past.data != besides)


def remember(cache: Path, seen: tuple[Past, ...]) -> None:
    """Add what was seen; of the same model on the same data the last counts."""
    known = {(past.data, past.model): past for past in (*_read(cache / PAST), *seen)}
    lines = (json.dumps(asdict(past)) + "\n" for past in known.values())
    durable.write(cache / PAST, "".join(lines))


def _published() -> dict[str, Prior]:
    table = json.loads(files("headstart.advise").joinpath(TABLE).read_text())
    rows = table["models"].items()
    return {name: Prior(row["points"], row["sets"], PUBLISHED) for name, row in rows}


def _read(path: Path) -> Iterator[Past]:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield Past(**json.loads(line))
        except (ValueError, TypeError):  # a line that somebody cut short
            continue
