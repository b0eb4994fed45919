"""What is known of a model before it has seen the data: how it did on other data.

A small table ships with the package, derived from published results (its sources are in it, the
command that made it is `python -m benchmarks prior`). Past runs of this user add to it; they are
kept in the cache and go nowhere.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from headstart import durable

TABLE = "prior.json"
PAST, TRAINED = "past.jsonl", "trained.jsonl"
Line = TypeVar("Line", "Past", "Trained")
PUBLISHED, OWN = "published", "own runs"


@dataclass(frozen=True)
class Prior:
    """A mean over other data sets, in points of accuracy above ResNet-50; of networks for texts,
    above BERT.
    """  # noqa: D205 - one sentence

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
    """Above ResNet-50 (BERT), by way of a model with a published mean that ran there too."""


@dataclass(frozen=True)
class Trained:
    """How a model did on a test, once it was trained."""

    data: str
    """Names the data set's content."""
    model: str
    architecture: str
    points: float
    """Accuracy, from 0 to 100."""


def prior_of(architecture: str, model: str, past: Sequence[Past] = ()) -> Prior | None:
    """The published mean of an architecture, else the mean of past runs of this model, else None.

    Only for models that learned elsewhere: random weights have no prior.
    """
    published = _published().get(architecture.partition(".")[0])
    own = [one.points for one in past if one.model == model]
    return published or (Prior(sum(own) / len(own), len(own), OWN) if own else None)


def remembered(cache: Path, besides: str) -> tuple[Past, ...]:
    """Past rankings and runs on other data than this; of the same model on the same data, the run.

    Runs of several models on the same data tell how far apart these are; where one of them has a
    published mean, also how far above ResNet-50 or BERT.
    """
    ranked = {(past.data, past.model): past for past in map(_past, _lines(cache / PAST)) if past}
    known = ranked | {(past.data, past.model): past for past in _anchored(cache / TRAINED)}
    return tuple(past for past in known.values() if past.data != besides)


def remember(cache: Path, seen: tuple[Past, ...]) -> None:
    """Add what was seen; of the same model on the same data the last counts."""
    before = (past for past in map(_past, _lines(cache / PAST)) if past)
    known = {(past.data, past.model): past for past in (*before, *seen)}
    _write(cache / PAST, known.values())


def remember_run(cache: Path, run: Trained) -> None:
    """Add a run that ended; of the same model on the same data the last counts."""
    before = (one for one in map(_trained, _lines(cache / TRAINED)) if one)
    known = {(one.data, one.model): one for one in (*before, run)}
    _write(cache / TRAINED, known.values())


def _anchored(path: Path) -> Iterator[Past]:
    """Runs on data that a model with a published mean was trained on, too."""
    sets = defaultdict[str, list[Trained]](list)
    for one in filter(None, map(_trained, _lines(path))):
        sets[one.data].append(one)
    for data, runs in sets.items():
        means = [(prior_of(run.architecture, run.model), run.points) for run in runs]
        shifts = [prior.points - points for prior, points in means if prior]
        if shifts:
            shift = sum(shifts) / len(shifts)
            yield from (Past(data, run.model, round(run.points + shift, 2)) for run in runs)


def _published() -> dict[str, Prior]:
    table = json.loads(files("headstart.advise").joinpath(TABLE).read_text())
    rows = table["models"].items()
    return {name: Prior(row["points"], row["sets"], PUBLISHED) for name, row in rows}


def _write(path: Path, records: Iterable[Past | Trained]) -> None:
    durable.write(path, "".join(durable.to_json(asdict(record)) + "\n" for record in records))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _past(line: str) -> Past | None:
    try:
        return _typed(Past(**json.loads(line)))
    except (ValueError, TypeError):  # a line that somebody cut short
        return None


def _trained(line: str) -> Trained | None:
    try:
        return _typed(Trained(**json.loads(line)))
    except (ValueError, TypeError):
        return None


def _typed(record: Line) -> Line:
    """As it is. Raises `TypeError` for words where numbers belong, and the like."""
    for name, value in asdict(record).items():
        if not isinstance(value, float | int if name == "points" else str):
            raise TypeError(name)
    return record
