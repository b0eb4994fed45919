"""One pass over folders, which keeps of each file little more than its name."""

import os
import re
import stat
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from sys import intern

from headstart.data.encodings import TEXT_FILES, are_texts
from headstart.data.extensions import NO_MEDIA
from headstart.data.listing import is_junk
from headstart.data.natural_order import in_natural_order
from headstart.data.packed import Files, Inodes, Paths, Words
from headstart.data.problem import Problem
from headstart.data.records import Rows
from headstart.data.shelf import Shelf
from headstart.hostile import printable

_BURST = re.compile(r"burst-([0-9a-f]{8})-[0-9]+\.[A-Za-z0-9]+")


def burst_of(name: str) -> str:
    """What pictures or clips of one recording have in common in their names; empty for others.

    >>> burst_of("burst-0a1b2c3d-007.jpg"), burst_of("burst-7.jpg")
    ('burst-0a1b2c3d', '')
    """
    found = _BURST.fullmatch(name)
    return intern(f"burst-{found[1]}") if found else ""


@dataclass(frozen=True, eq=False)
class _Way:
    """What lies ahead on a walk, and what was met: needed until it ends."""

    shelves: int
    """The first of all files are these, whatever they are called."""
    inside: deque[int] = field(default_factory=deque)
    """Folders to be listed."""
    links: "array[int]" = field(default_factory=lambda: array("I"))
    folders: set[tuple[int, int]] = field(default_factory=set)
    inodes: Inodes = field(default_factory=Inodes)


