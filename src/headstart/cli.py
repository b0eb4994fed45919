"""One function a command, each one call through the front door.

Exit codes: 0 done, 2 usage, 3 data refused, 4 resource, 5 model or download, 6 training failed,
7 security refusal, 8 predicted, but not for all, 130 and 143 stopped by hand or by the system, and
saved.
"""

import io
import os
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

import headstart
from headstart import durable, summaries, terminal
from headstart.data.column_settings import Columns
from headstart.ending import named, obeying, working
from headstart.errors import UsageError
from headstart.flags import Json, Out, Place, Places, RunFolder, Runs, given, takes
from headstart.hostile import printable
from headstart.run.settings import PretrainSettings, RankSettings, Settings
from headstart.share.publication import PublishSettings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Transfer learning that measures: which model, how much to retrain, whether it helped.",
)


def _version(asked: bool) -> None:  # noqa: FBT001 (typer calls it so)
    if asked:
        print(f"headstart {headstart.__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def headstart_(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print it and exit")
    ] = False,
) -> None:
    """Stand before every command."""


@app.command()
@takes(Columns)
def check(
    place: Place,
    *,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write the audit there (- prints it)")
    ] = None,
    **options: Any,
) -> None:
    """Read everything and list what is broken, twice, or odd; train nothing.

    Where nothing could be learned from the rest, the exit code is 3, once all is listed.
    """
    with working() as tell:
        audit = headstart.check(place, tell=tell, **given(options))
    problems = [problem.record() for problem in audit.problems]
    record = {**audit.record(), "listed": problems}
    if json == Path("-"):
        terminal.document(record)
    else:
        terminal.show(summaries.audited(audit.lines(), problems))
    if json and json != Path("-"):
        durable.write(json, terminal.dumped(record) + "\n")
        terminal.show([f"written: {printable(json)}"])
    audit.needed()


@app.command()
@takes(Settings)
def train(place: Place, *, out: Out = None, json: Json = False, **options: Any) -> None:
    """Learn from labeled examples: a model, a report, and whether transfer helped.

    The same command again continues a run that was stopped, and gives back one that ended.
    """
    with working() as tell:
        run = headstart.train(place, out=out, tell=tell, **given(options))
    _ended(run.path, run.metrics, json=json)


@app.command()
@takes(Settings)
def plan(place: Place, *, json: Json = False, **options: Any) -> None:
    """Say what train would try and what it would take, from a rehearsal on a few examples."""
    with working() as tell:
        record = headstart.plan(place, tell=tell, **given(options)).record()
    terminal.document(record) if json else terminal.show(summaries.planned(record))


Answers = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="write all there: answers.csv, .jsonl or .parquet"),
]


@app.command()
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
) -> None:
    """Say what each file, or each row of a table, shows, or that the model is not sure.

    What cannot be read is listed at the end; the exit code is then 8.
    """
    things = _texts(text or [], second or [])
    if not places and not things:
        raise UsageError(
            "U115", "nothing to judge", f'headstart predict {printable(run)} FILES, or --text "…"'
        )
    from headstart.run import answers

    if out:
        answers.need_ending(out)
    found, asked = answers.judged(run, places or [], things, sys.stdin)
    records = [answer.record() for answer in found]
    if out:
        answers.write(out, found)
    if json:
        terminal.document(records)
    else:
        terminal.show(summaries.answered(records, asked.notes, asked.passed, out))
    if any(answer.failure for answer in found):
        raise typer.Exit(3 if strict else 8)


def _texts(first: list[str], second: list[str]) -> list[Any]:
    """Texts as they are, or two and two."""
    if second and len(first) != len(second):
        raise UsageError(
            "U157", f"{len(first)} --text and {len(second)} --second", "give one --second a --text"
        )
    return list(zip(first, second, strict=True)) if second else list(first)


@app.command()
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


def _said(line: str) -> None:
    """At once, in a pipe too."""
    terminal.show([line])
    sys.stdout.flush()


@app.command()
def report(
    run: RunFolder,
    *,
    open_: Annotated[bool, typer.Option("--open", help="in the browser, too")] = False,
    json: Json = False,
) -> None:
    """Print what a run found, and where its page is."""
    done = headstart.report(run)
    _ended(done.path, done.metrics, json=json)
    if open_:
        webbrowser.open((done.path / "report.html").resolve().as_uri())


