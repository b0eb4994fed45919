"""Commands that use what a run left: its answers and its page."""

import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import headstart
from headstart import summaries, terminal
from headstart.commands.flags import Json, RunFolder, Runs, takes
from headstart.commands.showing import run_ended
from headstart.errors import UsageError
from headstart.hostile import printable
from headstart.options import made
from headstart.run.answer_settings import AnswerSettings
from headstart.run.box_settings import BoxSettings

if TYPE_CHECKING:
    from headstart.run.answers import Judged

Answers = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FILE", help="write all there: answers.csv, .jsonl, .parquet; boxes.json"
    ),
]


@takes(AnswerSettings)
def predict(
    run: RunFolder,
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="PLACE...", help="files, folders, tables, archives, or - for lines"),
    ] = None,
    *,
    text: Annotated[
        list[str] | None, typer.Option("--text", metavar="TEXT", help="a text; any number of them")
    ] = None,
    second: Annotated[
        list[str] | None,
        typer.Option("--second", metavar="TEXT", help="for each --text, what goes with it"),
    ] = None,
    out: Answers = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="exit code 3, not 8, where one cannot be read")
    ] = False,
    json: Json = False,
    **options: Any,
) -> None:
    """Say what each file, or each row of a table, shows, or that the model is not sure.

    What cannot be read is listed at the end; the exit code is then 8.
    """
    things = _texts(text or [], second or [])
    if not places and not things:
        raise UsageError(
            "U115", "nothing to judge", f'headstart predict {printable(run)} FILES, or --text "…"'
        )
    settings = made(AnswerSettings, options)
    from headstart.run import answers

    if out:
        answers.need_ending(out)
    found = answers.judged(run, places or [], things, sys.stdin, settings, out)
    _written(found, out, settings.boxes, json=json)
    if any(answer.failure for answer in found.answers):
        raise typer.Exit(3 if strict else 8)


def _written(found: "Judged", out: Path | None, boxes: BoxSettings, *, json: bool) -> None:
    """Write the files that were asked for, and show the answers."""
    from headstart.run import box_files  # torch is there by now; a wrong path needs none

    box_files.write_all(found, out, boxes)
    records = [answer.record(found.top) for answer in found.answers]
    if json:
        terminal.document(records)
    else:
        asked = found.asked
        terminal.show(summaries.answered(records, asked.notes, asked.passed, out))


def _texts(first: list[str], second: list[str]) -> list[Any]:
    """Texts as they are, or two and two."""
    if second and len(first) != len(second):
        raise UsageError(
            "U157", f"{len(first)} --text and {len(second)} --second", "give one --second a --text"
        )
    return list(zip(first, second, strict=True)) if second else list(first)


def serve(
    runs: Runs,
    *,
    port: Annotated[int, typer.Option(help="0 takes a free one")] = 8123,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    token: Annotated[str | None, typer.Option(help="what opens it (random, and printed)")] = None,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="everybody on this machine may ask")
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="what others call this machine; any number of them"),
    ] = None,
    memory: Annotated[int, typer.Option(metavar="MB", help="of a worker, beside the model")] = 2048,
) -> None:
    """Answer over HTTP: POST /predict, the Open Inference Protocol, and a page to try it.

    Loopback alone, and with a token, unless told otherwise. Stops once it has answered everybody.
    """
    from headstart.serve import serving

    reach = serving.reach_of(host, port, token, no_token=no_token, names=allow_host or ())
    serving.serve(runs, reach, _said, memory_mb=memory)


def studio(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="of the examples; made if new")],
    *,
    port: Annotated[int, typer.Option(help="0 takes a free one")] = 8124,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="open it in the browser")] = True,
    token: Annotated[str | None, typer.Option(help="what opens it (random, and printed)")] = None,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="everybody on this machine may ask")
    ] = False,
) -> None:
    """Open a page to collect examples, learn from them, and try what was learned.

    For this machine alone. What the page makes, the other commands continue.
    """
    from headstart.studio import studio as page

    show = webbrowser.open if open_ else str
    page.run(folder, page.reach_on(port, token, no_token=no_token), _said, show)


def _said(line: str) -> None:
    """At once, in a pipe too."""
    terminal.show([line])
    sys.stdout.flush()


def report(
    run: RunFolder,
    *,
    open_: Annotated[bool, typer.Option("--open", help="in the browser, too")] = False,
    json: Json = False,
) -> None:
    """Print what a run found, and where its page is."""
    done = headstart.report(run)
    run_ended(done.path, done.metrics, json=json)
    if open_:
        webbrowser.open((done.path / "report.html").resolve().as_uri())
