"""One function a command, each one call through the front door.

Exit codes: 0 done, 2 usage, 3 data refused, 4 resource, 5 model or download, 6 training failed,
7 security refusal, 130 and 143 stopped by hand or by the system, and saved.
"""

import errno
import inspect
import io
import os
import shlex
import signal
import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import Parameter
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

import headstart
from headstart import durable, terminal
from headstart.errors import HeadstartError, Interrupted, ResourceError, UsageError
from headstart.events import Event, Tell, together
from headstart.hostile import printable

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Transfer learning that measures: which model, how much to retrain, whether it helped.",
)


def _flag(
    name: str, kind: type, text: str, metavar: str | None = None, also: str = ""
) -> Parameter:
    """An option that is None, which leaves the default to the callee, unless it is given."""
    names = (f"--{name.replace('_', '-')}", *([also] if also else []))
    option = typer.Option(*names, help=text, metavar=metavar)
    shown = Annotated[kind | None, option]  # type: ignore[valid-type]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=shown)


COLUMNS = (
    _flag("path", str, "column of a table with the paths (guessed)", "COLUMN"),
    _flag(
        "text", str, "column of a table with the texts themselves (guessed)", "COLUMN", "--source"
    ),
    _flag("second", str, "where each example is two texts: the column of the other", "COLUMN"),
    _flag("label", str, "column of a table with the labels (guessed)", "COLUMN", "--target"),
    _flag("start", str, "column with the second where a part of a recording begins", "COLUMN"),
    _flag("end", str, "column with the second where it ends (both guessed)", "COLUMN"),
    _flag("split", str, "column that says train, val or test (guessed)", "COLUMN"),
    _flag(
        "task",
        str,
        "classification, balanced, multilabel, regression, transcribe, text-to-text",
        "T",
    ),
    _flag("group", str, "column of what no split may tear, such as patients (guessed)", "COLUMN"),
)
GIVEN = (
    _flag("size", int, "side of the pictures, where not the backbone's own", "PX"),
    _flag("channels", int, "1 for grays, N for N bands; the backbone is adapted", "N"),
    _flag("prefix", str, "what stands before every text: 'query: ' for E5", "TEXT"),
)
SETTINGS = (
    _flag("backbone", str, "a timm model, a folder, several with commas, or auto", "NAME"),
    _flag("weights", str, "a safetensors file for it, or random", "FILE"),
    *GIVEN,
    _flag("strategy", str, "auto (the default), probe, unfreeze:N, full, lora, gradual, ...", "S"),
    _flag("budget", str, "what auto may spend on training beyond probes (10m)", "TIME"),
    _flag("head", str, "how the output layer is fitted: logistic, ridge, lda", "H"),
    _flag("compare", str, "train a further arm for the verdict: scratch", "ARM"),
    _flag("seed", int, "divides the rows, orders them, draws fresh weights (0)", "N"),
    _flag("test_size", float, "share of the rows that is kept for the test (0.2)", "X"),
    *COLUMNS,
    _flag("offline", bool, "never ask the network"),
)  # fmt: skip

Command = Callable[..., None]
Place = Annotated[Path, typer.Argument(metavar="PATH", help="a folder, a table, a zip or a tar")]
Places = Annotated[list[Path], typer.Argument(metavar="PATHS...", help="folders, archives, texts")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="what train left")]
Out = Annotated[Path | None, typer.Option("--out", metavar="RUN", help="where to (runs/DATE_NAME)")]
Json = Annotated[bool, typer.Option("--json", help="one JSON document instead of lines")]


