"""What a person in front of a terminal, or a log, gets to see."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from headstart.events import Event, Tell
from headstart.hostile import printable

if TYPE_CHECKING:
    from headstart.backbone import Listed
    from headstart.data import Audit
    from headstart.model import Prediction

_SHARE, _PAUSE_S = 0.1, 30.0
_LISTED = 20


def listener(stream: IO[str] | None = None) -> Tell:
    """Bars with the time left on a terminal; plain lines anywhere else."""
    stream = stream or sys.stderr
    return _bars(stream) if stream.isatty() else lines(stream)


def lines(stream: IO[str], clock: Callable[[], float] = time.monotonic) -> Tell:
    """A line at the start, every 10% or 30 seconds, and at the end."""
    told: dict[str, tuple[int, float]] = {}

    def say(text: str) -> None:
        stream.write(printable(text, limit=2000) + "\n")
        stream.flush()

    def tell(event: Event) -> None:
        if event.kind in ("note", "warning"):
            say(f"{'warning: ' if event.kind == 'warning' else ''}{event.what}{_facts(event)}")
            return
        done, when = told.get(event.what, (0, 0.0))
        enough = event.done - done >= _SHARE * event.total or clock() - when >= _PAUSE_S
        if event.kind != "step" or (enough and event.done < event.total):
            told[event.what] = event.done, clock()
            say(f"{event.what}: {_state(event)}{_facts(event)}")

    return tell


def _state(event: Event) -> str:
    if event.kind == "end":
        return "done"
    if event.kind == "start":
        return f"{event.total:,} to go" if event.total else "started"
    return f"{event.done:,} of {event.total:,} ({event.done / max(1, event.total):.0%})"


def _facts(event: Event) -> str:
    shown = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in event.facts)
    return f" ({shown})" if shown else ""


def _bars(stream: IO[str]) -> Tell:
    """A bar for each work; markup in names from data is not obeyed."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(file=stream, highlight=False, markup=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=console, transient=True)
    tasks: dict[str, Any] = {}

    def tell(event: Event) -> None:
        if event.kind in ("note", "warning"):
            front = "warning: " if event.kind == "warning" else ""
            console.print(printable(f"{front}{event.what}{_facts(event)}", limit=2000))
            return
        if event.kind == "start":
            progress.start()
            tasks[event.what] = progress.add_task(printable(event.what), total=event.total)
        task = tasks.get(event.what)
        if task is not None:
            text = printable(event.what + _facts(event))
            progress.update(task, completed=event.done, description=text)
        if event.kind == "end" and task is not None:
            progress.remove_task(tasks.pop(event.what))
            if not tasks:
                progress.stop()

    return tell


def of_run(metrics: Mapping[str, Any], path: object) -> str:
    """The verdict first, then the figures behind it."""
    test, n, frozen = metrics["test"], metrics["n"], metrics["frozen"]
    found = [
        metrics["verdict"]["sentence"],
        "",
        f"accuracy   {_interval(test['accuracy'])} on {n['test']:,} test examples",
        f"macro F1   {_interval(test['macro_f1'])}",
        "",
        *_table([(arm["name"], _interval(arm["accuracy"])) for arm in metrics["arms"]]),
        "",
        f"{frozen['changed']} of {frozen['tensors']} frozen tensors changed",
        f"report: {printable(path)}/report.html",
    ]
    return "\n".join(found)


def of_audit(audit: "Audit") -> str:
    """A summary, then the first problems of each kind."""
    shown: list[str] = []
    for problem in audit.problems[:_LISTED]:
        row = f", row {problem.row}" if problem.row is not None else ""
        shown.append(f"  {problem.code} {problem.kind}: {problem.name}{row}: {problem.reason}")
    more = len(audit.problems) - _LISTED
    rest = [f"  and {more:,} more: --json FILE has them all"] if more > 0 else []
    return "\n".join([*audit.lines(), *shown, *rest])


def of_predictions(names: Iterable[str], found: Iterable["Prediction"]) -> str:
    """A line each: file, class, probability, and whether the model is sure."""
    rows = [
        (
            printable(name),
            printable(prediction.label),
            f"{prediction.probability:.1%}" + ("" if prediction.sure else "  not sure"),
        )
        for name, prediction in zip(names, found, strict=True)
    ]
    return "\n".join(_table(rows))


def of_backbones(rows: Sequence["Listed"], others: int) -> str:
    """What is on this machine, and how many more could be built."""
    told = [
        (row.name, row.origin, f"{row.megabytes:.1f} MB", row.license, row.kind,
         "default" if row.default else "", row.note)
        for row in rows
    ]  # fmt: skip
    more = f"{others:,} architectures can be built: --weights FILE, or fetched with a network"
    return "\n".join([*_table([tuple(map(printable, row)) for row in told]), more])


def _interval(value: Mapping[str, float]) -> str:
    return f"{value['value']:.1%} ({value['low']:.1%} to {value['high']:.1%})"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lined = (zip(row, widths, strict=True) for row in rows)
    return ["  ".join(cell.ljust(width) for cell, width in row).rstrip() for row in lined]
