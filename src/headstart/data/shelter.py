"""Where the files of a table lie, and what its cells may name there."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from headstart.counting import counted
from headstart.data.examples import InMemory, Source
from headstart.data.part_names import part_in
from headstart.data.tables import missing
from headstart.hostile import printable

_MOST_FILES = 1_000_000
_DEPTH = 6
"""Folders below the table's in which files are looked for that are not where it says."""
_NO_EXAMPLES = (".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".db")
_MOST_DIGITS = 18
_LONGEST = 400
"""Characters of a path, at most."""


HEARD = frozenset({"array", "sampling_rate"})
"""Keys of a recording that `datasets` has decoded."""


class TwoFilesError(OSError):
    """A cell that names two files, and nothing says which."""


@dataclass(frozen=True)
class Shelter:
    """Where the files of a table lie."""

    folder: Path
    closed: bool = False
    """Whether the table may name only what lies in the folder: it came out of an archive."""
    part: str = ""
    """Of a table for one part: files are looked for in folders of that part first."""
    seeks: bool = True
    """Whether files are looked for in folders below, too."""
    moved: dict[str, Path] = field(default_factory=dict, compare=False)
    """Files that are not where a table says, and where they are."""

    def source(self, cell: object, row: int) -> Source:
        """What a cell names, or holds. Raises `OSError` for a file that is not there."""
        if isinstance(cell, dict) and (held := _held(cell, row)):
            return held
        if isinstance(cell, dict) and isinstance(cell.get("path"), str):
            return self.file(cell["path"])
        if isinstance(cell, bool | int | float) or not isinstance(cell, str | os.PathLike):
            return self._numbered(cell, row)
        try:
            return self.file(os.fspath(cell))
        except FileNotFoundError:
            return self._moved(os.fspath(cell))

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

    def elsewhere(self, name: str) -> Path:
        """The one file that is called so in another folder, or with an ending.

        Of several the one with the most of the path that is written, then the one in a folder of
        the table's own part. Raises `FileNotFoundError`, and `TwoFilesError` for several alike.
        """
        pieces = [piece for piece in name.strip().replace("\\", "/").split("/") if piece]
        if not (self.seeks and pieces) or len(name) > _LONGEST:
            raise FileNotFoundError(2, "no such file")
        last = pieces[-1].casefold()
        stem = Path(last).stem
        found = self._by_name.get(last) or self._by_stem.get(last) or self._by_stem.get(stem) or []
        found = found or (self._by_number.get(int(stem), []) if _is_number(stem) else [])
        if not found:
            raise FileNotFoundError(2, "no such file")
        above = [piece.casefold() for piece in reversed(pieces[:-1])]
        rank = {path: (self._alike(path, above), self._own(path)) for path in found}
        best = [path for path in found if rank[path] == max(rank.values())]
        if len(best) > 1:
            names = " and ".join(printable(path.relative_to(self.folder)) for path in best[:2])
            raise TwoFilesError(2, f"fits {len(best)} files: {names}")
        return best[0]

    def notes(self, table: str) -> tuple[str, ...]:
        """What is told of files that are not where the table says."""
        if not self.moved:
            return ()
        name, path = next(iter(self.moved.items()))
        first = f"{printable(name)} is {printable(path.relative_to(self.folder))}"
        count = f"{counted(len(self.moved), 'file is', 'files are')} not called as {table} says"
        return (
            f"{count}, and are found by what they are called without folders or ending ({first})",
        )

    def names_source(self, cell: object) -> bool:
        """Whether a cell names a file that is there, or holds a thing itself."""
        if isinstance(cell, int | float | bool) or missing(cell) or _is_plain(cell):
            return False
        try:
            self.file(os.fspath(cell)) if isinstance(cell, str | os.PathLike) else self.source(
                cell, 0
            )
        except OSError:
            return False
        return True

    def names_elsewhere(self, cell: object) -> bool:
        """Whether a cell names a file that is elsewhere, or has another ending."""
        if isinstance(cell, float | bool) or missing(cell) or not isinstance(cell, str | int):
            return False
        try:
            self.elsewhere(str(cell))
        except TwoFilesError:
            return True
        except OSError:
            return False
        return True

    def _numbered(self, cell: object, row: int) -> Source:
        """The file of a number, or the thing itself."""
        if not isinstance(cell, int) or isinstance(cell, bool):
            return InMemory(f"row {row}", _array(cell) if isinstance(cell, list | tuple) else cell)
        return self._moved(str(cell))

    def _moved(self, name: str) -> Path:
        self.moved[name] = path = self.elsewhere(name)
        return path

    @staticmethod
    def _alike(path: Path, above: list[str]) -> int:
        """How many folders above a file are called as is written."""
        own, count = [part.casefold() for part in reversed(path.parts[:-1])], 0
        while count < min(len(own), len(above)) and own[count] == above[count]:
            count += 1
        return count

    def _own(self, path: Path) -> bool:
        """Whether a file lies in a folder of the part that the table is for."""
        folders = path.relative_to(self.folder).parts[:-1]
        return bool(self.part) and any(part_in(folder) == self.part for folder in folders)

    @cached_property
    def _files(self) -> list[Path]:
        found: list[Path] = []
        for folder, inside, files in os.walk(self.folder):
            depth = len(Path(folder).relative_to(self.folder).parts)
            inside[:] = (
                [] if depth >= _DEPTH else [n for n in inside if not n.startswith((".", "__"))]
            )
            found += [
                Path(folder, name)
                for name in files
                if not name.startswith(".") and not name.casefold().endswith(_NO_EXAMPLES)
            ]
            if len(found) > _MOST_FILES:
                return []
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        named = defaultdict(list)
        for path in self._files:
            named[path.name.casefold()].append(path)
        return named

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        named = defaultdict(list)
        for path in self._files:
            named[path.stem.casefold()].append(path)
        return named

    @cached_property
    def _by_number(self) -> dict[int, list[Path]]:
        """Files that are called by numbers, by these: 0007.jpg is 7."""
        named = defaultdict(list)
        for path in self._files:
            if _is_number(path.stem):
                named[int(path.stem)].append(path)
        return named


def _held(cell: dict[str, object], row: int) -> InMemory | None:
    """What a cell of `datasets` holds itself; its path may be one of another machine."""
    if isinstance(cell.get("bytes"), bytes):
        return InMemory(printable(cell.get("path") or f"row {row}"), cell["bytes"])
    if cell.keys() >= HEARD:
        return InMemory(f"row {row}", {name: cell[name] for name in HEARD})
    return None


def _array(cell: Sequence[object]) -> object:
    """Rows of pixels as an array, as `Array3D` of `datasets` is kept; else the same lists."""
    try:
        made = np.asarray(cell)
    except ValueError:  # rows of several lengths
        return cell
    if made.dtype.kind not in "uif":
        return cell
    bytes_ = made.dtype.kind != "f" and made.size and made.min() >= 0 and made.max() <= 255
    return made.astype(np.uint8) if bytes_ else made


def _is_number(stem: str) -> bool:
    return stem.isascii() and stem.isdecimal() and len(stem) <= _MOST_DIGITS


def _is_plain(cell: object) -> bool:
    """Whether a cell is a record of facts, or a list of words or numbers: nothing to be shown."""
    if isinstance(cell, dict):
        named = isinstance(cell.get("bytes"), bytes) or isinstance(cell.get("path"), str)
        return not named and not cell.keys() >= HEARD
    if not isinstance(cell, list | tuple):
        return False
    return all(isinstance(part, str | int | float) for part in cell) or any(map(_has_words, cell))


def _has_words(part: object) -> bool:
    """Whether it holds a word or a record of facts, however deep: rows of pixels do not."""
    if isinstance(part, list | tuple):
        return any(map(_has_words, part))
    return isinstance(part, str) or (isinstance(part, dict) and _is_plain(part))
