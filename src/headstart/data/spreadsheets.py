"""Workbooks: the first sheet that has rows is a table, or one for each part of the data."""

from pathlib import Path

from headstart.data.part_names import parts_of
from headstart.errors import DataError, needs
from headstart.hostile import printable

Cells = list[list[object]]


def cells_in(path: Path) -> tuple[Cells, str]:
    """All cells of the first sheet with any, and what is told of others.

    Sheets that are called as parts are, with the same first row, are one table with a column split.
    Values stand for formulas. Raises `DataError` for what is no workbook, `MissingExtra`.
    """
    with needs("excel"):
        import openpyxl
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title: [list(row) for row in sheet.values] for sheet in book.worksheets}
        book.close()
    except Exception as error:  # zip, XML and the library's own
        raise DataError(
            "D285", "not a workbook", "save it again as .xlsx or CSV", printable(path),
            printable(error),
        ) from error  # fmt: skip
    full = [name for name, rows in sheets.items() if len(rows) > 1]
    if not full:
        return [], ""
    heads = [sheets[name][0] for name in full]
    parts = len(full) > 1 and len(parts_of(full, {})) == len(full)
    if parts and all(head == heads[0] for head in heads):
        rows = [[*row, name] for name in full for row in _filled(sheets[name][1:])]
        shown = ", ".join(printable(name, 40) for name in full)
        return [[*heads[0], "split"], *rows], f"{path.name}: sheets {shown} are parts of the data"
    others = ", ".join(printable(name, 40) for name in full[1:6])
    told = f"{path.name}: read sheet {printable(full[0], 40)}" + (
        f", not {others}" if others else ""
    )
    return _filled(sheets[full[0]]), told


def _filled(rows: Cells) -> Cells:
    return [row for row in rows if any(cell is not None for cell in row)]
