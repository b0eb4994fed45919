"""The command line: one function a command, each one call through the front door."""

import json
import os
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Never

import typer

import headstart
from headstart.errors import DataError, HeadstartError, Interrupted
from headstart.events import Event, Tell, together
from headstart.hostile import printable

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Transfer learning that measures: which model, how much of it to retrain, whether it helped.",
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Seed = Annotated[int, typer.Option(help="Everything drawn at random follows from it.")]


@app.callback(invoke_without_command=True)
def _front(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,  # noqa: FBT002
) -> None:
    if version:
        print(headstart.__version__)  # noqa: T201
        raise typer.Exit


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A folder, table or archive.")],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write it all here; - prints it.")
    ] = None,
    label: Annotated[str, typer.Option(help="The column with labels.")] = "",
    path_column: Annotated[str, typer.Option("--path", help="The column with paths.")] = "",
    split: Annotated[str, typer.Option(help="The column with train, val, test.")] = "",
    group: Annotated[str, typer.Option(help="The column with groups.")] = "",
) -> None:
    """Read and audit the data; train nothing."""
    from headstart import durable, terminal

    columns = {"label": label, "path": path_column, "split": split, "group": group}
    with _listening() as tell:
        audit = headstart.check(path, tell=tell, **columns)
    record = {**audit.record(), "list": [problem.record() for problem in audit.problems]}
    if json_file is None:
        _print(terminal.of_audit(audit))
    elif str(json_file) == "-":
        _print(json.dumps(record, indent=1))
    else:
        durable.write(json_file, json.dumps(record, indent=1))
        _print(terminal.of_audit(audit))


