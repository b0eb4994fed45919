"""From a path to examples, whatever lies there."""

import contextlib
import shlex
from dataclasses import replace
from pathlib import Path

from headstart.data.archive import is_archive, is_packed_table, unpack
from headstart.data.beside import labeling, need_agreement, numbered, same_classes
from headstart.data.box_formats import find_boxes, need_boxes
from headstart.data.box_found import found_boxes
from headstart.data.column_names import LABELS, plain
from headstart.data.column_settings import GUESS, Columns
from headstart.data.corrections import CORRECTIONS, corrected
from headstart.data.encodings import are_texts
from headstart.data.extensions import TABLES
from headstart.data.folders import grouped, parts_in_names, read_shelves, sorting
from headstart.data.found import Found
from headstart.data.listing import extensions_in, visible_files, visible_folders
from headstart.data.manifest import join, read_manifest
from headstart.data.part_names import parts_of, told_parts
from headstart.data.part_tables import read_parts
from headstart.data.path_columns import moved_in, paths_in
from headstart.data.presence import need_place
from headstart.data.shards import parted, pieces_of
from headstart.data.shelter import Shelter
from headstart.data.shelving import Shelving, shelving_of
from headstart.data.tables import read_columns, read_sheet
from headstart.errors import DataError, UsageError
from headstart.hostile import printable
from headstart.task_names import LabelForm, form_of


def find(place: Path | str, columns: Columns = GUESS, *, cache: Path | None = None) -> Found:
    """Labeled examples at a place: a folder, a table, or an archive of either.

    Annotations of boxes come before folders of classes.

    Class folders and split folders are read as such; a table beside them is used only for columns
    that `columns` names. A table of corrections is minded (see `corrected`).
    Archives are unpacked below `cache`. Nothing is written at the place.
    Raises `DataError`, and `SecurityError` for an archive that could do harm.
    """
    path = Path(place).absolute()
    path = path.resolve() if ".." in path.parts else path
    if path.exists() and not is_archive(path) and (found := _boxes(path, columns)):
        return corrected(found, path) if path.is_dir() else found
    if path.is_dir():
        return corrected(_in_folder(path, columns, Shelter(path)), path)
    need_place(path)
    if is_archive(path):
        if cache is None:
            raise UsageError("U132", "an archive needs a folder to unpack to", "find(…, cache=…)")
        return _in_archive(path, columns, cache)
    if path.suffix.casefold() in {*TABLES, ".txt", ".json"}:
        return corrected(read_manifest(path, columns, Shelter(path.parent)), path.parent)
    packed = path.suffix.casefold() in (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".lz4")
    fix = "unpack it, and give the folder" if packed else ""
    if not packed and are_texts([path]):
        shown = shlex.quote(printable(path))
        fix = f"if it is a table, name it so: mv {shown} {shown}.tsv (or .csv, .jsonl, .txt)"
    raise DataError(
        "D105", "not a folder, a table or an archive",
        fix or "give the folder that holds a folder for each class", printable(path),
    )  # fmt: skip


def _in_archive(path: Path, columns: Columns, cache: Path) -> Found:
    inside = unpack(path, cache)
    if boxes := _boxes(inside, columns, closed=True):
        return boxes.noting(f"unpacked {path.name}")
    if is_packed_table(path):  # its files lie beside it
        found = read_manifest(visible_files(inside)[0], columns, Shelter(path.parent))
        return corrected(found, path.parent).noting(f"unpacked {path.name}")
    while len(folders := visible_folders(inside)) == 1 and not visible_files(inside):
        if _shelving(inside, columns).shelves[:1] and _shelving(inside, columns).shelves[0].part:
            break
        inside = folders[0]
    found = _in_folder(inside, columns, Shelter(inside, closed=True))
    return found.noting(f"unpacked {path.name}")


def _shelving(root: Path, columns: Columns) -> Shelving:
    return shelving_of(root, told_parts(columns.parts), plain=columns.parts == "-")


