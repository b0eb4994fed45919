"""Which folders of a place are classes, and which are parts of the data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from headstart.data.heaps import Heap, heap_in
from headstart.data.listing import files_in, visible_files, visible_folders
from headstart.data.part_names import part_in, parts_of, pieces_of, spelled
from headstart.data.shelf import Shelf
from headstart.errors import DataError
from headstart.hostile import printable

_ORDER = ("train", "val", "test")
"""What is linked from several parts belongs to the first."""
_REMARKS = {
    ".txt",
    ".md",
    ".rst",
    ".pdf",
    ".html",
    ".csv",
    ".tsv",
    ".json",
    ".yaml",
    ".yml",
    ".xlsx",
}
_TABLES = {".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx"}


@dataclass(frozen=True)
class Shelving:
    """The class folders of a place, and what was made of their names."""

    shelves: tuple[Shelf, ...]
    notes: tuple[str, ...] = ()
    flat: tuple[tuple[str, Path], ...] = ()
    """Parts that hold files and no class folders: what these are, a table has to say."""

    def refuse_flat(self, root: Path, sorting: Callable[[Path], str]) -> None:
        """Raise `DataError` where parts would be taken for classes; `sorting` gives the command
        that sorts a folder's files by their names.
        """  # noqa: D205 - one sentence
        if self.flat:
            names = " and ".join(printable(path.name) for _, path in self.flat)
            train = next((path for part, path in self.flat if part == "train"), root)
            raise DataError(
                "D281",
                f"{names} look like parts of the data, and hold no folder for each class",
                sorting(train)
                or "put class folders into each, or a table that names the files (path,label) "
                f"beside them; if {names} are classes: --parts -",
                printable(root),
            )


def shelving_of(root: Path, told: Mapping[str, str], *, plain: bool = False) -> Shelving:
    """The class folders of a place: `class/…`, `train/class/…`, `class/train/…`, `class_train/…`.

    `told` says which names are parts; `plain` that none is. A folder that is called as parts are is
    one only where it holds folders and all that stands beside it could be parts, too: "train" is
    also a class of vehicles. Raises `DataError` for parts that are told of and not there.
    """
    if plain:
        return Shelving(tuple(Shelf(folder, folder.name) for folder in visible_folders(root)))
    inside = _unwrapped(root, told)
    folders = visible_folders(inside)
    parts = parts_of([folder.name for folder in folders], told)
    for found in (
        _outer(folders, parts, told),
        _inner(folders, told),
        _pieces(folders),
        _flat(folders, parts),
    ):
        if found:
            note = (f"parts and classes are read from {printable(inside.relative_to(root))}",)
            notes = found.notes if inside == root else (*note, *found.notes)
            return Shelving(found.shelves, notes, found.flat)
    _need_told(told, folders, root)
    folders = visible_folders(root)
    _need_parts_in_all(folders)
    notes = () if len(folders) < 2 else _alike(folders)
    return Shelving(tuple(Shelf(folder, folder.name) for folder in folders), notes)


def _need_told(told: Mapping[str, str], folders: Sequence[Path], root: Path) -> None:
    """Raise `DataError` for names that no folder has; a table beside them may have such cells."""
    named = {spelled(folder.name) for folder in folders}
    lost = [name for name in told if name not in named]
    if not lost or any(path.suffix.casefold() in _TABLES for path in visible_files(root)):
        return
    raise DataError(
        "D282",
        f"no folder is called {' or '.join(map(printable, lost))}",
        f"name folders of: {', '.join(printable(folder.name) for folder in folders[:8])}",
        printable(root),
    )


def _unwrapped(root: Path, told: Mapping[str, str]) -> Path:
    """The folder that holds the parts, where nothing else lies around it."""
    inside = root
    for _ in range(8):
        folders = visible_folders(inside)
        parts = parts_of([folder.name for folder in folders], told)
        if len(folders) != 1 or _media(inside):
            return inside if len(set(parts.values())) > 1 or _inner(folders, told) else root
        if parts and not visible_folders(folders[0]):
            return root
        inside = folders[0]
    return root


def _outer(
    folders: Sequence[Path], parts: Mapping[str, str], told: Mapping[str, str]
) -> Shelving | None:
    """Parts that hold classes."""
    outer = [(parts[folder.name], _doubled(folder)) for folder in folders if folder.name in parts]
    full = [(part, folder) for part, folder in outer if visible_folders(folder)]
    trained = any(part == "train" for part, _ in full)
    if not trained or (len(full) < 2 < 1 + len(folders) and len(outer) < len(folders)):
        return None
    several = [inside for _, folder in outer if len(inside := visible_folders(folder)) > 1]
    names = {folder.name for inside in several for folder in inside if not part_in(folder.name)}
    opened = [(part, folder, _opened(folder, names)) for part, folder in outer]
    heaps = _heaps(opened)
    shelves = [
        shelf
        for wanted in _ORDER
        for part, _, inner in opened
        if part == wanted
        for shelf in _shelves_in(inner, part, heaps.get(inner))
    ]
    if not any(shelf.part == "train" for shelf in shelves):
        return None
    odd = [f.name for f in folders if f.name in parts and f.name.casefold() not in _USUAL]
    notes = [f"{printable(name)} is taken for the part {parts[name]}" for name in odd]
    notes += [
        f"the part {printable(folder.name)} holds nothing but "
        f"{printable(inner.relative_to(folder))}, which holds its classes"
        for _, folder, inner in opened
        if inner != folder
    ]
    notes += [
        f"the part {printable(folder.name)} has no class folders: its files have no labels"
        for _, folder, inner in opened
        if not visible_folders(inner) and inner not in heaps
    ]
    notes += [heap.note for heap in heaps.values()]
    notes += ["--parts - takes them for classes"] if odd else []
    return Shelving(tuple(shelves), tuple(notes))


def _heaps(opened: Sequence[tuple[str, Path, Path]]) -> dict[Path, Heap]:
    """Parts beside the training's whose files lie in one heap."""
    trained = [inner for part, _, inner in opened if part == "train"]
    classes = {folder.name for inner in trained for folder in visible_folders(inner)}
    found = {inner: heap_in(inner, classes) for part, _, inner in opened if part != "train"}
    return {inner: heap for inner, heap in found.items() if heap}


