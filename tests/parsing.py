"""Command lines read as the program reads them, without running anything."""

import shlex
from typing import Any

import typer

from headstart.cli import app


def parsed(line: str) -> dict[str, Any]:
    """The options of a command. Raises what typer raises for one that does not parse."""
    program, *words = shlex.split(line)
    assert program == "headstart"
    group = typer.main.get_command(app)
    outer = group.make_context("headstart", list(words))
    name, command, rest = group.resolve_command(outer, list(words))
    inner = command.make_context(name, rest, parent=outer)
    return dict(inner.params)
