"""Workbooks, of which the first sheet that has rows is a table."""

from pathlib import Path

from headstart.errors import DataError, needs
from headstart.hostile import printable

Cells = list[list[object]]


def cells_in(path: Path) -> tuple[Cells, str]:
    """All cells of the first sheet with any, and what is told of others.

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
    others = ", ".join(printable(name, 40) for name in full[1:6])
    told = f"{path.name}: read sheet {printable(full[0], 40)}" + (
        f", not {others}" if others else ""
    )
    return [row for row in sheets[full[0]] if any(cell is not None for cell in row)], told
