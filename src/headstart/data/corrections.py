"""What people set right beside their data: examples to leave out, or to count as another class.

A table `headstart.corrections.csv` in the folder, with a line an example: its name as messages
have it ("cat/12.jpg"), or the text itself; its class, empty to leave it out; and why. The files
that it names are never touched.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from headstart import durable
from headstart.data.examples import Examples, InMemory
from headstart.data.found import Found
from headstart.data.problem import Problem
from headstart.data.truth import ClassTruth
from headstart.errors import DataError
from headstart.hostile import printable

CORRECTIONS = "headstart.corrections.csv"
_COLUMNS = ("name", "label", "why")
_NOTHING = f"no example that {CORRECTIONS} names"


@dataclass(frozen=True)
class Correction:
    """One line of the table."""

    name: str
    label: str = ""
    """Of one of the classes; empty to leave the example out."""
    why: str = ""


def corrections_in(place: Path) -> tuple[Correction, ...]:
    """The lines of a folder's table; none where there is none. Raises `DataError`."""
    path = place / CORRECTIONS
    try:
        lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(
            "D295", "the table of corrections can't be read",
            "mend it, or move it elsewhere", printable(path), printable(error),
        ) from error  # fmt: skip
    if not lines or lines[0][:1] != ["name"] or "label" not in lines[0]:
        raise DataError(
            "D299", "this is no table of corrections", "let it begin with name,label,why",
            printable(path),
        )  # fmt: skip
    at = {name: lines[0].index(name) for name in _COLUMNS if name in lines[0]}
    found = [
        Correction(**{name: row[i] if i < len(row) else "" for name, i in at.items()})
        for row in lines[1:]
        if row and row[0]
    ]
    return tuple({one.name: one for one in found}.values())


def correct(place: Path, changes: Sequence[Correction], drop: Sequence[str] = ()) -> None:
    """Add lines to a folder's table, or replace those of the same names; forget those in `drop`."""
    kept = {one.name: one for one in corrections_in(place)}
    kept |= {one.name: one for one in changes}
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((c.name, c.label, c.why) for c in kept.values() if c.name not in drop)
    durable.write(place / CORRECTIONS, lines.getvalue())


def corrected(found: Found, place: Path) -> Found:
    """What was found, with the table of the folder minded. Raises `DataError` where that is wrong.

    Each line that counts is among the problems; what names nothing, or no class, is told.
    """
    told = {one.name: one for one in corrections_in(place)}
    if not told:
        return found
    examples, problems, moved = found.examples, list[Problem](), dict[int, str]()
    left_out, met = set[int](), set[str]()
    for row in range(len(examples)):
        one = told.get(_key(examples, row))
        if one is None:
            continue
        met.add(one.name)
        if not one.label:
            left_out.add(row)
            reason = f"left out by {CORRECTIONS}" + (f": {one.why}" if one.why else "")
            problems.append(Problem("D254", "corrected", examples.name(row), reason))
        elif one.label != examples.truth.written(row):
            moved[row] = one.label
    examples, more = _moved(examples, moved)
    lost = [Problem("D255", "ignored", name, _NOTHING) for name in told if name not in met]
    rows = [row for row in range(len(examples)) if row not in left_out]
    note = f"{CORRECTIONS}: {len(left_out):,} left out, {len(moved):,} counted as another class"
    problems = [*found.problems, *problems, *more, *lost]
    return replace(found, examples=examples.take(rows), problems=tuple(problems)).noting(note)


def _key(examples: Examples, row: int) -> str:
    """What a line calls an example: its name, or its text."""
    source = examples.sources[row]
    if isinstance(source, InMemory) and isinstance(source.content, str):
        return source.content
    return examples.name(row)


def _moved(examples: Examples, moved: dict[int, str]) -> tuple[Examples, list[Problem]]:
    """With these rows of other classes, which are known ones. Raises `DataError`."""
    if not moved:
        return examples, []
    truth = examples.truth
    unknown = sorted(set(moved.values()) - set(getattr(truth, "names", ())))
    if not isinstance(truth, ClassTruth) or unknown:
        raise DataError(
            "D300", f"{CORRECTIONS} names a class that is not there",
            "correct the label there, or leave it empty", why=printable(", ".join(unknown)),
        )  # fmt: skip
    indexes = list(truth.indexes)
    problems = []
    for row, label in moved.items():
        reason = f"counts as {printable(label)} by {CORRECTIONS}, not {truth.written(row)}"
        problems.append(Problem("D256", "corrected", examples.name(row), reason))
        indexes[row] = truth.names.index(label)
    return replace(examples, truth=ClassTruth(truth.names, tuple(indexes))), problems