def _takes(*flags: Parameter) -> Callable[[Command], Command]:
    """Spell out a command's `**options` as flags."""

    def spelled(command: Command) -> Command:
        plain = inspect.signature(command, eval_str=True)
        own = [p for p in plain.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
        command.__signature__ = plain.replace(parameters=[*own, *flags])  # type: ignore[attr-defined]
        return command

    return spelled


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
@_takes(*COLUMNS)
def check(
    place: Place,
    *,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write the audit there (- prints it)")
    ] = None,
    **options: Any,
) -> None:
    """Read everything and list what is broken, twice, or odd; train nothing."""
    with _working() as tell:
        audit = headstart.check(place, tell=tell, **_given(options))
    problems = [problem.record() for problem in audit.problems]
    record = {**audit.record(), "listed": problems}
    if json == Path("-"):
        terminal.document(record)
        return
    terminal.show(terminal.audited(audit.lines(), problems))
    if json:
        durable.write(json, terminal.dumped(record) + "\n")
        terminal.show([f"written: {printable(json)}"])


@app.command()
@_takes(*SETTINGS)
def train(place: Place, *, out: Out = None, json: Json = False, **options: Any) -> None:
    """Learn from labeled examples: a model, a report, and whether transfer helped.

    The same command again continues a run that was stopped, and gives back one that ended.
    """
    with _working() as tell:
        run = headstart.train(place, out=out, tell=tell, **_given(options))
    _ended(run.path, run.metrics, json=json)


@app.command()
@_takes(*SETTINGS)
def plan(place: Place, *, json: Json = False, **options: Any) -> None:
    """Say what train would try and what it would take, from a rehearsal on a few examples."""
    with _working() as tell:
        record = headstart.plan(place, tell=tell, **_given(options)).record()
    terminal.document(record) if json else terminal.show(terminal.planned(record))


@app.command()
def predict(
    run: RunFolder,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILES...", help="what to judge")
    ] = None,
    *,
    text: Annotated[
        list[str] | None, typer.Option("--text", metavar="TEXT", help="a text; any number of them")
    ] = None,
    second: Annotated[
        list[str] | None,
        typer.Option("--second", metavar="TEXT", help="for each --text, what goes with it"),
    ] = None,
    json: Json = False,
) -> None:
    """Say what each file shows, or that the model is not sure."""
    things: list[Any] = [*(files or ()), *_texts(text or [], second or [])]
    if not things:
        raise UsageError(
            "U115", "nothing to judge", f'headstart predict {printable(run)} FILES, or --text "…"'
        )
    with _working():
        found = headstart.load(run).predict(things)
    names = [" | ".join(t) if isinstance(t, tuple) else os.fspath(t) for t in things]
    records = [{"file": name, **vars(one)} for name, one in zip(names, found, strict=True)]
    terminal.document(records) if json else terminal.show(terminal.predicted(records))


def _texts(first: list[str], second: list[str]) -> list[Any]:
    """Texts as they are, or two and two."""
    if second and len(first) != len(second):
        raise UsageError(
            "U157", f"{len(first)} --text and {len(second)} --second", "give one --second a --text"
        )
    return list(zip(first, second, strict=True)) if second else list(first)


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
def backbones(*, json: Json = False) -> None:
    """List what can be started from, here and now."""
    records = [row.record() for row in headstart.backbones()]
    terminal.document(records) if json else terminal.show(terminal.listed(records))


@app.command()
@_takes(
    _flag("backbones", str, "NAME, FOLDER, NAME=FILE or NAME=random with commas, or all", "A,B"),
    _flag(
        "budget",
        str,
        "what it may take; what is left fine-tunes the first three: 10m",
        "TIME",
    ),
    _flag("max_params", str, "leave larger ones out: 5M", "N"),
    _flag("max_ms", float, "leave slower ones out, in CPU milliseconds an item", "MS"),
    _flag("max_mb", float, "leave heavier ones out", "MB"),
    _flag("license", str, "leave those out whose license does not say this", "WORD"),
    _flag("seed", int, "draws the examples; with the same one train tests on others (0)", "N"),
    *GIVEN,
    *COLUMNS,
    _flag("offline", bool, "never ask the network"),
)
def rank(place: Place, *, json: Json = False, **options: Any) -> None:
    """Say which backbone to start from, measured on the data itself."""
    with _working() as tell:
        found = headstart.rank(place, tell=tell, **_given(options))
    records = [vars(one) for one in found]
    terminal.document(records) if json else terminal.show(terminal.ranked(records))


