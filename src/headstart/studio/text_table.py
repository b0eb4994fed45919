"""Texts and their classes in the folder's table `texts.csv`, which the page writes."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from headstart import durable
from headstart.serve import Refusal

TABLE = "texts.csv"
_COLUMNS = ["text", "label"]
Row = tuple[str, str]


@dataclass(frozen=True)
class TextTable:
    """A table with the columns text and label; rows are written whole or not at all."""

    path: Path

    def rows(self) -> list[Row]:
        """Texts with their classes. Raises `Refusal` for a table that somebody else made."""
        return [row for _, row in self.numbered()]

    def numbered(self) -> list[tuple[int, Row]]:
        """The same with the line on which each begins. Raises `Refusal`."""
        try:
            lines = list(_numbered(self.path.read_text("utf-8-sig")))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, csv.Error):
            lines = [(1, [""])]
        if not lines:
            return []
        if lines[0][1] != _COLUMNS or any(len(row) != 2 for _, row in lines[1:] if row):
            raise Refusal(
                "H603", 409, f"{self.path.name} is not a table of text and label alone",
                "work on it with headstart train; the page can't add to it",
            )  # fmt: skip
        return [(number, (row[0], row[1])) for number, row in lines[1:] if row]

    def add(self, texts: Iterable[str], label: str) -> int:
        """Add what is not there yet under this class; how many were."""
        rows = self.rows()
        known, before = set(rows), len(rows)
        for text in texts:
            row = (text.strip(), label)
            if row[0] and row not in known:
                known.add(row)
                rows.append(row)
        if len(rows) > before:
            self._write(rows)
        return len(rows) - before

    def take_out(self, label: str, keys: Sequence[str]) -> list[Row]:
        """Take rows out, by the keys of their texts; those that were there."""
        gone = [row for row in self.rows() if row[1] == label and key_of(row[0]) in keys]
        if gone:
            self._write([row for row in self.rows() if row not in gone])
        return gone

    def rename(self, label: str, to: str) -> None:
        """Call a class otherwise."""
        self.change(lambda row: (row[0], to) if row[1] == label else row)

    def change(self, become: Callable[[Row], Row]) -> None:
        """Write every row as it becomes."""
        self._write([become(row) for row in self.rows()])

    def _write(self, rows: Iterable[Row]) -> None:
        lines = io.StringIO(newline="")
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerows([_COLUMNS, *rows])
        durable.write(self.path, lines.getvalue())


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    reader, begins = csv.reader(io.StringIO(text, newline="")), 1
    for row in reader:
        yield begins, row
        begins = reader.line_num + 1


def key_of(text: str) -> str:
    """Names a text in an address."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
