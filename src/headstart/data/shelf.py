"""One place whose files have one label."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shelf:
    """A folder of which all files, however deep, have one label; or one file that has it."""

    folder: Path
    label: str
    part: str = ""
