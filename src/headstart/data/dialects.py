"""How a file of separated cells is written: what stands between cells, around them, before quotes.

Quotes are read where they close: at the end of a cell. One that closes nowhere is a plain character
of its text. A quoted cell that goes over several lines is believed unless each of these lines is a
row by itself, with cells that other rows have, too.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from headstart.errors import DataError

SEPARATORS = (",", "\t", ";", "|")
_QUOTES = ('""', "''", "“”", "«»")
_LONGEST = 2**31 - 1
"""Characters of a cell; the library's own limit would refuse a table for one long text."""
_SAMPLE = 50_000
"""Characters that are looked at to tell the separator."""
_FEW = 50
"""Different cells of a column up to which a further one is told to be none of them."""
_ENDS = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Dialect:
    """What stands between cells and around them."""

    separator: str = ","
    """Empty where each line is one cell."""
    quotes: str = '""'
    """The opening one and the closing one."""
    escapes: bool = False
    """Whether a backslash before a quote, a separator or a line end takes its meaning away."""

    @cached_property
    def quoted(self) -> re.Pattern[str]:
        """A cell in quotes, up to its separator or the end of the line."""
        opening, closing = map(re.escape, self.quotes)
        twice = f"|{closing}{closing}" if opening == closing else ""
        inside = rf"[^{closing}\\]++|\\." if self.escapes else rf"[^{closing}]++"
        blank = "[ \t]*" if self.separator != "\t" else " *"
        ends = rf"(?={self._between}\r|\n|\Z)"
        return re.compile(
            rf"{blank}{opening}((?:{inside}{twice})*+){closing}{blank}{ends}", re.DOTALL
        )

    @cached_property
    def plain(self) -> re.Pattern[str]:
        """A cell without quotes."""
        own = re.escape(self.separator)
        more = r"\\]|\\(?:\r\n|.))*" if self.escapes else "])*"
        return re.compile(rf"(?:[^{own}\r\n{more}", re.DOTALL)

    @property
    def _between(self) -> str:
        return f"{re.escape(self.separator)}|" if self.separator else ""

    def text(self, cell: str, *, quoted: bool) -> str:
        """A cell's text without what the dialect adds to it."""
        if quoted and self.quotes[0] == self.quotes[1]:
            cell = cell.replace(self.quotes, self.quotes[0])
        if not self.escapes:
            return cell
        own = re.escape(self.separator + self.quotes)
        return re.sub(rf"\\([{own}\\\r\n])", r"\1", cell)


@dataclass(frozen=True)
class Line:
    """One row as it stands in the file."""

    number: int
    """Of the line in which it begins, from 1."""
    cells: tuple[str, ...]
    lone: int = 0
    """The cell, from 1, that begins with a quote which closes nowhere; 0 for none."""


