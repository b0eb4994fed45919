"""Commands that look at data and learn from them."""

from pathlib import Path
from typing import Annotated, Any

import typer

import headstart
from headstart import durable, summaries, terminal
from headstart.commands.flags import Json, Out, Place, Places, given, takes
from headstart.commands.showing import run_ended
from headstart.data.column_settings import Columns
from headstart.ending import working
from headstart.hostile import printable
from headstart.run.settings import PretrainSettings, RankSettings, Settings

Track = Annotated[
    str | None, typer.Option(metavar="WHERE", help="tensorboard, mlflow:URI, wandb or trackio")
]


@takes(Columns)
def check(
    place: Place,
    *,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write the audit there (- prints it)")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="show it there, pictures and boxes: .html")
    ] = None,
    **options: Any,
) -> None:
    """Read everything and list what is broken, twice, or odd; train nothing.

    Where nothing could be learned from the rest, the exit code is 3, once all is listed.
    """
    with working() as tell:
        audit = headstart.check(place, page=page, tell=tell, **given(options))
    problems = [problem.record() for problem in audit.problems]
    record = {**audit.record(), "listed": problems}
    if json and json != Path("-"):
        durable.write(json, terminal.dumped(record) + "\n")
    if json == Path("-"):
        terminal.document(record)
    else:
        written = [f"written: {printable(file)}" for file in (json, page) if file]
        terminal.show([*summaries.audited(audit.lines(), problems), *written])
    audit.needed()


@takes(RankSettings)
def rank(place: Place, *, json: Json = False, **options: Any) -> None:
    """Say which backbone to start from, measured on the data itself."""
    with working() as tell:
        found = headstart.rank(place, tell=tell, **given(options))
    records = [vars(one) for one in found]
    terminal.document(records) if json else terminal.show(summaries.ranked(records))


@takes(Settings)
def plan(place: Place, *, json: Json = False, **options: Any) -> None:
    """Say what train would try and what it would take, from a rehearsal on a few examples."""
    with working() as tell:
        record = headstart.plan(place, tell=tell, **given(options)).record()
    terminal.document(record) if json else terminal.show(summaries.planned(record))


@takes(Settings)
def train(
    place: Place, *, out: Out = None, json: Json = False, track: Track = None, **options: Any
) -> None:
    """Learn from labeled examples: a model, a report, and whether transfer helped.

    The same command again continues a run that was stopped, and gives back one that ended.
    """
    with working() as tell:
        run = headstart.train(place, out=out, tell=tell, track=track, **given(options))
    run_ended(run.path, run.metrics, json=json)


@takes(PretrainSettings)
def pretrain(
    places: Places,
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="the new backbone's folder")],
    **options: Any,
) -> None:
    """Make a backbone of your own from large sets: labeled ones, or anything with a teacher.

    With --backbone, a detector from pictures with boxes.

    `headstart train PATH --backbone DIR` starts from it.
    """
    with working() as tell:
        made = headstart.pretrain(places, out=out, tell=tell, **given(options))
    terminal.show(
        [f"{printable(made.name)}: {printable(made.origin.note)}", f"in {printable(out)}"]
    )


def demo(*, out: Out = None, json: Json = False) -> None:
    """See where transfer helps, is not needed, and hurts, on pictures the package brings."""
    with working() as tell:
        runs = headstart.demo(out, tell=tell)
    records = [{"path": str(run.path), **run.metrics} for run in runs]
    terminal.document(records) if json else terminal.show(summaries.demonstrated(records))
