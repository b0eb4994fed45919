"""Where the files of a table lie, and what its cells may name there."""

import os
from dataclasses import dataclass
from pathlib import Path

from headstart.data.examples import InMemory, Source
from headstart.data.tables import missing
from headstart.hostile import printable


@dataclass(frozen=True)
class Shelter:
    """Where the files of a table lie."""

    folder: Path
    closed: bool = False
    """Whether the table may name only what lies in the folder: it came out of an archive."""

    def source(self, cell: object, row: int) -> Source:
        """What a cell names, or holds. Raises `OSError` for a file that is not there."""
        if isinstance(cell, dict) and isinstance(cell.get("bytes"), bytes):
            return InMemory(printable(cell.get("path") or f"row {row}"), cell["bytes"])
        if isinstance(cell, dict) and isinstance(cell.get("path"), str):
            return self.file(cell["path"])
        if not isinstance(cell, str | os.PathLike):
            return InMemory(f"row {row}", cell)
        return self.file(os.fspath(cell))

    def file(self, name: str) -> Path:
        """The file of this name, also where it is written as on Windows."""
        error: OSError = FileNotFoundError(2, "no such file")
        for spelled in dict.fromkeys((name, name.strip(), name.strip().replace("\\", "/"))):
            path = Path(os.path.normpath(self.folder / spelled))
            if self.closed and not path.is_relative_to(self.folder):
                error = PermissionError(1, "lies outside the archive")
                continue
            try:
                if path.is_file():
                    return path
            except (OSError, ValueError) as failure:
                error = failure if isinstance(failure, OSError) else error
        raise error

    def names_source(self, cell: object) -> bool:
        """Whether a cell names a file that is there, or holds a thing itself."""
        if isinstance(cell, int | float | bool) or missing(cell) or _is_plain(cell):
            return False
        try:
            self.source(cell, 0)
        except OSError:
            return False
        return True


def _is_plain(cell: object) -> bool:
    """Whether a cell is a record of facts, or a list of words: nothing that shows anything."""
    if isinstance(cell, dict):
        return not isinstance(cell.get("bytes"), bytes) and not isinstance(cell.get("path"), str)
    if not isinstance(cell, list | tuple):
        return False
    return len(cell) > 0 and all(isinstance(part, str) for part in cell)