def _shelves_in(folder: Path, part: str, heap: Heap | None) -> list[Shelf]:
    if heap:
        return [Shelf(path, label, part) for path, label in heap.labels.items()]
    return [Shelf(own, own.name, part) for own in visible_folders(folder)]


_USUAL = {"train", "training", "val", "valid", "validation", "dev", "test", "testing"}


def _opened(folder: Path, classes: set[str]) -> Path:
    """The folder that holds a part's classes: further in, where one alone holds folders."""
    for _ in range(8):
        inside = visible_folders(folder)
        alone = len(inside) == 1 and not _media(folder)
        # train/images/cats is opened, and a class's own folders are not
        if not alone or not visible_folders(inside[0]) or _is_class(inside[0], classes):
            return folder
        folder = inside[0]
    return folder


def _is_class(folder: Path, classes: set[str]) -> bool:
    return folder.name in classes and len(classes) > 1


def _inner(folders: Sequence[Path], told: Mapping[str, str]) -> Shelving | None:
    """Classes that hold parts."""
    if len(folders) < 2 or len(parts_of((f.name for f in folders), told)) == len(folders):
        return None
    shelves: list[Shelf] = []
    for folder in folders:
        inside = visible_folders(folder)
        parts = parts_of([f.name for f in inside], told)
        if not inside or len(parts) < len(inside) or _media(folder):
            return None
        shelves += [Shelf(f, folder.name, parts[f.name]) for f in inside]
    if len({shelf.part for shelf in shelves}) < 2 or "train" not in {s.part for s in shelves}:
        return None
    shelves.sort(key=lambda shelf: _ORDER.index(shelf.part))
    names = ", ".join(dict.fromkeys(printable(shelf.folder.name) for shelf in shelves))
    told_of = f"every class holds folders called as parts are ({names}): taken for parts"
    return Shelving(tuple(shelves), (told_of, "--parts - takes all of a class alike"))


