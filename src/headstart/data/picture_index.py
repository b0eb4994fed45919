"""Files of a place, and its pictures by what annotations call them."""

import contextlib
import os
import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from headstart.data.listing import holds_runs, inside_of
from headstart.data.natural_order import in_natural_order
from headstart.data.packed import Files, Paths
from headstart.data.records import natural
from headstart.errors import DataError

PICTURES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
)
"""Extensions of files that are pictures."""
_DEEPEST = 12
_FILES = 5_000_000
_UPLOADED = re.compile(r"[0-9a-f]{8}-(?=.)")


def files_below(root: Path) -> Paths:
    """All files below a folder in natural order, each folder once, without litter."""
    files, found, seen = Files(), array("I"), set[tuple[int, int]]()
    waiting = [root]
    while waiting and len(files) <= _FILES:
        place, start, inside = waiting.pop(), len(files), list[str]()
        with contextlib.suppress(OSError, DataError):  # told by whoever needs it
            about, folder = place.stat(), files.folder(str(place))
            if (about.st_dev, about.st_ino) in seen:
                continue
            seen.add((about.st_dev, about.st_ino))
            for name, is_folder in inside_of(place):
                if is_folder:
                    inside.append(name)
                else:
                    files.add(folder, name)
        found.extend(in_natural_order(array("I", range(start, len(files))), files.name))
        if len(place.parts) - len(root.parts) < _DEEPEST:
            below = [place / name for name in sorted(inside, key=natural, reverse=True)]
            waiting += [folder for folder in below if not holds_runs(folder)]
    return Paths(files, found)


@dataclass(frozen=True, eq=False)
class PictureIndex:
    """The pictures of a place, to be found by what annotations call them."""

    root: Path
    pictures: tuple[Path, ...]

    @classmethod
    def of(cls, root: Path, files: Sequence[Path]) -> "PictureIndex":
        """Of the pictures among these files."""
        return cls(root, tuple(p for p in files if p.suffix.casefold() in PICTURES))

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        return by_name(self.pictures)

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        return by_name(self.pictures, stem=True)

    def find(self, name: str, beside: Path) -> Path | str:
        """The picture that is called so in an annotation of this folder; else why there is none.

        Paths of other machines are found by their ends. Nothing but what lies below the root is
        ever found.
        """
        parts = [
            part for part in name.strip().replace("\\", "/").split("/") if part not in ("", ".")
        ]
        if not parts:
            return "and it has no name"
        *above, last = parts
        same = self._by_name.get(plain(last), [])
        own = _UPLOADED.sub("", last)
        if not same and own != last:  # Label Studio puts this before names of what it was given
            same, parts = self._by_name.get(plain(own), []), [*above, own]
        return self._nearest(same, parts, beside)

    def with_stem(self, stem: str, beside: Path) -> Path | str:
        """The picture whose name without its extension is this one."""
        return self._nearest(self._by_stem.get(plain(stem), []), [stem], beside)

    def _nearest(self, same: Sequence[Path], parts: Sequence[str], beside: Path) -> Path | str:
        """Of pictures of one name, the one whose folders fit best."""
        found = nearest(same, parts, beside)
        return f"and {len(same):,} pictures are called so" if found is None else found


def by_name(files: Sequence[Path], *, stem: bool = False) -> dict[str, list[Path]]:
    """Files by their names, or these without their extension, as `plain` spells them."""
    found: dict[str, list[Path]] = {}
    for path in files:
        found.setdefault(plain(path.stem if stem else path.name), []).append(path)
    return found


def plain(name: str) -> str:
    """A name without differences of case, or of how accents are written (NFD on a Mac)."""
    return unicodedata.normalize("NFC", name).casefold()


def nearest(same: Sequence[Path], parts: Sequence[str], beside: Path) -> Path | Literal[""] | None:
    """Of files of one name, the one whose folders fit best; empty of none, None of several."""
    if len(same) < 2:
        return same[0] if same else ""
    exact = Path(os.path.normpath(beside.joinpath(*parts)))
    if exact in same:
        return exact
    fit = [(_common(path.parts, parts), _shared(path, beside), path) for path in same]
    best = max(key[:2] for key in fit)
    first = [path for *key, path in fit if tuple(key) == best]
    return first[0] if len(first) == 1 else None


def _common(path: Sequence[str], parts: Sequence[str]) -> int:
    """How many names two paths have in common, counted from their ends."""
    count = 0
    for one, other in zip(reversed(path), reversed(parts), strict=False):
        if one.casefold() != other.casefold() and count:
            break
        count += 1
    return count


def _shared(path: Path, beside: Path) -> int:
    """How many folders two paths have in common, counted from the root."""
    return len(Path(os.path.commonpath([path, beside])).parts)
