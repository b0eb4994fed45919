"""Folders that say by their names what lies in them. Nothing is ever written there."""

import os
import re
import shlex
import stat
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from headstart.data.encodings import TEXT_FILES, are_texts
from headstart.data.found import Found
from headstart.data.listing import is_junk, visible_files, visible_folders
from headstart.data.part_names import part_of_word, words_in
from headstart.data.problem import Problem
from headstart.data.records import Gathering, Record, gather, natural
from headstart.data.shelf import Shelf
from headstart.data.tables import SENTENCES
from headstart.hostile import printable

TABLES = {
    *(".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet", ".arrow", ".xlsx", ".xlsm"),
    *SENTENCES,
}
"""Endings of files that may hold a manifest."""
_NO_MEDIA = {
    *TABLES,
    *(".txt", ".md", ".rst", ".json", ".xml", ".html", ".htm", ".yaml", ".yml", ".toml", ".log"),
    *(".text", ".tex", ".eml", ".srt", ".asc", ".rtf", ".feat", ".vocab"),
    *(".py", ".ipynb", ".sh", ".js", ".css", ".pdf", ".doc", ".docx", ".xlsx", ".ini", ".db"),
    *(".zip", ".tar", ".gz", ".bz2", ".xz", ".tgz", ".7z", ".rar", ".lnk", ".url", ".pkl", ".npz"),
}
_MOST_SORTED = 8
"""Beginnings of names for which the command that sorts files is spelled out."""
_Inode = tuple[int, int]
_BURST = re.compile(r"burst-([0-9a-f]{8})-[0-9]+\.[A-Za-z0-9]+")


def burst_of(name: str) -> str:
    """What pictures or clips of one recording have in common in their names; empty for others.

    >>> burst_of("burst-0a1b2c3d-007.jpg"), burst_of("burst-7.jpg")
    ('burst-0a1b2c3d', '')
    """
    found = _BURST.fullmatch(name)
    return f"burst-{found[1]}" if found else ""


def read_shelves(root: Path, shelves: Sequence[Shelf]) -> Found:
    """All files on the shelves as examples, in natural order of their names.

    Raises `DataError` where that leaves fewer than two classes.
    """
    walk = Walk(root)
    walk.over(shelves)
    written = walk.written()
    records = sorted(written or walk.records, key=lambda record: natural(str(record.source)))
    used = {(record.label, record.part) for record in records}
    empty = [
        Problem("D142", "class", _below(shelf.folder, root), "the class folder holds no examples")
        for shelf in shelves
        if (shelf.label, shelf.part) not in used
    ]
    split = any(shelf.part for shelf in shelves)
    fix = "give each class a folder of its own, as in photos/cat and photos/dog"
    if len(shelves) == 1:
        within = shelves[0].folder
        while len(inside := visible_folders(within)) == 1:
            within = inside[0]
        if len(inside) > 1:
            fix = f"headstart check {printable(within)} (it holds {len(inside)} folders)"
        fix = (sorting(within) if not inside else "") or fix
    if not shelves:
        fix = sorting(root) or fix
    fix = _with_tables(root, walk) or (_other_kinds(walk) if shelves else "") or fix
    layout = "split folders" if split else "class folders"
    origin = Gathering(layout, printable(root), root, "folders", fix)
    beside = _beside(root, shelves)
    used_names = {_below(Path(str(record.source)), root) for record in written}
    problems = [p for p in walk.problems if p.code != "D146" or p.name not in used_names]
    found = gather(records, origin, [*beside, *problems, *empty])
    return found.of_texts() if written else found


def _other_kinds(walk: "Walk") -> str:
    """What is to be done about files of which none is of a kind that is read; empty for others."""
    passed = [Path(p.name).suffix.casefold() for p in walk.problems if p.code == "D146"]
    if walk.records or walk.texts or not passed:
        return ""
    kinds = [printable(kind) for kind, _ in Counter(passed).most_common(3)]
    return f"save them as pictures, recordings or texts: {', '.join(kinds)} files are not read"