def _boxes(path: Path, columns: Columns, *, closed: bool = False) -> Found | None:
    """Examples with boxes, where that is the task, or none is asked for and there are some."""
    if form_of(columns.task) is LabelForm.BOXES:
        return found_boxes(need_boxes(path, columns, closed=closed), columns.negatives)
    told = None if columns.task else find_boxes(path, columns, closed=closed)
    return found_boxes(told, columns.negatives) if told else None


def _in_folder(root: Path, columns: Columns, shelter: Shelter) -> Found:
    root, tables = _tables_in(root)
    shelving = _shelving(root, columns)
    shelves = shelving.shelves
    classes = len({shelf.label for shelf in shelves})
    if columns.group == GROUP_FOLDERS and shelves:
        return grouped(read_shelves(root, shelves).noting(*shelving.notes), shelves)
    if columns.given_names:
        table = _table_with(columns, tables, root)
        if columns.path or columns.label or classes < 2:
            return read_manifest(table, columns, shelter)
        return join(read_shelves(root, shelves), table, columns, shelter)
    if classes < 2 and tables and not (shelving.flat and all(map(_is_submission, tables))):
        return _from_tables(root, tables, columns, shelter)
    shelving.refuse_flat(root, sorting)
    return _by_folders(root, shelving, tables, columns, shelter)


def _by_folders(
    root: Path, shelving: Shelving, tables: list[Path], columns: Columns, shelter: Shelter
) -> Found:
    """Examples labeled by their folders, unless these only number the pieces of a table's files.

    Folders of parts, and such as a table has a label for each of, are more than numbers.
    """
    found = read_shelves(root, shelving.shelves)
    asked = tables if columns.label != "-" else []
    files = [source for source in found.examples.sources if asked and isinstance(source, Path)]
    said = labeling(asked, files)
    pieces = not found.examples.parts and numbered([shelf.label for shelf in shelving.shelves])
    if said and pieces and not same_classes(found, said):
        return _from_tables(root, [said.table], columns, shelter)
    if said:
        need_agreement(found, said)
    if columns.group == "-":
        found = replace(found, examples=replace(found.examples, groups=()))
    told = (*shelving.notes, *parts_in_names(found))
    return found.noting(*told, *(_lies_there(table) for table in tables))


def _tables_in(root: Path) -> tuple[Path, list[Path]]:
    """Tables of a folder; where it has none, of the one folder in it, or of folders for parts."""
    files = [path for path in visible_files(root) if path.name != CORRECTIONS]
    folders = visible_folders(root)
    tables = [path for path in files if path.suffix.casefold() in TABLES]
    if not tables:
        tables = [path for path in files if path.suffix.casefold() == ".json" and _is_table(path)]
    if tables or not folders:
        return root, tables
    if len(folders) == 1 and visible_folders(folders[0]) and not set(map(_kind, files)) - _BESIDE:
        below = _tables_in(folders[0])
        return below if below[1] else (root, [])
    parts = parts_of([folder.name for folder in folders], {})
    if len(parts) < len(folders) > 1 or any(map(visible_folders, folders)):
        return root, []
    if all(some & TABLES and not some - _BESIDE for some in map(extensions_in, folders)):
        held = [path for folder in folders for path in visible_files(folder)]
        held = [path for path in held if path.suffix.casefold() in TABLES]
        return (folders[0] if len(folders) == 1 else root), held
    return root, []


_BESIDE = {*TABLES, ".json", ".md", ".txt", ".yaml"}


def _kind(path: Path) -> str:
    return path.suffix.casefold()


def _is_table(path: Path) -> bool:
    """Whether a JSON document has a column that is called as labels are."""
    return any(plain(name) in LABELS for name in read_columns(path))


GROUP_FOLDERS = "folders"
"""In the place of a column with groups: the folders in a class's folder are such."""
_SUBMISSIONS = ("sample_submission", "samplesubmission", "submission", "sample")


def _is_submission(table: Path) -> bool:
    """Whether it is called as what is to be handed in."""
    return plain(table.stem).startswith(_SUBMISSIONS)


