"""What a run found, as the page tells it."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from headstart.errors import UsageError
from headstart.hostile import printable
from headstart.run.folder import METRICS, Request
from headstart.run.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """How often the model was right on what it had not seen, and what that is worth."""

    run: str
    """The folder's name."""
    right: int
    of: int
    low: float
    high: float
    word: str
    """Of the verdict: helps, hurts or no evidence."""
    sentence: str
    cautions: tuple[str, ...]
    figure: str
    """What was measured, as `metrics.json` names it; rows are right or not by "accuracy" alone."""
    value: float
    seconds: float
    """Of the processor."""
    next: tuple[Mapping[str, str], ...] = ()
    """What would help: what, why, its command and what it may bring."""


def outcome_of(run: Path) -> Outcome | None:
    """What the figures of a run say; None where it has not ended, or is damaged."""
    try:
        told = json.loads((run / METRICS).read_bytes())
        return _outcome(run, told)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _outcome(run: Path, told: Mapping[str, Any]) -> Outcome:
    found, verdict = told["test"][told["figure"]], told["verdict"]
    count = int(told["n"]["tested"] if told["folds"] > 1 else told["n"]["test"])
    return Outcome(
        printable(run.name),
        round(float(found["value"]) * count),
        count,
        float(found["low"]),
        float(found["high"]),
        str(verdict["word"]),
        printable(verdict.get("sentence", ""), 1000),
        tuple(printable(line, 1000) for line in verdict.get("cautions", ())),
        str(told["figure"]),
        float(found["value"]),
        float(told["cost"].get("cpu_s", 0.0)),
        tuple(_plain(step) for step in told.get("next", ())),
    )


def _plain(step: Mapping[str, Any]) -> dict[str, str]:
    names = ("what", "why", "command", "gain")
    return {name: printable(step.get(name, ""), 1000) for name in names}


def record_of(outcome: Outcome) -> dict[str, object]:
    """As JSON has it."""
    return asdict(outcome)


def last_run(place: Path, asked: Mapping[str, str | int] = MappingProxyType({})) -> Path | None:
    """The run that ended last of what `headstart train PLACE` with these options asks for.

    Whoever asked; None where there is none.
    """
    where = os.fspath(place.resolve())
    try:
        digest = Settings.of(**asked).digest(where)
    except UsageError:
        return None
    request = Request(None, Path(where).stem, digest, where)
    ended = [run for run in request.places if (run / METRICS).exists()]
    return max(ended, key=lambda run: (run / METRICS).stat().st_mtime_ns, default=None)
