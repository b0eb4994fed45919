"""Tables in pieces: which files are one table, and which part of the data each is."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from headstart.data.part_names import parts_of
from headstart.errors import DataError
from headstart.hostile import printable

_SHARD = re.compile(r"(?P<name>.*?)[-_.]?(?P<at>\d{1,6})[-_.]of[-_.](?P<of>\d{1,6})(?P<more>.*)")
_SPARK = re.compile(r"(?P<name>part)-(?P<at>\d{5})(-[0-9a-z-]+)?(\.c\d+)?(\.\w+)?", re.IGNORECASE)
"""As Spark calls them: part-00000-JOB.snappy.parquet."""
_PIECE = re.compile(r"(?P<name>.*?)[-_.]?(?P<at>\d{1,6})")


@dataclass(frozen=True)
class Piece:
    """One file of a table."""

    table: Path
    name: str
    """What all pieces of its table are called."""
    number: int = -1
    of: int = 0


def pieces_of(tables: Sequence[Path]) -> list[Piece]:
    """Tables by what is left of their names without the number of the piece."""
    found = []
    for table in tables:
        stem = table.name.removesuffix(table.suffix)
        match = _SHARD.fullmatch(stem) or _SPARK.fullmatch(stem)
        match = match or (_PIECE.fullmatch(stem) if len(tables) > 1 else None)
        if not match:
            found.append(Piece(table, stem))
            continue
        facts = match.groupdict()
        found.append(Piece(table, facts["name"], int(facts["at"]), int(facts.get("of") or 0)))
    return found


def parted(tables: Sequence[Path], told: Mapping[str, str]) -> list[tuple[str, Path]]:
    """Each table with its part; empty where their names are neither parts nor pieces of one.

    Raises `DataError` where pieces are missing.
    """
    pieces = pieces_of(tables)
    names = {piece.name or piece.table.parent.name for piece in pieces}
    parts = parts_of(names, told)
    own = [(parts.get(piece.name or piece.table.parent.name, ""), piece.table) for piece in pieces]
    numbered = all(piece.number >= 0 for piece in pieces)
    if not all(part for part, _ in own) and not (numbered and len(names) == 1):
        return []
    _need_all(pieces)
    return own


def _need_all(pieces: Sequence[Piece]) -> None:
    """Raise `DataError` where a piece that others tell of is not there."""
    held: dict[tuple[str, int], set[int]] = defaultdict(set)
    for piece in pieces:
        if piece.of:
            held[piece.name, piece.of].add(piece.number)
    for (name, of), numbers in held.items():
        lost = sorted({*range(of)} - numbers) if max(numbers) < of else []
        if lost:
            raise DataError(
                "D286",
                f"{len(lost)} of {of} pieces of {printable(name)} are not there",
                "download them too, or give the pieces new names without -of-",
                printable(pieces[0].table.parent),
                f"missing: {', '.join(map(str, lost[:5]))}",
            )
