"""What a run learns from: the data as looked at and divided, and the sets of data made of them."""

from dataclasses import dataclass, replace
from pathlib import Path

from headstart.backbone import Backbone
from headstart.data import Dataset, Found, Problem
from headstart.errors import UsageError
from headstart.events import Tell, note, warn
from headstart.features import Items, noted, shared_at, survey
from headstart.modality import Look
from headstart.run.default_backbone import Start, start_of
from headstart.run.division import divided
from headstart.run.folds import fold_count, fold_partitions
from headstart.run.settings import Settings
from headstart.run.strategies import would_tune
from headstart.task import make_task
from headstart.train import TaskData, Truths

LEAKS = 5
"""Leaks that are told by name."""


@dataclass(frozen=True, eq=False)
class Known:
    """The data once each source was looked at."""

    data: Dataset
    items: Items
    looks: tuple[Look | Problem, ...]


def known_of(found: Found, start: Start, settings: Settings, root: Path, tell: Tell) -> Known:
    """As the ranking divided them, where there was one; the division is the same either way."""
    backbone, data = start.backbone, start.dataset
    if data is None:
        data, seen = divided(found, backbone, settings, root, tell)
    else:
        seen = survey(found.examples, backbone.modality, cache=root, tell=tell)
    for line in (*data.audit.lines(), *noted(backbone.modality, seen)):
        note(tell, line)
    return Known(data, seen.items, seen.looks)


def parts_of(
    known: Known, start: Start, settings: Settings, root: Path, tell: Tell
) -> tuple[Dataset, ...]:
    """The data as divided; or as divided for each fold, and all rows without a test."""
    data, backbone = known.data, start.backbone
    usable, together = data.audit.usable, data.audit.together

    def tunes() -> bool:
        return would_tune(task_data_of(known, backbone, settings, root), backbone, tell)

    ranked = bool(start.ranking)
    count, why = fold_count(settings, data.examples, usable, tunes, ranked=ranked)
    made = fold_partitions(settings, data.posable, usable, together, count, data.contents)
    if why and (made or count == 1):
        note(tell, why)
    if made:
        return tuple(data.divided_as(partition) for partition in made)
    _tell_division(data, tell)
    return (data,)


def started(
    known: Known, data: Dataset, start: Start, settings: Settings, root: Path, tell: Tell
) -> tuple[Known, Start]:
    """The data as divided for a fold; where there was a ranking, one without what it tests."""
    if data is known.data or not start.ranking:
        return replace(known, data=data), start
    start = start_of(data.found, settings, root, tell, data)
    seen = survey(data.examples, start.backbone.modality, cache=root, tell=tell)
    return Known(data, seen.items, seen.looks), start


def task_data_of(known: Known, backbone: Backbone, settings: Settings, root: Path) -> TaskData:
    """The task that the labels pose, and all that arms learn from; labels of test rows are closed.

    Raises `UsageError` for a head that cannot be fitted to the task.
    """
    data = known.data
    examples, partition = data.examples, data.partition
    task, labels = make_task(data.posable, data.pool, backbone)
    truths = Truths(labels, data.seal)
    head = settings.hyperparameters.head
    if head and head not in task.heads:
        raise UsageError(
            "U114",
            f"a {head} head cannot be fitted to this task ({task.kind})",
            f"--head {task.heads[0]}",
        )
    auto = settings.plan is None and not task.coded_rows
    about = (examples.groups, partition, task, root, head, auto, data.audit.together)
    shared = shared_at(settings.network.shared)
    return TaskData(known.items, truths.closed, *about, truths, shared=shared)


def _tell_division(data: Dataset, tell: Tell) -> None:
    """How many rows each part has, what leaks across a given split, and whether it can answer."""
    partition = data.partition
    sizes = f"{len(partition.train):,} / {len(partition.val):,} / {len(partition.test):,}"
    note(tell, f"train / val / test: {sizes} ({partition.origin})")
    found = [problem for problem in data.audit.problems if problem.kind == "leak"]
    for problem in found[:LEAKS]:
        warn(tell, f"{problem.name}: {problem.reason}", code=problem.code)
    if len(found) > LEAKS:
        warn(tell, f"{len(found) - LEAKS:,} more examples leak into the test: see problems.csv")
    if data.caution:
        warn(tell, data.caution, code="D189")
