"""Parts whose files lie in one heap, with a file of text beside them that names each one's class.

Tiny-ImageNet's val/images with val/val_annotations.txt is one.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from headstart.data.encodings import text_in
from headstart.data.listing import visible_files, visible_folders
from headstart.data.part_names import is_plain_mark
from headstart.errors import DataError
from headstart.hostile import printable

_KINDS = {".txt", ".csv", ".tsv"}
_MARKS = re.compile(r"[\t,;]")
_MOST = 0.5
"""Share of the files from which a text that names them is about them."""


@dataclass(frozen=True)
class Heap:
    """Files of a part that no folder tells the classes of."""

    folder: Path
    labels: Mapping[Path, str]
    """What is said of the files; empty where nothing is."""
    note: str


def heap_in(part: Path, classes: Collection[str]) -> Heap | None:
    """The files in a part, or in its one folder, where that is none of the `classes`.

    None for a part with class folders; a folder that is not called as pictures are (images, files)
    is one, unless a text beside it names the classes of its files.
    """
    inside = visible_folders(part)
    if len(inside) > 1 or (inside and (inside[0].name in classes or visible_folders(inside[0]))):
        return None
    folder = inside[0] if inside else part
    files = {path.name: path for path in visible_files(folder)}
    shown = printable(folder.relative_to(part.parent))
    for text in (path for path in visible_files(part) if path.suffix.casefold() in _KINDS):
        named = {files[name]: label for name, label in _said(text, files, classes)}
        if len(named) > _MOST * len(files.keys() - {text.name}):
            count = f"{len(named):,} of the files in {shown}"
            return Heap(folder, named, f"{printable(text.name)} names the classes of {count}")
    if not inside or not is_plain_mark(folder.name):
        return None
    return Heap(folder, {}, f"{shown} has no class folders: its files have no labels")


def _said(
    text: Path, files: Mapping[str, Path], classes: Collection[str]
) -> Sequence[tuple[str, str]]:
    """Files and classes of the lines that begin with one each."""
    try:
        lines = text_in(text).splitlines()
    except DataError:
        return ()
    apart = [_MARKS.split(line) if _MARKS.search(line) else line.split() for line in lines]
    cells = [[cell.strip() for cell in line[:2]] for line in apart if len(line) > 1]
    return [(name, label) for name, label in cells if name in files and label in classes]
