"""The folder that a run leaves, and how the same command finds it again."""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.errors import ResourceError, UsageError
from headstart.hostile import file_name, printable

RUN, METRICS, EVENTS = "run.json", "metrics.json", "events.jsonl"
_WORK = ".work"


@dataclass(frozen=True)
class Folder:
    """Where one run writes. It is finished once `metrics.json` is there: that is written last."""

    path: Path
    asked: str
    """Digest of what was asked for: place and settings."""

    def finished_with(self, data: str) -> bool:
        """Whether the run ended, on this data. Raises `UsageError` where it was other data."""
        if not self.finished:
            return False
        if _record(self.path).get("data", {}).get("digest") != data:
            raise UsageError(
                "U109",
                "the data is not what it was when this run ended",
                "choose another folder: --out FOLDER",
                where=printable(self.path),
            )
        return True

    @property
    def finished(self) -> bool:
        """Whether a run ended here, whatever its data were."""
        return (self.path / METRICS).exists()

    def start(self, **record: object) -> None:
        """Write down what is about to happen, with everything resolved."""
        told = json.loads(json.dumps({"asked": self.asked, **record}, default=str))
        durable.write(self.path / RUN, durable.to_json(told, indent=1))

    def work(self, data: str) -> Path:
        """Where checkpoints are kept until the end; other data, another folder."""
        place = self.path / _WORK / data
        place.mkdir(parents=True, exist_ok=True)
        durable.sweep(place)
        return place

    def clear(self) -> None:
        """Throw away what only an unfinished run needs."""
        shutil.rmtree(self.path / _WORK, ignore_errors=True)
        durable.sweep(self.path)


def opened(out: Path | None, name: str, asked: str) -> Folder:
    """The folder asked for; else the unfinished run that was asked for the same; else a new one.

    Raises `UsageError` where `out` holds anything else, `ResourceError` where it can't be made.
    """
    path = out or _unfinished(name, asked) or _unused(name)
    if path.exists() and any(path.iterdir()) and _asked(path) != asked:
        raise UsageError(
            "U108",
            "there is something else in this folder already",
            "choose another folder: --out FOLDER",
            where=printable(path),
            why="it is no run" if _asked(path) is None else "it is a run with other settings",
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
        durable.sweep(path)
        if _asked(path) is None:
            durable.write(path / RUN, durable.to_json({"asked": asked}))
    except OSError as error:
        raise ResourceError(
            "R301",
            "cannot write to the run's folder",
            "choose a folder you may write to: --out FOLDER",
            where=printable(path),
            why=os.strerror(error.errno or 0),
        ) from error
    return Folder(path, asked)


def _unfinished(name: str, asked: str) -> Path | None:
    runs = sorted(Path("runs").glob(f"*_{file_name(name)}*"))
    waiting = [run for run in runs if _asked(run) == asked and not (run / METRICS).exists()]
    return waiting[-1] if waiting else None


def _unused(name: str) -> Path:
    stem = f"{date.today().isoformat()}_{file_name(name)}"
    taken = {path.name for path in Path("runs").glob(f"{stem}*")}
    numbered = (f"{stem}-{n}" for n in range(2, len(taken) + 3))
    return Path("runs") / next(n for n in (stem, *numbered) if n not in taken)


def _record(path: Path) -> dict[str, Any]:
    """What `run.json` holds; nothing where it is no run."""
    try:
        record = json.loads((path / RUN).read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _asked(path: Path) -> str | None:
    """What a folder's run was asked for; None where it is no run."""
    asked = _record(path).get("asked")
    return asked if isinstance(asked, str) else None