@app.command()
def export(
    run: RunFolder,
    *,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="onnx")] = "onnx",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="where to (RUN/export/model.onnx)")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="PATH", help="where the data are, if they moved")
    ] = None,
    json: Json = False,
) -> None:
    """Write the model as one file that runs without headstart, once it answers alike.

    Every test row is asked about in both; where answers differ, nothing is written.
    """
    done = headstart.report(run)
    with working() as tell:
        made = done.export(to, out, data=data, tell=tell)
    terminal.document(made.record()) if json else terminal.show(
        [f"written: {printable(made.path)} ({made.bytes / 1e6:.1f} MB)", made.parity.told]
    )


@app.command()
def compress(
    run: RunFolder,
    *,
    out: Annotated[Path, typer.Option(metavar="RUN2", help="the new run's folder")],
    int8: Annotated[bool, typer.Option("--int8", help="whole numbers of 8 bits")] = False,
    data: Annotated[
        Path | None, typer.Option(metavar="PATH", help="where the data are, if they moved")
    ] = None,
    json: Json = False,
) -> None:
    """Make the model smaller, and measure on the same test rows what that loses."""
    if not int8:
        raise UsageError("U178", "how is the model to become smaller?", "--int8")
    done = headstart.report(run)
    with working() as tell:
        found = done.compress(out, data=data, tell=tell).record()
    terminal.document(found) if json else terminal.show(summaries.compressed(found, out))


@app.command()
def backbones(*, json: Json = False) -> None:
    """List what can be started from, here and now."""
    records = [row.record() for row in headstart.backbones()]
    terminal.document(records) if json else terminal.show(summaries.listed(records))


@app.command()
@takes(RankSettings)
def rank(place: Place, *, json: Json = False, **options: Any) -> None:
    """Say which backbone to start from, measured on the data itself."""
    with working() as tell:
        found = headstart.rank(place, tell=tell, **given(options))
    records = [vars(one) for one in found]
    terminal.document(records) if json else terminal.show(summaries.ranked(records))


@app.command()
@takes(PretrainSettings, but="arch")
def pretrain(
    places: Places,
    *,
    arch: Annotated[
        str, typer.Option(metavar="NAME", help="as timm calls it, or headstart_lstm, _dscnn")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="the new backbone's folder")],
    **options: Any,
) -> None:
    """Make a backbone of your own from large sets: labeled ones, or anything with a teacher.

    `headstart train PATH --backbone DIR` starts from it.
    """
    with working() as tell:
        made = headstart.pretrain(places, arch=arch, out=out, tell=tell, **given(options))
    terminal.show(
        [f"{printable(made.name)}: {printable(made.origin.note)}", f"in {printable(out)}"]
    )


@app.command()
@takes(PublishSettings)
def publish(
    run: RunFolder,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="a folder, or hf://owner/name")],
    *,
    json: Json = False,
    **options: Any,
) -> None:
    """Write a run or a backbone so that timm, sentence-transformers or anybody starts from it.

    Says every file and byte that leaves. Nothing is sent to another machine without --yes.
    """
    with working() as tell:
        done = headstart.publish(run, target, tell=tell, **given(options))
    terminal.document(done.record()) if json else terminal.show(done.lines())


@app.command()
def demo(*, out: Out = None, json: Json = False) -> None:
    """Learn handwritten digits from 20 examples each, which come with the package."""
    with working() as tell:
        run = headstart.demo(out, tell=tell)
    _ended(run.path, run.metrics, json=json)


def main() -> None:
    """The `headstart` command."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads with nothing to do sleep
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: Sequence[str]) -> int:
    """Run a command line and answer its exit code; every failure is told in the one shape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no "…"
    try:
        with obeying():
            code = app(args=list(arguments), prog_name="headstart", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter complains on its way out
        return 0  # the reader had enough
    except Exception as error:
        if os.environ.get("HEADSTART_DEBUG"):
            raise
        known = named(error)
        if "--json" in arguments and arguments[0] != "check":
            terminal.document({"error": known.record()})
        terminal.failed(known)
        return known.exit_code


def _ended(path: Path, metrics: Mapping[str, Any], *, json: bool) -> None:
    if json:
        paths = {"path": os.fspath(path), "report": os.fspath(path / "report.html")}
        terminal.document({**paths, **metrics})
    else:
        terminal.show(summaries.ended(path, metrics))
