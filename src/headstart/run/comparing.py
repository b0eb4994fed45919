"""Finished runs read back and held against each other."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pyarrow import parquet

from headstart import durable
from headstart.errors import UsageError
from headstart.evaluate.comparison import Comparison, Contender, RowMerits, compared
from headstart.hostile import printable
from headstart.report.comparison_page import comparison_page
from headstart.run.folder import PREDICTIONS, RUN
from headstart.run.reading import Run, report
from headstart.stats import Interval
from headstart.untrusted import record_in

ENDINGS = (".csv", ".html")


def compare(runs: Sequence[Path | str]) -> Comparison:
    """Hold runs of one task against the first of them, on the test rows that they share.

    Each difference has a paired 95% interval. Raises `UsageError` where one is no finished run,
    where tasks differ, and where a run shares no test row with the first.
    """
    if len(runs) < 2:
        raise UsageError("U241", "it takes two runs to compare", "headstart compare RUN RUN")
    read = [report(path) for path in runs]
    names = _names([run.path for run in read])
    return contest([(name, [run]) for name, run in zip(names, read, strict=True)])


def contest(groups: Sequence[tuple[str, Sequence[Run]]]) -> Comparison:
    """The same of groups of runs: each name has one run, or one for each division of the rows."""
    first = groups[0][1][0]
    for name, some in groups:
        for run in some:
            _need_same_task(run, first, name)
    contenders = [_contender(name, some) for name, some in groups]
    for one in contenders[1:]:
        _need_common(one, contenders[0])
    return compared(str(first.metrics["task"]), str(first.metrics["figure"]), contenders)


def write(out: Path, found: Comparison) -> None:
    """The table as CSV, or a page with a picture of it, by the file's ending."""
    need_ending(out)
    text = table_of(found) if out.suffix.casefold() == ".csv" else comparison_page(found)
    durable.write(out, text)


def need_ending(out: Path) -> None:
    """Raise `UsageError` for a file that would be neither a table nor a page."""
    if out.suffix.casefold() not in ENDINGS:
        raise UsageError(
            "U245", f"{printable(out.name)} is no kind of comparison", "--out compared.html",
            why=f"comparisons are written as {' or '.join(ENDINGS)}",
        )  # fmt: skip


def table_of(found: Comparison) -> str:
    """A line a run, as CSV."""
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    bounds = [f"difference_{name}" for name in ("low", "high")]
    writer.writerow(
        ["run", "backbone", "strategy", found.figure, "low", "high", "test_rows", "cpu_s",
         "difference", *bounds, "common_rows", "word"]
    )  # fmt: skip
    against = {pair.run: pair for pair in found.pairs}
    for one in found.entries:
        figure, pair = one.figure, against.get(one.name)
        cells: list[object] = [one.name, one.backbone, one.strategy]
        cells += [figure.value, figure.low, figure.high, one.rows, one.cpu_s]
        gap = pair.difference if pair else None
        cells += [gap.value, gap.low, gap.high] if gap else ["", "", ""]
        cells += [pair.rows, pair.word] if pair else ["", ""]
        writer.writerow(map(_inert, cells))
    return kept.getvalue()


def _inert(cell: object) -> object:
    """Text that no spreadsheet takes for a formula."""
    risky = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@"))
    return f"'{cell}" if risky else cell


def _names(paths: Sequence[Path]) -> list[str]:
    """The folder's name, where that tells them apart, else the path."""
    plain = [path.resolve().name for path in paths]
    told = plain if len(set(plain)) == len(plain) else [str(path) for path in paths]
    if len(set(told)) < len(told):
        raise UsageError("U246", "the same run was named twice", "name each run once")
    return told


def _need_same_task(run: Run, first: Run, name: str) -> None:
    for what in ("task", "figure", "classes"):
        mine, theirs = run.metrics[what], first.metrics[what]
        if mine != theirs:
            words = {"task": "tasks", "figure": "figures", "classes": "classes"}[what]
            shown = f"{_few(mine)} and {_few(theirs)}"
            raise UsageError(
                "U242", f"these runs have different {words}: {shown}", "compare runs of one task",
                where=printable(name),
            )  # fmt: skip


def _few(found: Any) -> str:
    return printable(", ".join(found) if isinstance(found, list) else found, 80)


