"""Folders that say by their names what lies in them. Nothing is ever written there."""

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from sys import intern

from headstart.data.extensions import NO_MEDIA, TABLES
from headstart.data.found import Found
from headstart.data.listing import is_junk, visible_files, visible_folders
from headstart.data.part_names import part_of_word, words_in
from headstart.data.problem import Problem
from headstart.data.records import Gathering, gather
from headstart.data.shelf import Shelf
from headstart.data.walk import Walk, below
from headstart.hostile import printable

_MOST_SORTED = 8
"""Beginnings of names for which the command that sorts files is spelled out."""


def read_shelves(root: Path, shelves: Sequence[Shelf]) -> Found:
    """All files on the shelves as examples, in natural order of their names.

    Raises `DataError` where that leaves fewer than two classes.
    """
    walk = Walk(root)
    walk.over(shelves)
    written = walk.written()
    rows = walk.rows(written or walk.media)
    used = {*zip(rows.labels, rows.parts, strict=True)}
    empty = [
        Problem("D142", "class", below(shelf.folder, root), "the class folder holds no examples")
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
    found = gather(rows, origin, [*beside, *walk.problems(written), *empty])
    return found.of_texts() if written else found


def _other_kinds(walk: "Walk") -> str:
    """What is to be done about files of which none is of a kind that is read; empty for others."""
    if walk.media or walk.texts or not walk.passed:
        return ""
    passed = [Path(p.name).suffix.casefold() for p in walk.problems() if p.code == "D146"]
    kinds = [printable(kind) for kind, _ in Counter(passed).most_common(3)]
    return f"save them as pictures, recordings or texts: {', '.join(kinds)} files are not read"


def _with_tables(root: Path, walk: "Walk") -> str:
    """The command that reads the first folder with tables, where nothing else could be read."""
    if walk.media or walk.texts:
        return ""
    passed = [Path(problem.name) for problem in walk.problems() if problem.code == "D146"]
    first = [p.parts[0] for p in passed if p.suffix.casefold() in TABLES and len(p.parts) > 1]
    if not first:
        return ""
    others = len({*first}) - 1
    more = f" ({others:,} more {'folder holds' if others == 1 else 'folders hold'} tables)"
    return f"headstart check {shlex.quote(printable(root / first[0]))}" + (more if others else "")


def sorting(root: Path) -> str:
    """The command that sorts files that lie flat by how their names begin; empty for none."""
    files = [path.name for path in visible_files(root) if path.suffix.casefold() not in NO_MEDIA]
    begun = Counter(match[0] for name in files if (match := re.match(r"[^\W\d_]+", name)))
    words = [word for word, count in begun.items() if count > 1]
    if not 1 < len(words) <= _MOST_SORTED or sum(begun[word] for word in words) < len(files):
        return ""
    moves = "; ".join(f"mkdir {word} && mv {word}[!a-zA-Z]*.* {word}" for word in words)
    return f"give each class a folder; by names: cd {shlex.quote(printable(root))}; {moves}"


def parts_in_names(found: Found) -> tuple[str, ...]:
    """What is told of files that are called after parts, as in cats/train_1.jpg."""
    first = dict[str, str]()
    for source in () if found.examples.parts else found.examples.sources:
        stem = source.stem if isinstance(source, Path) else ""
        if not (part := _part_at_an_end(stem)):
            return ()
        first[part] = stem
    if "train" not in first or len(first) < 2:
        return ()
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
        groups.append(intern(inside[0]) if len(inside) > 1 else "")
    return replace(found, examples=replace(found.examples, groups=tuple(groups)))


def _beside(root: Path, shelves: Sequence[Shelf]) -> list[Problem]:
    """What lies in the place and on no shelf, but for tables, which may be asked for."""
    used = {shelf.folder for shelf in shelves}
    used |= {above for folder in used for above in folder.parents}
    outer = {shelf.folder.parent for shelf in shelves} | {root}
    return [
        Problem("D150", "ignored", below(path, root), "lies beside the class folders")
        for folder in sorted(outer)
        for path in sorted(folder.iterdir())
        if path not in used and (path.suffix.casefold() not in TABLES or is_junk(path.name))
    ]