@dataclass(frozen=True, eq=False)
class Walk:
    """One pass that reads each inode once, links last: what is linked keeps its own place."""

    root: Path
    files: Files = field(default_factory=Files)
    shelves: list[Shelf] = field(default_factory=list)
    """Of each folder of `files`."""
    media: "array[int]" = field(default_factory=lambda: array("I"))
    """Numbers of files, like the next three."""
    texts: "array[int]" = field(default_factory=lambda: array("I"))
    """Of .txt files, which are examples only where there are no others."""
    pages: "array[int]" = field(default_factory=lambda: array("I"))
    """Of other files of text, which are examples only where there are no .txt files either."""
    bursts: "array[int]" = field(default_factory=lambda: array("I"))
    """Of media with such a name."""
    told: list[Problem] = field(default_factory=list)
    passed: "array[int]" = field(default_factory=lambda: array("I"))
    """Of files that are no media, and how many problems came before each."""
    before: "array[int]" = field(default_factory=lambda: array("I"))

    def over(self, shelves: Sequence[Shelf]) -> None:
        """Visit all that lies on these shelves."""
        way, about = _Way(len(shelves)), self.root.stat()
        way.folders.add((about.st_dev, about.st_ino))
        for shelf in shelves:
            self.files.add(self._folder(str(shelf.folder.parent), shelf), shelf.folder.name)
        for number, shelf in enumerate(shelves):
            if _linked(shelf.folder, self.root):
                way.links.append(number)
            else:
                self._visit(number, way)
        at = 0
        while way.inside or at < len(way.links):
            if way.inside:
                self._list(way.inside.popleft(), way)
            else:
                self._visit(way.links[at], way)
                at += 1

    def written(self) -> "array[int]":
        """Texts that are examples: where nothing else is, or files without endings are texts."""
        if self.media:
            return self.media if are_texts(Paths(self.files, self.media)) else array("I")
        kinds = Counter(map(self._kind, self.pages))
        usual = kinds.most_common(1)[0][0] if kinds else ""
        return self.texts or array("I", [n for n in self.pages if self._kind(n) == usual])

    def paths(self, numbers: "array[int]") -> Paths:
        """These files in natural order."""
        return Paths(self.files, in_natural_order(numbers, self.files.path))

    def rows(self, numbers: "array[int]") -> Rows:
        """These files in natural order as examples."""
        order = in_natural_order(numbers, self.files.path)
        within = array("I", map(self.files.within, order))
        return Rows(
            Paths(self.files, order),
            Words([shelf.label for shelf in self.shelves], within),
            Words([shelf.part for shelf in self.shelves], within),
            tuple(burst_of(self.files.name(n)) for n in order) if self.bursts else (),
        )

    def problems(self, used: "Sequence[int]" = ()) -> list[Problem]:
        """What was passed over and why, in the order of the walk, but for files that are used."""
        taken, found, at = bytearray(len(self.files)), list[Problem](), 0
        for number in used:
            taken[number] = 1
        for number, before in zip(self.passed, self.before, strict=True):
            found += self.told[at:before]
            at = before
            if not taken[number]:
                ending = PurePath(self.files.name(number)).suffix
                why = f"{ending} is no picture or recording"
                found.append(self._problem("D146", "ignored", number, why))
        return [*found, *self.told[at:]]

    def _kind(self, number: int) -> str:
        return PurePath(self.files.name(number)).suffix.casefold()

    def _folder(self, path: str, shelf: Shelf) -> int:
        self.shelves.append(shelf)
        return self.files.folder(path)

    def _list(self, folder: int, way: _Way) -> None:
        """Visit what a folder holds; links wait."""
        files, start, linked = self.files, len(self.files), bytearray()
        try:
            with os.scandir(files.folders[folder]) as entries:
                for entry in entries:
                    files.add(folder, entry.name)
                    linked.append(entry.is_symlink())
        except OSError as error:  # it was opened before
            self._unreadable(Path(files.folders[folder]), error)
            return
        for number in in_natural_order(array("I", range(start, len(files))), files.name):
            if linked[number - start]:
                way.links.append(number)
            else:
                self._visit(number, way)

    def _visit(self, number: int, way: _Way) -> None:
        """Note a file, or a folder that is to be listed."""
        name, path = self.files.name(number), self.files.path(number)
        if number >= way.shelves and is_junk(name):
            self._report("D143", "ignored", number, "hidden, or left by an operating system")
            return
        try:
            about = os.stat(path)  # noqa: PTH116 - a Path for each takes as long again
            if stat.S_ISDIR(about.st_mode):
                self._enter(number, (about.st_dev, about.st_ino), way)
                return
        except OSError as error:
            self._unreadable(Path(path), error)
            return
        first = way.inodes.first(about.st_ino, number, self._same)
        if first == number:
            self._file(number, name, about.st_mode)
        else:
            self._again(number, first)

    def _enter(self, number: int, inode: tuple[int, int], way: _Way) -> None:
        """Note a folder that was not met before. Raises `OSError` where it cannot be opened."""
        if inode in way.folders:
            self._report("D148", "ignored", number, "leads to a folder that is read already")
            return
        way.folders.add(inode)
        path = self.files.path(number)
        os.scandir(path).close()
        way.inside.append(self._folder(path, self.shelves[self.files.within(number)]))

    def _file(self, number: int, name: str, mode: int) -> None:
        kind = PurePath(name).suffix.casefold()
        if not stat.S_ISREG(mode):
            self._report("D145", "ignored", number, "neither a file nor a folder")
        elif kind in NO_MEDIA:
            if kind in TEXT_FILES:
                (self.texts if kind == ".txt" else self.pages).append(number)
            self.passed.append(number)
            self.before.append(len(self.told))
        else:
            self.media.append(number)
            if burst_of(name):
                self.bursts.append(number)
            if not _is_text(name):
                self._report("D147", "name", number, "the file name is not UTF-8; it is used")

    def _again(self, number: int, first: int) -> None:
        """A second name of something that was read: harmless, or a contradiction."""
        shelf, own = (self.shelves[self.files.within(n)] for n in (first, number))
        kind = "duplicate" if shelf.label == own.label else "label"
        kind = kind if shelf.part == own.part else "leak"
        name = below(Path(self.files.path(first)), self.root)
        self._report("D149", kind, number, f"is the same file as {name}; only that is used")

    def _same(self, first: int, number: int) -> bool:
        """Whether files of equal inodes lie on one disk."""
        try:
            return Path(self.files.path(first)).samefile(self.files.path(number))
        except OSError:  # one is gone
            return False

    def _unreadable(self, path: Path, error: OSError) -> None:
        why = f"cannot be opened: {printable(error.strerror or error)}"
        self.told.append(Problem("D144", "unreadable", below(path, self.root), why))

    def _report(self, code: str, kind: str, number: int, reason: str) -> None:
        self.told.append(self._problem(code, kind, number, reason))

    def _problem(self, code: str, kind: str, number: int, reason: str) -> Problem:
        return Problem(code, kind, below(Path(self.files.path(number)), self.root), reason)


def _linked(folder: Path, root: Path) -> bool:
    return folder.is_symlink() or (folder.parent != root and folder.parent.is_symlink())


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def below(path: Path, root: Path) -> str:
    """A path as messages name it: from the root on where it lies there."""
    return printable(path.relative_to(root) if path.is_relative_to(root) else path)