def _need_common(one: Contender, first: Contender) -> None:
    """Raise `UsageError` where two were tested on different rows."""
    for draw in one.draws:
        if draw in first.draws and set(one.draws[draw].keys) & set(first.draws[draw].keys):
            return
    raise UsageError(
        "U243",
        f"{printable(one.name)} and {printable(first.name)} were tested on different rows",
        "train both on the same data with the same --seed, --test-size and --folds",
        why="no test row of one is in the test of the other, with the same label",
    )


def _contender(name: str, runs: Sequence[Run]) -> Contender:
    facts = record_in(runs[0].path / RUN)
    settings = facts.get("settings") or {}
    backbone = str((facts.get("backbone") or {}).get("name", ""))
    seeds = [_seed(run) for run in runs] if len(runs) > 1 else [""]
    draws = {seed: rows_of(run) for seed, run in zip(seeds, runs, strict=True)}
    figure = str(runs[0].metrics["figure"])
    figures = tuple(_interval(run.metrics["test"][figure]) for run in runs)
    cpu = sum(float(run.metrics["cost"].get("cpu_s", 0.0)) for run in runs)
    strategy = str(settings.get("strategy") or runs[0].metrics["chosen"])
    chosen = str(runs[0].metrics["chosen"])
    told = strategy if strategy == chosen else f"{strategy}: {chosen}"
    return Contender(name, backbone, told, draws, _simple(runs), figures, round(cpu, 1))


def _seed(run: Run) -> str:
    settings = record_in(run.path / RUN).get("settings") or {}
    return str(settings.get("seed", 0))


def _simple(runs: Sequence[Run]) -> dict[str, tuple[float, Interval]]:
    """Ways without a network that every run has in full: loss on unseen rows, the model's lead.

    Of several runs the means; those of the bounds are no narrower than what all of them know.
    """
    each = [
        {
            arm["name"]: (arm["unseen_loss"], _interval(arm["behind_by"]))
            for arm in run.metrics["arms"]
            if not arm["backbone"] and arm.get("unseen_loss") is not None and "in_part" not in arm
        }
        for run in runs
    ]
    shared = set.intersection(*map(set, each))
    return {name: _mean([found[name] for found in each]) for name in shared}


def _mean(found: Sequence[tuple[float, Interval]]) -> tuple[float, Interval]:
    leads = np.array([(one.value, one.low, one.high) for _, one in found]).mean(axis=0)
    return float(np.mean([loss for loss, _ in found])), Interval(*map(float, leads))


def rows_of(run: Run) -> RowMerits:
    """How good the answers to the test rows were, from `predictions.parquet`.

    Raises `UsageError` for a run of an earlier version whose table does not say so.
    """
    table = parquet.read_table(run.path / PREDICTIONS).to_pydict()
    labels = [str(label) for label in table["label"]]
    contents = table.get("content") or table["name"]
    groups = tuple(map(str, table["group"])) if any(table.get("group") or ()) else ()
    folds = tuple(table.get("fold") or ())
    values = None
    if "value" in table:
        values = _numbers(table["label"], table["value"])
    return RowMerits(_keys(contents, labels), _merit(run, table), groups, folds, values)


def _merit(run: Run, table: dict[str, list[Any]]) -> np.ndarray:
    if "merit" in table:
        return np.array(table["merit"], dtype=float)
    if run.metrics["figure"] != "accuracy":
        raise UsageError(
            "U244",
            "this run does not say how good each answer was",
            "train it again with --out FOLDER",
            where=printable(run.path),
            why="an earlier version made it, or its model was made smaller",
        )
    right = zip(table["label"], table["predicted"], strict=True)
    return np.array([str(label) == str(said) for label, said in right], dtype=float)


def _numbers(true: Sequence[Any], said: Sequence[Any]) -> tuple[np.ndarray, np.ndarray] | None:
    try:
        return np.array(list(map(float, true))), np.array(said, dtype=float)
    except ValueError:  # a comma in a number: merits are as the run has them
        return None


def _keys(contents: Sequence[str], labels: Sequence[str]) -> tuple[str, ...]:
    """Names of rows; the second of the same content and label is the second in another run, too."""
    seen, keys = dict[str, int](), list[str]()
    for content, label in zip(contents, labels, strict=True):
        plain = json.dumps([content, label])
        seen[plain] = seen.get(plain, 0) + 1
        keys.append(f"{plain} {seen[plain]}")
    return tuple(keys)


def _interval(found: Any) -> Interval:
    return Interval(float(found["value"]), float(found["low"]), float(found["high"]))
