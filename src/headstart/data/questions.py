"""What somebody asks a model about: files, folders, patterns, tables and archives, one by one."""

import difflib
import glob
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from headstart.data.archive import is_archive, is_packed_table, unpack
from headstart.data.column_names import PAIRS, PATHS, TEXTS, plain
from headstart.data.examples import InMemory, Pair, Source
from headstart.data.extensions import TABLES
from headstart.data.headless import with_names
from headstart.data.listing import visible_files, visible_folders
from headstart.data.packed import Paths
from headstart.data.path_columns import moved_in, paths_in
from headstart.data.records import natural
from headstart.data.shelf import Shelf
from headstart.data.shelter import Shelter
from headstart.data.tables import Sheet, missing, read_sheet
from headstart.data.unknown_columns import WORDS, words_in_cells
from headstart.data.walk import Walk
from headstart.errors import DataError
from headstart.hostile import printable

STDIN = "-"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SHEETS = {*TABLES, ".json"}


@dataclass(frozen=True, eq=False)
class Question:
    """One thing that is asked about, in the order asked."""

    name: str
    source: Source | None
    """None where there is nothing to read: `error` says why."""
    cells: Mapping[str, object] = field(default_factory=dict)
    """What its row says, where it stands in a table."""
    error: str = ""


@dataclass(frozen=True)
class Questions:
    """All that is asked about, and what was passed over on the way."""

    asked: tuple[Question, ...]
    passed: tuple[str, ...] = ()
    """Files that are none of what the model reads, with why."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asking:
    """What a model reads, and where archives are unpacked."""

    kind: str
    """ "image", "text" or "audio"."""
    paired: bool
    cache: Path


def questions_of(places: Sequence[str], asking: Asking, stdin: Sequence[str] = ()) -> Questions:
    """Each place as what it holds, in natural order within a folder or archive.

    `stdin` are the lines that stand for the place "-". Raises `DataError` for a table without a
    column of what the model reads, and for an archive that is damaged.
    """
    every = [_at(place, asking, stdin) for place in places]
    return Questions(
        tuple(question for found in every for question in found.asked),
        tuple(name for found in every for name in found.passed),
        tuple(dict.fromkeys(note for found in every for note in found.notes)),
    )


def _at(place: str, asking: Asking, stdin: Sequence[str]) -> Questions:
    path = Path(place)
    if place == STDIN:
        return Questions(tuple(_lines(stdin, asking)))
    if not _ADDRESS.match(place) and path.exists():
        return _folder(path, asking) if path.is_dir() else _file(path, asking)
    found = sorted(glob.glob(place, recursive=True), key=natural)  # noqa: PTH207 - may be absolute
    return questions_of(found, asking) if found else _lost(place, _why_lost(place))


def _why_lost(place: str) -> str:
    if _ADDRESS.match(place):
        return "addresses are not opened: download it, and give the file"
    return "no file fits this pattern" if glob.has_magic(place) else _not_there(Path(place))


def _not_there(path: Path) -> str:
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, beside, n=1)
    return "there is no such file" + (f"; did you mean {printable(close[0])}?" if close else "")


def _lost(place: str, why: str) -> Questions:
    return Questions((Question(place, None, error=why),))


def _lines(lines: Sequence[str], asking: Asking) -> Iterator[Question]:
    """A text a line, or a file a line."""
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        if asking.kind == "text":
            first, tab, second = text.partition("\t")
            held = Pair(first, second) if asking.paired and tab else text
            yield Question(text, InMemory(f"line {number}", held))
        else:
            yield Question(text, Path(text))


def _file(path: Path, asking: Asking) -> Questions:
    if path.suffix.casefold() in _SHEETS:
        return _table(path, asking)
    if is_archive(path):
        inside = unpack(path, asking.cache)
        if is_packed_table(path):
            return _of_packed(visible_files(inside)[0], path, asking)
        found = _folder(inside, asking, unpacked=True)
        return Questions(found.asked, found.passed, (f"unpacked {printable(path.name)}",))
    notes: tuple[str, ...] = ()
    if asking.kind == "text":
        with path.open("rb") as file:
            count = sum(1 for _ in zip(file, range(1001), strict=False))
        told = f"{printable(path.name)} has {min(count, 1000):,} lines and is read as one text; "
        told += f"headstart predict RUN - < {printable(path.name)} reads a text a line"
        notes = (told,) if count > 1 else ()
    return Questions((Question(os.fspath(path), path),), (), notes)


def _of_packed(table: Path, packed: Path, asking: Asking) -> Questions:
    """What a table that was packed alone asks; its files lie beside the packed one."""
    is_sheet = table.suffix.casefold() in _SHEETS
    found = _table(table, asking, packed.parent) if is_sheet else _file(table, asking)
    return replace(found, notes=(f"unpacked {printable(packed.name)}", *found.notes))


def _folder(root: Path, asking: Asking, *, unpacked: bool = False) -> Questions:
    """Media of a folder, however deep; for a model of texts its files of text."""
    walk = Walk(root)
    walk.over([Shelf(path, "") for path in (*visible_folders(root), *visible_files(root))])
    files = [*Paths(walk.files, walk.media), *Paths(walk.files, walk.texts)]
    written = [*Paths(walk.files, walk.texts or walk.written())]
    texts = {*written}
    media = [path for path in files if path not in texts]
    read = written if asking.kind == "text" else media
    read.sort(key=lambda path: natural(str(path)))
    taken = {str(path.relative_to(root)) for path in read}
    passed = [p for p in walk.problems() if p.kind in ("ignored", "unreadable")]
    named = [f"{p.name}: {p.reason}" for p in passed if p.name not in taken]
    kept = {*read}
    named += [
        f"{printable(path.relative_to(root))}: not what this model reads"
        for path in files
        if path not in kept and path.suffix.casefold() != ".txt"
    ]
    if not read:
        nothing = Question(os.fspath(root), None, error="holds nothing to judge")
        return Questions((nothing,), tuple(named))
    below = [path.relative_to(root) if unpacked else path for path in read]
    asked = [Question(str(name), path) for name, path in zip(below, read, strict=True)]
    return Questions(tuple(asked), tuple(named))


def _table(path: Path, asking: Asking, beside: Path | None = None) -> Questions:
    """One question a row, with its cells; files lie `beside`. Raises `DataError`."""
    shelter = Shelter((beside or path.parent).absolute(), seeks=asking.kind != "text")
    sheet = with_names(read_sheet(path), shelter)
    if asking.kind == "text":
        places = text_columns(sheet, paired=asking.paired)
    else:
        free = list(range(len(sheet.columns)))
        called = [i for i in free if plain(sheet.columns[i]) in PATHS]
        found = paths_in(sheet, free, shelter) or moved_in(sheet, free, called, shelter)
        places = (found or called)[:1]
    if not places:
        what = "texts" if asking.kind == "text" else "files"
        raise DataError(
            "D293",
            f"no column of this table is clearly the one with the {what}",
            f"call it {'text' if asking.kind == 'text' else 'path'}, or leave the others out",
            printable(path),
            f"columns: {', '.join(map(printable, sheet.columns[:12]))}",
        )
    asked = []
    for number, row in sheet.rows:
        cells = dict(zip(sheet.columns, row, strict=True))
        asked.append(_row(f"{path.name}, row {number}", cells, [row[i] for i in places], shelter))
    notes = [f"{path.name}: judged column {printable(sheet.columns[places[0]])}"]
    return Questions(
        tuple(asked),
        tuple(f"{p.name}, row {p.row}: {p.reason}" for p in sheet.problems),
        (*notes, *sheet.notes),
    )


def _row(
    name: str, cells: Mapping[str, object], asked: Sequence[object], shelter: Shelter
) -> Question:
    if any(missing(one) for one in asked):
        return Question(name, None, cells, "the cell is empty")
    if len(asked) == 2:
        return Question(name, InMemory(name, Pair(str(asked[0]), str(asked[1]))), cells)
    if not shelter.seeks:
        return Question(name, InMemory(name, str(asked[0])), cells)
    try:
        return Question(str(asked[0]), shelter.source(asked[0], 0), cells)
    except OSError as error:
        return Question(str(asked[0]), None, cells, printable(error.strerror or error))


def text_columns(sheet: Sheet, *, paired: bool) -> list[int]:
    """The column with the texts, or the two; none where it is not clear."""
    names = [plain(name) for name in sheet.columns]
    if paired:
        pairs = [pair for pair in PAIRS if all(name in names for name in pair)]
        return [names.index(name) for name in pairs[0]] if pairs else [0, 1][: len(names)]
    called = [names.index(name) for name in TEXTS if name in names]
    long = [i for i in range(len(names)) if words_in_cells(sheet.cells(i)) >= WORDS]
    if called or len(names) == 1:
        return [called[0] if called else 0]
    return long if len(long) == 1 else []
