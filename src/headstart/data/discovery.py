"""From a path to examples, whatever lies there."""

from pathlib import Path

from headstart.data.archive import is_archive, unpack
from headstart.data.column_names import plain
from headstart.data.column_settings import GUESS, Columns
from headstart.data.folders import (
    TABLES,
    read_shelves,
    shelves_in,
    visible_files,
    visible_folders,
)
from headstart.data.found import Found
from headstart.data.manifest import join, read_manifest, read_parts
from headstart.data.presence import need_place
from headstart.data.records import PARTS
from headstart.data.shelter import Shelter
from headstart.data.tables import read_columns
from headstart.errors import DataError, UsageError
from headstart.hostile import printable


def find(place: Path | str, columns: Columns = GUESS, *, cache: Path | None = None) -> Found:
    """Labeled examples at a place: a folder, a table, or an archive of either.

    Class folders and split folders are read as such; a table beside them is used only for columns
    that `columns` names. Archives are unpacked below `cache`. Nothing is written at the place.
    Raises `DataError`, and `SecurityError` for an archive that could do harm.
    """
    path = Path(place).absolute()
    path = path.resolve() if ".." in path.parts else path
    if path.is_dir():
        return _in_folder(path, columns, Shelter(path))
    need_place(path)
    if is_archive(path):
        if cache is None:
            raise UsageError("U132", "an archive needs a folder to unpack to", "find(…, cache=…)")
        return _in_archive(path, columns, cache)
    if path.suffix.casefold() in {*TABLES, ".txt"}:
        return read_manifest(path, columns, Shelter(path.parent))
    raise DataError(
        "D105", "not a folder, a table or an archive",
        "give the folder that holds a folder for each class", printable(path),
    )  # fmt: skip


def _in_archive(path: Path, columns: Columns, cache: Path) -> Found:
    inside = unpack(path, cache)
    while len(folders := visible_folders(inside)) == 1 and not visible_files(inside):
        if shelves_in(inside)[0].part:
            break
        inside = folders[0]
    found = _in_folder(inside, columns, Shelter(inside, closed=True))
    return found.noting(f"unpacked {path.name}")


def _in_folder(root: Path, columns: Columns, shelter: Shelter) -> Found:
    tables = [path for path in visible_files(root) if path.suffix.casefold() in TABLES]
    shelves = shelves_in(root)
    classes = len({shelf.label for shelf in shelves})
    if columns.named:
        table = _table_with(columns, tables, root)
        if columns.path or columns.label or classes < 2:
            return read_manifest(table, columns, shelter)
        return join(read_shelves(root, shelves), table, columns, shelter)
    if classes < 2 and tables:
        return _from_tables(root, tables, columns, shelter)
    found = read_shelves(root, shelves)
    return found.noting(*(_lies_there(table) for table in tables))


def _from_tables(root: Path, tables: list[Path], columns: Columns, shelter: Shelter) -> Found:
    """The one table of a folder, or one a part."""
    parts = [(PARTS.get(table.stem.casefold(), ""), table) for table in tables]
    if len(tables) > 1 and all(part for part, _ in parts):
        return read_parts(parts, columns, shelter)
    if len(tables) == 1:
        return read_manifest(tables[0], columns, shelter).noting(f"read {tables[0].name}")
    raise DataError(
        "D106",
        f"{len(tables)} tables, and no telling which one lists the examples",
        f"give the table itself: headstart check {printable(tables[0])}",
        printable(root),
    )


def _table_with(columns: Columns, tables: list[Path], root: Path) -> Path:
    """The first table with all the columns that were named."""
    for table in tables:
        names = {plain(name) for name in read_columns(table)}
        if all(plain(name) in names for name in columns.named):
            return table
    raise DataError(
        "D161",
        f"no table here has {' and '.join(map(printable, columns.named))}",
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
