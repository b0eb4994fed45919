"""How a command shows what it found: lines for people, or one JSON document for programs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headstart import summaries, terminal


def run_ended(path: Path, metrics: Mapping[str, Any], *, json: bool) -> None:
    """Show what a run found and where it lies."""
    if json:
        paths = {"path": os.fspath(path), "report": os.fspath(path / "report.html")}
        terminal.document({**paths, **metrics})
    else:
        terminal.show(summaries.ended(path, metrics))
