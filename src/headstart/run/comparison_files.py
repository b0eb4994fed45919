"""A comparison as a table for spreadsheets, or as a page with a picture."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from headstart import durable
from headstart.errors import UsageError
from headstart.hostile import printable

if TYPE_CHECKING:
    from headstart.evaluate.comparison import Comparison

ENDINGS = (".csv", ".html")


def write(out: Path, found: "Comparison") -> None:
    """The table as CSV, or a page with a picture of it, by the file's ending."""
    need_ending(out)
    if out.suffix.casefold() == ".csv":
        durable.write(out, table_of(found))
        return
    from headstart.report import comparison_page

    durable.write(out, comparison_page(found))


def need_ending(out: Path) -> None:
    """Raise `UsageError` for a file that would be neither a table nor a page."""
    if out.suffix.casefold() not in ENDINGS:
        raise UsageError(
            "U245", f"{printable(out.name)} is no kind of comparison", "--out compared.html",
            why=f"comparisons are written as {' or '.join(ENDINGS)}",
        )  # fmt: skip


def table_of(found: "Comparison") -> str:
    """A line a run, as CSV."""
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    bounds = [f"difference_{name}" for name in ("low", "high")]
    writer.writerow(
        ["run", "backbone", "strategy", found.figure, "low", "high", "test_rows", "cpu_s",
         "difference", *bounds, "common_rows", "word"]
    )  # fmt: skip
    against = {pair.run: pair for pair in found.pairs}
    for one in found.entries:
        figure, pair = one.figure, against.get(one.name)
        cells: list[object] = [one.name, one.backbone, one.strategy]
        cells += [figure.value, figure.low, figure.high, one.rows, one.cpu_s]
        gap = pair.difference if pair else None
        cells += [gap.value, gap.low, gap.high] if gap else ["", "", ""]
        cells += [pair.rows, pair.word] if pair else ["", ""]
        writer.writerow(map(_inert, cells))
    return kept.getvalue()


def _inert(cell: object) -> object:
    """Text that no spreadsheet takes for a formula."""
    risky = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@"))
    return f"'{cell}" if risky else cell
