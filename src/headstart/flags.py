"""The flags of the commands: what each is called, takes and says of itself."""

import inspect
from collections.abc import Callable
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any

import typer

Command = Callable[..., None]
Place = Annotated[Path, typer.Argument(metavar="PATH", help="a folder, a table, a zip or a tar")]
Places = Annotated[list[Path], typer.Argument(metavar="PATHS...", help="folders, archives, texts")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="what train left")]
Out = Annotated[Path | None, typer.Option("--out", metavar="RUN", help="where to (runs/DATE_NAME)")]
Json = Annotated[bool, typer.Option("--json", help="one JSON document instead of lines")]


def flag(name: str, kind: type, text: str, metavar: str | None = None, also: str = "") -> Parameter:
    """An option that is None, which leaves the default to the callee, unless it is given."""
    names = (f"--{name.replace('_', '-')}", *([also] if also else []))
    option = typer.Option(*names, help=text, metavar=metavar)
    shown = Annotated[kind | None, option]  # type: ignore[valid-type]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=shown)


COLUMNS = (
    flag("path", str, "column of a table with the paths (guessed)", "COLUMN"),
    flag(
        "text", str, "column of a table with the texts themselves (guessed)", "COLUMN", "--source"
    ),
    flag("second", str, "where each example is two texts: the column of the other", "COLUMN"),
    flag("label", str, "column of a table with the labels (guessed)", "COLUMN", "--target"),
    flag("start", str, "column with the second where a part of a recording begins", "COLUMN"),
    flag("end", str, "column with the second where it ends (both guessed)", "COLUMN"),
    flag("split", str, "column that says train, val or test (guessed)", "COLUMN"),
    flag(
        "task",
        str,
        "classification, balanced, multilabel, regression, transcribe, text-to-text, entities, "
        "generation",
        "T",
    ),
    flag("group", str, "column of what no split may tear, such as patients (guessed)", "COLUMN"),
)
GIVEN = (
    flag("size", int, "side of the pictures, where not the backbone's own", "PX"),
    flag("channels", int, "1 for grays, N for N bands; the backbone is adapted", "N"),
    flag("prefix", str, "what stands before every text: 'query: ' for E5", "TEXT"),
    flag("languages", str, "codes of what is read and written, for mBART: en_XX,de_DE", "A,B"),
)
SETTINGS = (
    flag("backbone", str, "a timm model, a folder, several with commas, or auto", "NAME"),
    flag("weights", str, "a safetensors file for it, or random", "FILE"),
    *GIVEN,
    flag("strategy", str, "auto (the default), probe, unfreeze:N, full, lora, gradual, ...", "S"),
    flag("budget", str, "what auto may spend on training beyond probes (10m)", "TIME"),
    flag("head", str, "how the output layer is fitted: logistic, ridge, lda", "H"),
    flag("compare", str, "train a further arm for the verdict: scratch", "ARM"),
    flag("seed", int, "divides the rows, orders them, draws fresh weights (0)", "N"),
    flag("test_size", float, "share of the rows that is kept for the test (0.2)", "X"),
    flag("folds", int, "test each example once, in K folds; 1: one part (few examples: 5)", "K"),
    *COLUMNS,
    flag("offline", bool, "never ask the network"),
)  # fmt: skip


def takes(*flags: Parameter) -> Callable[[Command], Command]:
    """Spell out a command's `**options` as flags."""

    def spelled(command: Command) -> Command:
        plain = inspect.signature(command, eval_str=True)
        own = [p for p in plain.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
        command.__signature__ = plain.replace(parameters=[*own, *flags])  # type: ignore[attr-defined]
        return command

    return spelled


def given(options: dict[str, Any]) -> dict[str, Any]:
    """What was asked for: the rest is left to the defaults of whom it goes to."""
    return {name: value for name, value in options.items() if value is not None}
