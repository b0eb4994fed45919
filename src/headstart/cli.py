"""The command line: every command is one function in `commands`, one call through the front door.

Exit codes: 0 done, 2 usage, 3 data refused, 4 resource, 5 model or download, 6 training failed,
7 security refusal, 8 done, but not for all, 130 and 143 stopped by hand or by the system, and
saved.
"""

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import headstart
from headstart import terminal
from headstart.commands import comparing, fleet, learning, looking, sharing, using
from headstart.ending import as_headstart_error, obeying

COMMANDS = (
    *(learning.check, learning.rank, learning.plan, learning.train, using.predict, using.report),
    *(using.studio, comparing.runs, comparing.compare, comparing.sweep),
    *(using.serve, sharing.export, sharing.compress, sharing.publish, sharing.backbones),
    *(learning.pretrain, fleet.features, learning.demo),
    *(looking.doctor, looking.explain, looking.cache, looking.help, looking.version),
)
"""In the order in which `headstart --help` lists them."""

app = typer.Typer(
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Transfer learning that measures: which model, how much to retrain, whether it helped.",
)
for command in COMMANDS:
    app.command()(command)


def _version(asked: bool) -> None:  # noqa: FBT001 (typer calls it so)
    if asked:
        print(f"headstart {headstart.__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def headstart_(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print it and exit")
    ] = False,
) -> None:
    """Stand before every command; without one, say what a newcomer types first."""
    if context.invoked_subcommand is None:
        terminal.show(looking.WELCOME)


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
        known = as_headstart_error(error)
        if "--json" in arguments and arguments[0] != "check":
            terminal.document({"error": known.record()})
        terminal.failed(known)
        return known.exit_code