def _pieces(folders: Sequence[Path]) -> Shelving | None:
    """Classes whose names say the part: cats_train, cats_test."""
    found = [(folder, *pieces_of(folder.name)) for folder in folders]
    by_class: dict[str, set[str]] = {}
    for _, part, rest in found:
        if not part or not rest:
            return None
        by_class.setdefault(rest.casefold(), set()).add("test" if part == "either" else part)
    if len(by_class) < 2 or not any({"train"} < own for own in by_class.values()):
        return None
    shelves = [Shelf(f, rest, "test" if part == "either" else part) for f, part, rest in found]
    shelves.sort(key=lambda shelf: _ORDER.index(shelf.part))
    first = shelves[0]
    shown = f"{printable(first.folder.name)} is {first.part} of {printable(first.label)}"
    notes = [f"folders name classes and parts ({shown})", "--parts - takes them as they are"]
    every = set.union(*by_class.values())
    notes += [
        f"{printable(name)} has no folder for {' and '.join(sorted(every - own))}"
        for name, own in by_class.items()
        if own != every
    ]
    return Shelving(tuple(shelves), tuple(notes))


def _flat(folders: Sequence[Path], parts: Mapping[str, str]) -> Shelving | None:
    """Parts without classes: nothing else is here, and they hold files alone."""
    kinds = set(parts.values())
    if len(parts) < len(folders) or len(kinds) < 2 or "train" not in kinds:
        return None
    inner = {folder.name: _doubled(folder) for folder in folders}
    if any(visible_folders(inner[f.name]) for f in folders if parts[f.name] == "train"):
        return None
    return Shelving((), (), tuple((parts[folder.name], inner[folder.name]) for folder in folders))


def _doubled(folder: Path) -> Path:
    """The folder in a part that is called as parts are, too, and holds the files; else the part."""
    inside = visible_folders(folder)
    twice = len(inside) == 1 and part_in(inside[0].name) and not _media(folder)
    return inside[0] if twice and not visible_folders(inside[0]) else folder


def _alike(folders: Sequence[Path]) -> tuple[str, ...]:
    """What is told of classes that all hold the same folders. Raises `DataError` for parts."""
    inside = [{f.name for f in visible_folders(folder)} for folder in folders]
    same = set.intersection(*inside)
    if len(same) < 2:
        return ()
    shared = ", ".join(map(printable, sorted(same)[:6]))
    own = [printable(folder.name) for folder in sorted(folders, key=_files_in, reverse=True)]
    asked = f"--parts train={own[0]},test={own[1]}"
    what = f"{', '.join(own[:6])} all hold the same folders ({shared})"
    if any(part_in(folder.name) for folder in folders):
        fix = f"{asked} if they are parts, --parts - if they are classes"
        raise _doubtful(f"{what}: classes, or parts of the data?", fix, folders[0].parent)
    return (
        f"{what}: they are read as classes; if they are parts of the data: {asked}; if what they "
        "hold are parts: --parts train=NAME,test=NAME; if these are what no split may tear, such "
        "as patients: --group folders",
    )


def _need_parts_in_all(folders: Sequence[Path]) -> None:
    """Raise `DataError` where some classes hold parts, and others, or files beside, do not."""
    inside = {folder: parts_of([f.name for f in visible_folders(folder)], {}) for folder in folders}
    held = [folder for folder, parts in inside.items() if {"train"} < set(parts.values())]
    if not held or len(folders) < 2:
        return
    names = ", ".join(map(printable, inside[held[0]]))
    odd = next((folder for folder in folders if folder not in held), None)
    odd = odd or next((folder for folder in held if _media(folder)), held[0])
    holds = "files beside them" if odd in held else "none"
    raise _doubtful(
        f"{', '.join(printable(f.name) for f in held[:4])} hold folders called as parts are "
        f"({names}), and {printable(odd.name)} holds {holds}: are these parts of the data?",
        f"--parts - takes each class whole; if they are parts, sort all of {printable(odd.name)} "
        f"into {names}",
        folders[0].parent,
    )


def _doubtful(what: str, fix: str, root: Path) -> DataError:
    """The question that is left where folders can be read in two ways."""
    return DataError("D283", what, fix, printable(root))


def _files_in(folder: Path) -> int:
    """How many files lie in the folders of a folder: the part to learn from has the most."""
    return sum(1 for inside in visible_folders(folder) for _ in files_in(inside))


def _media(folder: Path) -> bool:
    """Whether files lie there that could be examples."""
    return any(PurePath(name).suffix.casefold() not in _REMARKS for name in files_in(folder))
