"""Finished runs read back and held against each other."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pyarrow import parquet

from headstart.errors import UsageError
from headstart.evaluate.comparison import Comparison, Contender, RowMerits, compared, shares
from headstart.hostile import printable
from headstart.run.folder import PREDICTIONS, RUN
from headstart.run.reading import Run
from headstart.stats import Interval
from headstart.untrusted import record_in


def compare(runs: Sequence[Run]) -> Comparison:
    """Hold runs of one task against the first of them, on the test rows that they share.

    Raises `UsageError` where there are fewer than two, where tasks differ, and where a run shares
    no test row with the first.
    """
    if len(runs) < 2:
        raise UsageError("U241", "it takes two runs to compare", "headstart compare RUN RUN")
    names = _names([run.path for run in runs])
    return contest({name: {"": run} for name, run in zip(names, runs, strict=True)})


def contest(groups: Mapping[str, Mapping[str, Run]], *, strict: bool = True) -> Comparison:
    """The same of groups of runs by the name of the division of their rows, such as a seed.

    Not `strict`, a group that shares no test row with the first is compared by its figures alone.
    """
    first = next(iter(next(iter(groups.values())).values()))
    for name, some in groups.items():
        for run in some.values():
            _need_same_task(run, first, name)
    contenders = [_contender(name, some) for name, some in groups.items()]
    for one in contenders[1:] if strict else ():
        _need_common(one, contenders[0])
    return compared(str(first.metrics["task"]), str(first.metrics["figure"]), contenders)


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
    if shares(one, first):
        return
    raise UsageError(
        "U243",
        f"{printable(one.name)} and {printable(first.name)} were tested on different rows",
        "train both on the same data with the same --seed, --test-size and --folds",
        why="no test row of one is in the test of the other, with the same label",
    )


def _contender(name: str, runs: Mapping[str, Run]) -> Contender:
    first = next(iter(runs.values()))
    facts = record_in(first.path / RUN)
    backbone = str((facts.get("backbone") or {}).get("name", ""))
    asked = str((facts.get("settings") or {}).get("strategy", ""))
    chosen, figure = str(first.metrics["chosen"]), str(first.metrics["figure"])
    every = [*runs.values()]
    return Contender(
        name,
        backbone,
        chosen if asked in ("", chosen) else f"{asked}: {chosen}",
        {draw: rows_of(run) for draw, run in runs.items()},
        _simple(every),
        tuple(_interval(run.metrics["test"][figure]) for run in every),
        round(sum(float(run.metrics["cost"]["cpu_s"]) for run in every), 1),
    )


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
