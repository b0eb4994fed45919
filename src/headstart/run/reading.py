"""What a finished run has to show."""

import json
from pathlib import Path

from headstart.errors import UsageError
from headstart.hostile import printable
from headstart.run.folder import METRICS
from headstart.run.journey import Run


def report(path: Path | str) -> Run:
    """The run in a folder. Raises `UsageError` where there is none, or it has not ended."""
    folder = Path(path)
    try:
        return Run(folder, json.loads((folder / METRICS).read_bytes()))
    except (OSError, ValueError) as error:
        started = (folder / "run.json").exists()
        raise UsageError(
            "U110",
            "this run has not ended" if started else "there is no run in this folder",
            "give the command that started it again" if started else "headstart train PATH",
            where=printable(folder),
        ) from error
