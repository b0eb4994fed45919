"""The runs below a folder, one line each."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from headstart.errors import HeadstartError, UsageError
from headstart.hostile import printable
from headstart.run.folder import METRICS, RUN
from headstart.run.reading import report
from headstart.untrusted import record_in

DEEP = 2
"""Folders below the one asked about that are looked into: a sweep's cells lie in its own."""


@dataclass(frozen=True)
class RunLine:
    """One line of the list of runs."""

    path: str
    data: str
    """The place of its data; empty for data in memory."""
    backbone: str
    strategy: str
    ended: bool
    task: str = ""
    figure: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: str = ""
    cpu_s: float | None = None

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def runs_in(folder: Path | str = "runs") -> tuple[RunLine, ...]:
    """Every run in a folder and two below it, by name; one that has not ended is among them.

    Raises `UsageError` where there is no such folder.
    """
    place = Path(folder)
    if not place.is_dir():
        raise UsageError(
            "U247", "there is no such folder", "headstart train PATH makes a run",
            where=printable(place),
        )  # fmt: skip
    patterns = ["/".join(["*"] * depth + [RUN]) for depth in range(DEEP + 1)]
    found = sorted({file.parent for pattern in patterns for file in place.glob(pattern)})
    return tuple(_line(path) for path in found)


def _line(path: Path) -> RunLine:
    try:
        asked = record_in(path / RUN)
    except (OSError, ValueError, HeadstartError):
        asked = {}
    backbone, settings = asked.get("backbone"), asked.get("settings")
    name = backbone.get("name", "") if isinstance(backbone, dict) else ""
    strategy = settings.get("strategy", "") if isinstance(settings, dict) else ""
    data = str(asked.get("place", ""))
    begun = RunLine(str(path), data, str(name), str(strategy), ended=False)
    return _ended(begun, path) if (path / METRICS).exists() else begun


def _ended(begun: RunLine, path: Path) -> RunLine:
    """The line with its figures; where these can't be read, as of an unfinished run."""
    try:
        found = report(path).metrics
        figure, test = str(found["figure"]), found["test"][found["figure"]]
        bounds = (float(test["value"]), float(test["low"]), float(test["high"]))
        told = (str(found["task"]), figure, *bounds, str(found["verdict"]["word"]))
        chosen, cpu = str(found["chosen"]), float(found["cost"]["cpu_s"])
    except (KeyError, TypeError, ValueError, HeadstartError):
        return begun
    return RunLine(begun.path, begun.data, begun.backbone, chosen, True, *told, cpu)