def _from_tables(root: Path, tables: list[Path], columns: Columns, shelter: Shelter) -> Found:
    """The one table of a folder, or one a part; tables to hand in, or without labels, are none."""
    pieces = _by_part(root, tables, columns) or parted(tables, told_parts(columns.parts))
    alike = len({piece.name for piece in pieces_of(tables)}) == 1
    if pieces[1:] and (alike or not any(_lacks_labels(t, tables, columns) for t in tables)):
        shown = ", ".join(printable(table.name) for _, table in pieces[:4])
        return read_parts(pieces, columns, shelter).noting(f"read {len(pieces)} files ({shown})")
    left = [table for table in tables if not _is_submission(table)] or tables
    named = parts_of([table.stem for table in left], told_parts(columns.parts))
    if len(left) > 1 and len(named) == len(left):
        labeled = [table for table in left if not _lacks_labels(table, left, columns)]
        passed = [table for table in tables if table not in labeled]
        notes = [f"{table.name} has no labels and is passed over" for table in passed]
        if len(labeled) > 1:
            parts = [(named[table.stem], table) for table in labeled]
            return read_parts(parts, columns, shelter).noting(*notes)
        return read_manifest(labeled[0], columns, shelter).noting(f"read {labeled[0].name}", *notes)
    notes = [f"{t.name} is to be handed in, and is passed over" for t in tables if t not in left]
    for which, lacks in ((_names_files, "names no files here"), (_has_labels, "has no labels")):
        kept = [table for table in left[1:] and left if which(table, columns, shelter)]
        if len(kept) == 1:
            notes += [
                f"{table.name} {lacks} and is passed over" for table in left if table not in kept
            ]
            left = kept
    if len(left) == 1:
        return read_manifest(left[0], columns, shelter).noting(f"read {left[0].name}", *notes)
    raise DataError(
        "D106",
        f"{len(tables)} tables, and no telling which one lists the examples",
        f"give the table itself: headstart check {printable(tables[0])}",
        printable(root),
    )


def _by_part(root: Path, tables: list[Path], columns: Columns) -> list[tuple[str, Path]]:
    """Tables in folders that are called as parts are, each with its part; none for others."""
    told = told_parts(columns.parts)
    parts = parts_of({table.parent.name for table in tables}, told)
    if any(table.parent == root or table.parent.name not in parts for table in tables):
        return []
    for folder in {table.parent for table in tables}:
        parted([table for table in tables if table.parent == folder], told)  # are all there?
    return [(parts[table.parent.name], table) for table in tables]


def _names_files(table: Path, columns: Columns, shelter: Shelter) -> bool:
    """Whether a column of a table names files that are there."""
    with contextlib.suppress(DataError):
        sheet = read_sheet(table)
        free = range(len(sheet.columns))
        return bool(paths_in(sheet, free, shelter) or moved_in(sheet, free, (), shelter))
    return False


def _has_labels(table: Path, columns: Columns, shelter: Shelter) -> bool:
    """Whether a table has the column with the labels, or one that is called as these are."""
    wanted = {plain(columns.label)} if columns.label else set(LABELS)
    return any(plain(name) in wanted for name in read_columns(table))


def _lacks_labels(table: Path, tables: list[Path], columns: Columns) -> bool:
    """Whether a table lacks a column that is called as labels are, which another has."""
    names = {own: {plain(name) for name in read_columns(own)} for own in tables}
    wanted = {plain(columns.label)} if columns.label else set(LABELS)
    most = set.union(*names.values()) & wanted
    return bool(most) and not names[table] & most


def _table_with(columns: Columns, tables: list[Path], root: Path) -> Path:
    """The first table with all the columns that were named."""
    for table in tables:
        names = {plain(name) for name in read_columns(table)}
        if all(plain(name) in names for name in columns.given_names):
            return table
    raise DataError(
        "D161",
        f"no table here has {' and '.join(map(printable, columns.given_names))}",
        "put a table with these columns beside the folders, or leave them out",
        printable(root),
        "; ".join(f"{t.name}: {', '.join(map(printable, read_columns(t)))}" for t in tables[:5]),
    )


def _lies_there(table: Path) -> str:
    names = read_columns(table)
    shown = ", ".join(printable(name, limit=40) for name in names[:8])
    return f"{table.name} lies beside the folders and is not used (columns {shown}); " + (
        "--split or --group COLUMN uses it"
    )
