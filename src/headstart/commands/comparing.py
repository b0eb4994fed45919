"""Commands that look at several runs: list them, hold them against each other, make them."""

from pathlib import Path
from typing import Annotated, Any

import typer

import headstart
from headstart import summaries, terminal
from headstart.commands.flags import Json, Place, Runs, given, takes
from headstart.ending import working
from headstart.hostile import printable
from headstart.run.settings import Settings

LACKING = 8
"""Exit code where some of what was asked for is there, but not all."""
Compared = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="write it: compared.csv or .html")
]


def runs(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="where runs are")] = Path("runs"),
    *,
    json: Json = False,
) -> None:
    """List the runs in a folder, with what each found."""
    from headstart.run import run_list

    records = [one.record() for one in run_list.runs_in(folder)]
    terminal.document(records) if json else terminal.show(summaries.run_list(records))


def compare(runs: Runs, *, out: Compared = None, json: Json = False) -> None:
    """Hold runs against the first of them, on the test rows that all answered.

    Differences have paired 95% intervals. Runs of different tasks or rows are refused.
    """
    from headstart.run import comparison_files

    if out:
        comparison_files.need_ending(out)
    found = headstart.compare(runs)
    if out:
        comparison_files.write(out, found)
    record = found.record()
    terminal.document(record) if json else terminal.show(summaries.compared(record, out))


@takes(Settings)
def sweep(
    place: Place,
    *,
    seeds: Annotated[int, typer.Option(metavar="N", help="divisions of the rows to try")] = 3,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="where to (runs/sweep_NAME_...)")
    ] = None,
    json: Json = False,
    **options: Any,
) -> None:
    """Train with each of --backbone A,B and --strategy S,T, and compare what comes of it.

    The same command again goes on; what fails is listed, and the exit code is then 8.
    """
    with working() as tell:
        found = headstart.sweep(place, seeds=seeds, out=out, tell=tell, **given(options))
    record = found.record()
    if json:
        terminal.document(record)
    else:
        terminal.show(summaries.compared(record, found.path / "compared.html"))
        terminal.show(
            [f"failed: {printable(one['cell'])}: {one['code']} {one['what']}"
             for one in record["failed"]]
        )  # fmt: skip
    if found.failed:
        raise typer.Exit(LACKING)
