"""What can be asked of boxes that are found, before anything heavy is imported."""

from dataclasses import dataclass
from pathlib import Path

from headstart.errors import UsageError
from headstart.hostile import printable
from headstart.options import option

LEAST_TILE = 32
"""Pixels a side of a tile, at least."""


@dataclass(frozen=True)
class BoxSettings:
    """Where boxes go beside the answers, and how they are looked for."""

    draw: str = option("", "write the pictures there, with their boxes; a new folder", "DIR")
    yolo: str = option("", "write the boxes there as YOLO's labels; a new folder", "DIR")
    tiles: int = option(
        0, "look in overlapping squares of so many pixels a side, too: for large pictures", "PX"
    )

    def __post_init__(self) -> None:
        if self.tiles and self.tiles < LEAST_TILE:
            raise UsageError(
                "U342", f"tiles of {self.tiles} pixels hold nothing", f"--tiles {LEAST_TILE * 10}"
            )
        for name in filter(None, (self.draw, self.yolo)):
            _need_empty(Path(name))
        if self.draw and self.yolo and Path(self.draw).resolve() == Path(self.yolo).resolve():
            raise UsageError(
                "U343", "--draw and --yolo name the same folder", "name two new folders"
            )

    def flags(self) -> list[str]:
        """Those that were given."""
        return [f"--{name}" for name in ("draw", "yolo", "tiles") if getattr(self, name)]


PLAIN = BoxSettings()
"""Nothing is asked."""


def _need_empty(folder: Path) -> None:
    """Raise `UsageError` for a folder that holds anything, or a file: nobody's files are replaced.

    A folder that is missing is fine.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "U340",
            f"{printable(folder.name)} is there already, and not empty",
            "name a new folder",
            where=printable(folder),
            why="files that lie there could be your own",
        )