@app.command()
@_takes(
    _flag("teacher", str, "a backbone to be matched; labels are not looked at then", "NAME"),
    _flag("weights", str, "a safetensors file for the teacher", "FILE"),
    _flag("watch", str, "labeled data: what a probe on it gets right, every two minutes", "DATA"),
    _flag("epochs", int, "times through the examples", "N"),
    _flag("size", int, "side of the input in pixels", "PX"),
    _flag("words", int, "of a recurrent network: how many words it knows (6000)", "N"),
    _flag("seed", int, "draws the weights, orders the examples (0)", "N"),
    _flag("offline", bool, "never ask the network"),
)
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
    with _working() as tell:
        made = headstart.pretrain(places, arch=arch, out=out, tell=tell, **_given(options))
    terminal.show(
        [f"{printable(made.name)}: {printable(made.origin.note)}", f"in {printable(out)}"]
    )


@app.command()
def demo(*, out: Out = None, json: Json = False) -> None:
    """Learn handwritten digits from 20 examples each, which come with the package."""
    with _working() as tell:
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
        code = app(args=list(arguments), prog_name="headstart", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter complains on its way out
        return 0  # the reader had enough
    except Exception as error:
        if os.environ.get("HEADSTART_DEBUG"):
            raise
        known = _named(error)
        if "--json" in arguments and arguments[0] != "check":
            terminal.document({"error": known.record()})
        terminal.failed(known)
        return known.exit_code


class _Terminated(Interrupted):
    """Stopped by the system, and saved."""

    exit_code = 128 + signal.SIGTERM


@contextmanager
def _working() -> Iterator[Tell]:
    """Lend a listener that shows progress, and stops the work once somebody asked for it.

    Asked twice, the work stops wherever it is. What it has written is whole either way.
    """
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt
        terminal.stopping()

    def stop(event: Event) -> None:
        if asked:
            raise _stopped(asked[0])

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with terminal.listening() as tell:
            yield together(tell, stop)
    except KeyboardInterrupt:
        raise _stopped(asked[0] if asked else signal.SIGINT) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopped(number: int) -> Interrupted:
    what, fix = "stopped; everything that was finished is kept", printable(_again(), limit=4000)
    if number == signal.SIGTERM:
        return _Terminated("I143", what, fix, why="the system asked")
    return Interrupted("I130", what, fix)


def _again() -> str:
    """The same command."""
    return shlex.join(["headstart", *sys.argv[1:]])


def _named(error: Exception) -> HeadstartError:
    """Any failure in the one shape, with what mends it."""
    if isinstance(error, HeadstartError):
        return error
    if hasattr(error, "format_message"):  # typer's, which has had several homes
        command = getattr(getattr(error, "ctx", None), "command_path", "headstart")
        return UsageError("U151", printable(error.format_message(), 500), f"{command} --help")
    return _short_of(error) or HeadstartError(
        "X100",
        f"{type(error).__name__}: {printable(error, 500)}",
        f"HEADSTART_DEBUG=1 {printable(_again(), 4000)}",
        why="this should not happen; the fix shows where it did",
    )


def _short_of(error: Exception) -> ResourceError | None:
    """What the machine has too little of."""
    if isinstance(error, MemoryError):
        return ResourceError("R321", "the memory does not suffice", "close other programs")
    if type(error).__name__ == "OutOfMemoryError":  # PyTorch's, which is not imported yet
        return ResourceError(
            "R327",
            "the memory of the graphics processor does not suffice",
            f"CUDA_VISIBLE_DEVICES= {printable(_again(), 4000)}",
            why="the fix learns on the CPU; a smaller backbone may fit",
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceError(
            "R322",
            "the disk is full",
            "make room, or move the cache: HEADSTART_CACHE=FOLDER",
            where=printable(error.filename or ""),
        )
    return None


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _ended(path: Path, metrics: dict[str, Any], *, json: bool) -> None:
    if json:
        paths = {"path": os.fspath(path), "report": os.fspath(path / "report.html")}
        terminal.document({**paths, **metrics})
    else:
        terminal.show(terminal.ended(path, metrics))