def _with_tables(root: Path, walk: "Walk") -> str:
    """The command that reads the first folder with tables, where nothing else could be read."""
    passed = [Path(problem.name) for problem in walk.problems if problem.code == "D146"]
    first = [p.parts[0] for p in passed if p.suffix.casefold() in TABLES and len(p.parts) > 1]
    if walk.records or walk.texts or not first:
        return ""
    others = len({*first}) - 1
    more = f" ({others:,} more {'folder holds' if others == 1 else 'folders hold'} tables)"
    return f"headstart check {shlex.quote(printable(root / first[0]))}" + (more if others else "")


def sorting(root: Path) -> str:
    """The command that sorts files that lie flat by how their names begin; empty for none."""
    files = [path.name for path in visible_files(root) if path.suffix.casefold() not in _NO_MEDIA]
    begun = Counter(match[0] for name in files if (match := re.match(r"[^\W\d_]+", name)))
    words = [word for word, count in begun.items() if count > 1]
    if not 1 < len(words) <= _MOST_SORTED or sum(begun[word] for word in words) < len(files):
        return ""
    moves = "; ".join(f"mkdir {word} && mv {word}[!a-zA-Z]*.* {word}" for word in words)
    return f"give each class a folder; by names: cd {shlex.quote(printable(root))}; {moves}"


def parts_in_names(found: Found) -> tuple[str, ...]:
    """What is told of files that are called after parts, as in cats/train_1.jpg."""
    examples = found.examples
    stems = [source.stem for source in examples.sources if isinstance(source, Path)]
    if examples.parts or not stems or len(stems) < len(examples):
        return ()
    told = [_part_at_an_end(stem) for stem in stems]
    if "train" not in told or len({*told}) < 2 or "" in told:
        return ()
    first = dict(zip(told, stems, strict=True))
    shown = ", ".join(printable(stem, 40) for stem in first.values())
    return (
        f"files are called after parts of the data ({shown}): that is not used; a folder for each "
        "part (train/cat, test/cat), or a table with --split COLUMN, says it",
    )


def _part_at_an_end(stem: str) -> str:
    words = [word for word, *_ in words_in(stem)]
    ends = [part_of_word(word) for word in (words[:1] + words[-1:])]
    return next(filter(None, ends), "")


def grouped(found: Found, shelves: Sequence[Shelf]) -> Found:
    """The same with each example in the group that its folder below the class's is called."""
    folders = {shelf.folder for shelf in shelves}
    groups = []
    for source in found.examples.sources:
        path = source if isinstance(source, Path) else Path()
        above = next((folder for folder in path.parents if folder in folders), path)
        inside = path.relative_to(above).parts if above != path else ()
        groups.append(inside[0] if len(inside) > 1 else "")
    return replace(found, examples=replace(found.examples, groups=tuple(groups)))