def dialect_of(text: str, usual: str) -> Dialect:
    """What separates the cells: what parts the most lines into as many cells as the first."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample

    def score(separator: str) -> tuple[bool, int, int]:
        widths = [len(line.cells) for line in _rows(sample, Dialect(separator)) if any(line.cells)]
        (width, count), *_ = Counter(widths).most_common(1) or [(0, 0)]
        return (widths[:1] == [width], count, width) if width > 1 else (False, 0, 0)

    return Dialect(max((usual, *SEPARATORS), key=score))  # the first of equals


def lines_of(text: str, dialect: Dialect, name: str) -> tuple[list[Line], Dialect]:
    """All rows, empty ones left out, and the quotes and escapes by which they were read.

    Raises `DataError` where a quoted cell over several lines may as well be several rows.
    """
    if plain := _plainly(text, dialect):
        return plain, dialect
    best: tuple[tuple[int, int], list[Line], Dialect] | None = None
    for tried in _dialects(text, dialect):
        lines = [line for line in _rows(text, tried, _Known(text, tried, name)) if any(line.cells)]
        score = (_even(lines), -sum(line.lone > 0 for line in lines))
        if best is None or score > best[0]:
            best = score, lines, tried
    assert best
    return best[1], best[2]


def _plainly(text: str, dialect: Dialect) -> list[Line]:
    """Rows as the standard has them; none where they are of unlike width or go over lines."""
    if not dialect.separator or f'{dialect.separator} "' in text:
        return []
    csv.field_size_limit(_LONGEST)
    rows: list[Line] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.separator, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if reader.line_num != number:
                return []
            if any(cells):
                rows.append(Line(number, tuple(cells)))
    except csv.Error:
        return []
    return rows if len({len(row.cells) for row in rows}) == 1 else []


def _dialects(text: str, dialect: Dialect) -> Iterator[Dialect]:
    """Ways to quote of which there is a trace in the text; the usual one first."""
    for quotes in _QUOTES:
        own = Dialect(dialect.separator, quotes)
        begins = rf"(?:^|[\r\n{re.escape(dialect.separator)}]) *{re.escape(quotes[0])}"
        if quotes != '""' and not re.search(begins, text):
            continue
        yield own
        if re.search(rf"\\[{re.escape(quotes + dialect.separator)}\r\n]", text):
            yield Dialect(dialect.separator, quotes, escapes=True)


def _even(lines: Sequence[Line]) -> int:
    """How many rows are as wide as most, less the others."""
    widths = Counter(len(line.cells) for line in lines)
    return 2 * max(widths.values(), default=0) - len(lines)


def _rows(text: str, dialect: Dialect, known: "_Known | None" = None) -> Iterator[Line]:
    """Row by row; a quoted cell over several lines is as `known` has it, else believed."""
    at, number, size = 0, 1, len(text)
    while at < size:
        begun, lone, cells = at, 0, list[str]()
        while True:
            cell, end, quoted = _cell(text, at, dialect)
            if quoted and known and known.torn(begun, at, end, (number, len(cells) + 1)):
                cell, end, quoted = *_unquoted(text, at, dialect), False
            if not quoted and cell.lstrip(" ").startswith(dialect.quotes[0]):
                lone = lone or len(cells) + 1
            cells.append(dialect.text(cell, quoted=quoted))
            at = end
            if not dialect.separator or not text.startswith(dialect.separator, at):
                break
            at += len(dialect.separator)
        ended = _ENDS.match(text, at)
        at = ended.end() if ended else size
        yield Line(number, tuple(cells), lone)
        number += len(_ENDS.findall(text, begun, at))


def _cell(text: str, at: int, dialect: Dialect) -> tuple[str, int, bool]:
    if found := dialect.quoted.match(text, at):
        return found[1], found.end(), True
    return *_unquoted(text, at, dialect), False


def _unquoted(text: str, at: int, dialect: Dialect) -> tuple[str, int]:
    found = dialect.plain.match(text, at)
    assert found
    return found[0], found.end()


@dataclass(frozen=True)
class _Known:
    """What rows of one line hold, by which a piece of a row is told from a row."""

    text: str
    dialect: Dialect
    name: str

    def torn(self, begun: int, at: int, end: int, place: tuple[int, int]) -> bool:
        """Whether a quoted cell that goes over lines is a lone quote, and each line a row.

        `begun` is where its row begins, `place` its line and column. Raises `DataError` where
        some of its lines are rows and some are not.
        """
        if not _ENDS.search(self.text, at, end):
            return False
        stop = _ENDS.search(self.text, end)
        lines = _ENDS.split(self.text[begun : stop.start() if stop else len(self.text)])
        fits = [self.fits(line) for line in lines if line.strip()]
        if not (fits[0] and fits[-1]):
            return False
        if 2 * sum(fits) < len(fits) + 1:
            raise DataError(
                "D111",
                f"a quote opens in row {place[0]}, column {place[1]}, and closes "
                f"{len(lines) - 1:,} lines below: one cell or many rows?",
                f"close that quote or take it out (line {place[0]}), and give the table again",
                self.name,
                "some of these lines are rows by themselves, and some are not",
            )
        return True

    def fits(self, line: str) -> bool:
        """Whether a line is a row by itself, as far as there are columns that can tell."""
        cells = next(_rows(line, self.dialect)).cells
        known = [(cells[i], values) for i, values in self.values.items() if i < len(cells)]
        return (
            len(cells) == self.width
            and bool(known)
            and all(_number(cell) if values is None else cell in values for cell, values in known)
        )

    @cached_property
    def _whole(self) -> list[tuple[str, ...]]:
        """Rows of one line each, but for the header, whose quotes come in pairs."""
        even = [
            line
            for line in _ENDS.split(self.text)[1:]
            if line.strip() and not sum(map(line.count, set(self.dialect.quotes))) % 2
        ]
        return [next(_rows(line, self.dialect)).cells for line in even]

    @cached_property
    def width(self) -> int:
        """Cells of most rows."""
        widths = Counter(map(len, self._whole)).most_common(1)
        return widths[0][0] if widths else 0

    @cached_property
    def values(self) -> dict[int, set[str] | None]:
        """Of each column with few different cells, or numbers alone (None), what it holds."""
        rows = [row for row in self._whole if len(row) == self.width]
        found: dict[int, set[str] | None] = {}
        for i in range(self.width if rows else 0):
            cells = {row[i] for row in rows}
            if all(map(_number, cells)):
                found[i] = None
            elif len(cells) <= _FEW and 2 * len(cells) <= len(rows):
                found[i] = cells
        return found


def _number(cell: str) -> bool:
    return re.fullmatch(r"\s*[-+]?[0-9]+([.,][0-9]+)?\s*", cell) is not None