@app.command()
def train(
    path: Annotated[Path, typer.Argument(help="A folder, table or archive of labelled pictures.")],
    backbone: Annotated[str, typer.Option(help="A name, a folder, or shipped.")] = "shipped",
    weights: Annotated[str, typer.Option(help="A safetensors file, or random.")] = "",
    strategy: Annotated[str, typer.Option(help="probe, unfreeze:N, full or scratch.")] = "probe",
    out: Annotated[
        Path | None, typer.Option(help="The run's folder. Default: runs/DATE_NAME.")
    ] = None,
    seed: Seed = 0,
    test_size: Annotated[float, typer.Option(help="Share of the examples for the test.")] = 0.2,
    compare: Annotated[list[str] | None, typer.Option(help="A further arm: scratch.")] = None,
    group: Annotated[str, typer.Option(help="The column with groups to keep together.")] = "",
    label: Annotated[str, typer.Option(help="The column with labels.")] = "",
    path_column: Annotated[str, typer.Option("--path", help="The column with paths.")] = "",
    split: Annotated[str, typer.Option(help="The column with train, val, test.")] = "",
    offline: Annotated[bool, typer.Option("--offline", help="Never ask the network.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Learn from labelled pictures; leave a model, a report and a verdict."""
    from headstart import terminal

    columns = {"label": label, "path": path_column, "split": split, "group": group}
    learning = {"backbone": backbone, "weights": weights, "strategy": strategy, "offline": offline}
    drawing = {"seed": seed, "test_size": test_size, "compare": tuple(compare or ())}
    with _listening() as tell:
        run = headstart.train(path, out=out, tell=tell, **learning, **drawing, **columns)
    record = {"path": str(run.path), **run.metrics}
    _print(json.dumps(record, indent=1) if as_json else terminal.of_run(run.metrics, run.path))


@app.command()
def predict(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a model folder.")],
    files: Annotated[list[Path], typer.Argument(help="Pictures.")],
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Say what is on pictures, with probabilities; "not sure" where it is not."""
    from headstart import terminal

    model = headstart.load(run)
    found, failed = {}, []
    for file in files:
        try:
            found[file] = model.predict([file])[0]
        except DataError as error:
            failed.append((file, error))
    names = [printable(file) for file in found]
    if as_json:
        records: list[dict[str, Any]] = [
            {"file": printable(f), "label": p.label, "probability": p.probability, "sure": p.sure,
             "probabilities": p.probabilities}
            for f, p in found.items()
        ]  # fmt: skip
        records += [{"file": printable(file), "error": e.record()} for file, e in failed]
        _print(json.dumps(records, indent=1))
    elif found:
        _print(terminal.of_predictions(names, found.values()))
    for _, error in failed:
        print(error, file=sys.stderr)  # noqa: T201
    if failed:
        raise typer.Exit(DataError.exit_code)


@app.command()
def report(run: Annotated[Path, typer.Argument(help="A run's folder.")]) -> None:
    """Show what a run found, and where its page is."""
    from headstart import terminal
    from headstart.run import report as read

    found = read(run)
    _print(terminal.of_run(found.metrics, found.path))


@app.command()
def backbones(as_json: Json = False) -> None:  # noqa: FBT002
    """List what can be started from, here and now."""
    from headstart import terminal
    from headstart.backbone import listed, names

    rows = listed()
    records = json.dumps([row.record() for row in rows], indent=1)
    _print(records if as_json else terminal.of_backbones(rows, len(names())))


@app.command()
def pretrain(
    path: Annotated[Path, typer.Argument(help="A large labelled set.")],
    arch: Annotated[str, typer.Option(help="What to train: an architecture's name.")],
    out: Annotated[Path, typer.Option(help="The new backbone's folder.")],
    epochs: Annotated[int | None, typer.Option(help="Passes over the set.")] = None,
    size: Annotated[int | None, typer.Option(help="The side of the input, in pixels.")] = None,
    seed: Seed = 0,
) -> None:
    """Train a backbone from nothing on a large set, for others to start from."""
    with _listening() as tell:
        made = headstart.pretrain(
            path, arch=arch, out=out, epochs=epochs, size=size, seed=seed, tell=tell
        )
    _print(f"{made.name}, {made.origin.note}\nstart from it: --backbone {printable(out)}")


@app.command()
def demo(
    out: Annotated[
        Path | None, typer.Option(help="The run's folder. Default: runs/DATE_digits.")
    ] = None,
) -> None:
    """Learn to read handwritten digits, with data and weights that come along."""
    from headstart import terminal
    from headstart.demo import demo as shown

    with _listening() as tell:
        run = shown(out, tell=tell)
    _print(terminal.of_run(run.metrics, run.path))


def main(words: Sequence[str] | None = None) -> Never:
    """Run one command; every way to end has its own exit code (README)."""
    asked = list(sys.argv[1:] if words is None else words)
    try:
        code = app(asked, prog_name="headstart", standalone_mode=False)
        sys.stdout.flush()
    except HeadstartError as error:
        code = _failed(error, as_json="--json" in asked and asked[0] != "check")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        code = 0
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        code = _unexpected(error)
    sys.exit(code if isinstance(code, int) else 0)


def _failed(error: HeadstartError, *, as_json: bool) -> int:
    if as_json:
        _print(json.dumps({"error": error.record()}, indent=1))
    print(error, file=sys.stderr)  # noqa: T201
    return error.exit_code


def _unexpected(error: Exception) -> int:
    """A wrong command line, or a fault of ours."""
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        text = f"error[U100] {printable(error.format_message(), limit=500)}"
        print(f"{text}\n  fix: headstart --help, or headstart COMMAND --help", file=sys.stderr)  # noqa: T201
        return 2
    if os.environ.get("HEADSTART_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {printable(error, limit=500)}"
    print(  # noqa: T201
        f"error[X001] something went wrong that nobody thought of: {what}\n"
        "  fix: HEADSTART_DEBUG=1 with the same command shows where; please report it",
        file=sys.stderr,
    )
    return 1


@contextmanager
def _listening() -> Iterator[Tell]:
    """Show progress; a signal ends the work at the next event, when all is saved."""
    from headstart import terminal

    caught: list[int] = []

    def catch(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        signal.signal(number, signal.SIG_DFL)  # the second one ends it at once

    def stop(event: Event) -> None:
        if caught:
            raise _stopped(caught[0])

    before = {number: signal.signal(number, catch) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield together(terminal.listener(), stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopped(number: int) -> Interrupted:
    error = Interrupted(
        "I130",
        "stopped; everything that was finished is kept",
        f"to continue: {shlex.join(['headstart', *sys.argv[1:]])}",
    )
    error.exit_code = 128 + number  # type: ignore[misc]
    return error


def _print(text: str) -> None:
    print(text)  # noqa: T201