@dataclass(frozen=True)
class Walk:
    """One pass that reads each inode once, links last: what is linked keeps its own place."""

    root: Path
    records: list[Record] = field(default_factory=list)
    texts: list[Record] = field(default_factory=list)
    """Of .txt files, which are examples only where there are no others."""
    pages: list[Record] = field(default_factory=list)
    """Of other files of text, which are examples only where there are no .txt files either."""
    problems: list[Problem] = field(default_factory=list)
    seen: dict[_Inode, Shelf | None] = field(default_factory=dict)
    names: dict[_Inode, Path] = field(default_factory=dict)

    def over(self, shelves: Sequence[Shelf]) -> None:
        """Visit all that lies on these shelves."""
        about = self.root.stat()
        self.seen[about.st_dev, about.st_ino] = None
        plain, links = deque[tuple[Shelf, Path]](), deque[tuple[Shelf, Path]]()
        for shelf in shelves:
            (links if _linked(shelf.folder, self.root) else plain).append((shelf, shelf.folder))
        while plain or links:
            shelf, path = plain.popleft() if plain else links.popleft()
            for child in self.visit(shelf, path):
                (links if child.is_symlink() else plain).append((shelf, child))

    def written(self) -> list[Record]:
        """Texts that are examples: where nothing else is, or files without endings are texts."""
        files = [record.source for record in self.records if isinstance(record.source, Path)]
        if self.records:
            return self.records if are_texts(files) else []
        kinds = Counter(Path(str(record.source)).suffix.casefold() for record in self.pages)
        usual = kinds.most_common(1)[0][0] if kinds else ""
        return self.texts or [r for r in self.pages if str(r.source).casefold().endswith(usual)]

    def visit(self, shelf: Shelf, path: Path) -> list[Path]:
        """Note a file, or return what a folder holds."""
        if path != shelf.folder and is_junk(path.name):
            self._report("D143", "ignored", path, "hidden, or left by an operating system")
            return []
        try:
            about = path.stat()
            inode = (about.st_dev, about.st_ino)
            if inode in self.seen:
                self.again(shelf, path, inode)
                return []
            self.seen[inode], self.names[inode] = shelf, path
            if stat.S_ISDIR(about.st_mode):
                return [Path(e) for e in sorted(os.scandir(path), key=lambda e: natural(e.name))]
        except OSError as error:
            why = printable(error.strerror or error)
            self._report("D144", "unreadable", path, f"cannot be opened: {why}")
            return []
        self._file(shelf, path, about.st_mode)
        return []

    def _file(self, shelf: Shelf, path: Path, mode: int) -> None:
        if not stat.S_ISREG(mode):
            self._report("D145", "ignored", path, "neither a file nor a folder")
        elif path.suffix.casefold() in _NO_MEDIA:
            kind = path.suffix.casefold()
            if kind in TEXT_FILES:
                held = self.texts if kind == ".txt" else self.pages
                held.append(Record(path, shelf.label, shelf.part))
            self._report("D146", "ignored", path, f"{path.suffix} is no picture or recording")
        else:
            group = burst_of(path.name)
            self.records.append(Record(path, shelf.label, shelf.part, group))
            if not _is_text(path.name):
                self._report("D147", "name", path, "the file name is not UTF-8; it is used")

    def again(self, shelf: Shelf, path: Path, inode: _Inode) -> None:
        """A second name of something that was read: harmless, or a contradiction."""
        first = self.seen[inode]
        if first is None or path.is_dir():
            self._report("D148", "ignored", path, "leads to a folder that is read already")
            return
        kind = "duplicate" if first.label == shelf.label else "label"
        kind = kind if first.part == shelf.part else "leak"
        name = _below(self.names[inode], self.root)
        self._report("D149", kind, path, f"is the same file as {name}; only that is used")

    def _report(self, code: str, kind: str, path: Path, reason: str) -> None:
        self.problems.append(Problem(code, kind, _below(path, self.root), reason))


def _linked(folder: Path, root: Path) -> bool:
    return folder.is_symlink() or (folder.parent != root and folder.parent.is_symlink())


def _beside(root: Path, shelves: Sequence[Shelf]) -> list[Problem]:
    """What lies in the place and on no shelf, but for tables, which may be asked for."""
    used = {shelf.folder for shelf in shelves}
    used |= {above for folder in used for above in folder.parents}
    outer = {shelf.folder.parent for shelf in shelves} | {root}
    return [
        Problem("D150", "ignored", _below(path, root), "lies beside the class folders")
        for folder in sorted(outer)
        for path in sorted(folder.iterdir())
        if path not in used and (path.suffix.casefold() not in TABLES or is_junk(path.name))
    ]


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _below(path: Path, root: Path) -> str:
    return printable(path.relative_to(root) if path.is_relative_to(root) else path)
