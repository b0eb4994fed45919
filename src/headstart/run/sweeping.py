"""Every run of a sweep, one after the other, and a table of them all."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.errors import HeadstartError, Interrupted
from headstart.evaluate.comparison import Comparison
from headstart.events import Tell, note, warn
from headstart.hostile import printable
from headstart.run.comparing import contest
from headstart.run.comparison_files import write
from headstart.run.reading import Run
from headstart.run.sweep_grid import Cell

TABLES = ("compared.json", "compared.csv", "compared.html")


@dataclass(frozen=True)
class Failure:
    """A run that came to nothing, and why."""

    cell: str
    code: str
    what: str


@dataclass(frozen=True, eq=False)
class Sweep:
    """Where the runs lie, what they show beside each other, and what failed."""

    path: Path
    comparison: Comparison
    failed: tuple[Failure, ...]

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        failed = [asdict(one) for one in self.failed]
        return {"path": str(self.path), **self.comparison.record(), "failed": failed}


def swept(out: Path, cells: Sequence[Cell], make: Callable[[Cell], Run], tell: Tell) -> Sweep:
    """Make every run, tell of those that fail, and leave the tables in the folder.

    A run that ended is given back by `make`. Raises the first error where nothing else came.
    """
    runs, failed = dict[str, dict[str, Run]](), list[tuple[Failure, Exception]]()
    for number, cell in enumerate(cells, 1):
        note(tell, f"run {number} of {len(cells)}: {printable(cell.group)}, seed {cell.seed}")
        try:
            runs.setdefault(cell.group, {})[str(cell.seed)] = make(cell)
        except Interrupted:
            raise
        except Exception as error:  # the others go on, whatever it was
            failed.append((_failure(cell, error), error))
            warn(tell, f"{cell.name} failed: {failed[-1][0].what}", code=failed[-1][0].code)
    known = {group: some for group, some in runs.items() if some}
    if not known:
        raise failed[0][1]
    found = Sweep(out, contest(known, strict=False), tuple(failure for failure, _ in failed))
    leave(found)
    return found


def _failure(cell: Cell, error: Exception) -> Failure:
    if isinstance(error, HeadstartError):
        return Failure(cell.name, error.code, printable(error.what, 500))
    return Failure(cell.name, "X100", printable(f"{type(error).__name__}: {error}", 500))


def leave(found: Sweep) -> None:
    """The tables, beside the folders of the runs."""
    document, *others = (found.path / name for name in TABLES)
    durable.write(document, durable.to_json(found.record(), indent=1) + "\n")
    for place in others:
        write(place, found.comparison)
