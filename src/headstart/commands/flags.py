"""The flags of the commands: what each is called, takes and says of itself."""

import inspect
from collections.abc import Callable
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any

import typer

from headstart.options import Option, options_of

Command = Callable[..., None]
Place = Annotated[
    str, typer.Argument(metavar="PATH", help="a folder, a table, a zip or a tar, or its address")
]
Places = Annotated[list[Path], typer.Argument(metavar="PATHS...", help="folders, archives, texts")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="what train left")]
Runs = Annotated[list[Path], typer.Argument(metavar="RUN...", help="what train left")]
Out = Annotated[Path | None, typer.Option("--out", metavar="RUN", help="where to (runs/DATE_NAME)")]
Json = Annotated[bool, typer.Option("--json", help="one JSON document instead of lines")]


def flag(one: Option) -> Parameter:
    """An option as a flag that is None, which leaves the default to the callee, unless given."""
    names = (f"--{one.name.replace('_', '-')}", *([one.also] if one.also else []))
    told = typer.Option(*names, help=one.help, metavar=one.metavar, min=one.least)
    shown = Annotated[one.kind | None, told]  # type: ignore[name-defined]
    return Parameter(one.name, Parameter.KEYWORD_ONLY, default=None, annotation=shown)


def takes(noun: type, *, but: str = "") -> Callable[[Command], Command]:
    """Spell out a command's `**options` as the flags of a settings noun, one a field."""
    flags = [flag(one) for one in options_of(noun) if one.name != but]

    def spelled(command: Command) -> Command:
        plain = inspect.signature(command, eval_str=True)
        own = [p for p in plain.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
        command.__signature__ = plain.replace(parameters=[*own, *flags])  # type: ignore[attr-defined]
        return command

    return spelled


def given(options: dict[str, Any]) -> dict[str, Any]:
    """What was asked for: the rest is left to the defaults of whom it goes to."""
    return {name: value for name, value in options.items() if value is not None}
