"""The ladder on a part: each training for two epochs on a few examples, and what all would take."""

import math
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from headstart.advise import Plan, Step
from headstart.backbone import Alone, Backbone
from headstart.data import Dataset, Problem, hold_out, spread
from headstart.errors import DataError
from headstart.events import Clock, Tell, quiet
from headstart.features import survey
from headstart.modality import longest_s
from headstart.run.allowed import need_allowed, need_short
from headstart.run.arms import AS_IT_IS, RANDOM
from headstart.run.recipes import expected_passes, passes_of, recipe_of
from headstart.run.settings import Settings
from headstart.run.strategies import LEARNED, LIKE, Prospect, prices, strategies
from headstart.task import make_task, task_type
from headstart.train import Probe, Strategy, TaskData, cut_of, fit
from headstart.usage import peak_mb

FEW, HELD, LEAST = 80, 0.2, 8
"""Examples of a rehearsal, the share that it judges by, and how many it needs."""
FEWEST, ALLOWED_S = 16, 60.0
"""Examples that are taken whatever they take; seconds after which no more than those are."""
JUDGED = 1 - LEARNED
"""Of all rows, those that networks answer in the end."""
TRAINING, SEARCHING = "training", "trying rates"
"""What the work of `headstart.train` is called in its events."""
_EPOCHS = 2
QUICK_S, OVER = 3.0, 4
"""Seconds of an epoch below which it is taken again with its rows so many times over: among few
rows a step is slower, and what an epoch takes beside its steps counts as theirs."""


@dataclass(frozen=True)
class _Took:
    """Seconds that a rehearsed training took."""

    frozen: float
    """For what stays frozen, all rows."""
    epoch: float
    """Over the training rows."""
    answering: float
    """The rows that it was judged by."""


def foretold(dataset: Dataset, backbone: Backbone, settings: Settings, tell: Tell = quiet) -> Plan:
    """Train each strategy for two epochs on 64 examples and answer 16; work out the rest.

    Fewer where that would take more than a minute, 13 and 3 at least. Nothing is kept. Trainings
    are expected to stop after `Recipe.expected_epochs`. Raises what `train` raises.
    """
    began, examples = time.process_time(), dataset.examples
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        task_data, reading = _task_data(dataset, backbone, settings, root, tell)
        looks = _size(root) / len(task_data.pool)
        rows = round(LEARNED * len(examples))
        every = _strategies(task_data, rows, backbone, settings, tell)
        steps = [
            Step("starting", began, "what starting took this time"),
            Step("reading", len(examples) * reading, f"{1000 * reading:.1f} ms an example"),
        ]
        before = _size(root)
        task_data = _afforded(task_data, backbone, every, settings, root)
        took = {one: _took(task_data, backbone, one, settings, root) for one in every}
        if isinstance(backbone.writer, Alone):
            told = next(iter(took.values())).answering / len(task_data.partition.val)
            steps.append(Step(AS_IT_IS, told * JUDGED * len(examples), "answering alone"))
        steps += [
            _step(task_data, backbone, one, settings, took[one], len(examples)) for one in every
        ]
        if not task_data.task.writes:
            probe = next(step for step in steps if step.what == str(Probe()))
            steps.insert(2, replace(probe, what=RANDOM))
        kept = looks + (_size(root) - before) / len(task_data.pool)
    held = peak_mb()
    weights = 4 * sum(p.numel() for p in backbone.stages.parameters()) / 1e6
    tried, disk = tuple(map(str, every)), kept * len(examples) + weights + 3
    return Plan(backbone.name, tried, _sentence(every, backbone), tuple(steps), held, disk)


def _task_data(
    dataset: Dataset, backbone: Backbone, settings: Settings, root: Path, tell: Tell
) -> tuple[TaskData, float]:
    """A few examples, none of them of the test, and the seconds that reading one took."""
    examples = dataset.examples
    rows = spread(dataset.pool, dataset.strata, settings.seed)[:FEW]
    few = examples.take(sorted(rows))
    began = time.perf_counter()
    seen = survey(few, backbone.modality, cache=root, tell=tell)
    reading = (time.perf_counter() - began) / len(few)
    good = [row for row, look in enumerate(seen.looks) if not isinstance(look, Problem)]
    if len(good) < LEAST:
        raise DataError(
            "D188", f"{len(good)} of {len(few)} examples can be read: too few for a plan",
            "headstart check PATH tells what is wrong with them",
        )  # fmt: skip
    if task_type(examples.kind).joins:
        need_short(seen.looks, good, longest_s(backbone.modality))
    partition = hold_out(few, HELD, rows=good)
    task, labels = make_task(few, partition.train + partition.val, backbone)
    return TaskData(seen.items, labels, few.groups, partition, task, root), reading


def _strategies(
    task_data: TaskData, rows: int, backbone: Backbone, settings: Settings, tell: Tell
) -> tuple[Strategy, ...]:
    """What `train` will try on so many training rows."""
    need_allowed(settings.plan, task_data.task, backbone)
    train = task_data.partition.train[:LIKE]
    like, labels = task_data.items.take(train), task_data.labels_of(train)
    known = Prospect(task_data.task, backbone, prices(backbone, task_data.task, like, rows, labels))
    return tuple(strategies(known, settings, tell))


def _afforded(
    task_data: TaskData,
    backbone: Backbone,
    strategies: Sequence[Strategy],
    settings: Settings,
    root: Path,
) -> TaskData:
    """As many examples as all strategies take a minute for, if each takes what the last does."""
    if len(task_data.pool) <= FEWEST:
        return task_data
    least = _part(task_data, FEWEST)
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        _took(replace(least, cache=Path(place)), backbone, strategies[-1], settings, root)
        spent = (time.perf_counter() - began) * len(strategies)
    return _part(task_data, int(FEWEST * ALLOWED_S / spent))


def _part(task_data: TaskData, count: int) -> TaskData:
    """The same with so many examples, from end to end of what it trains and chooses on."""
    share, drawn = min(1.0, max(FEWEST, count) / len(task_data.pool)), task_data.partition
    train, val = (
        tuple(rows[int(at / share)] for at in range(int(len(rows) * share)))
        for rows in (drawn.train, drawn.val)
    )
    return replace(task_data, partition=replace(drawn, train=train, val=val))


def _took(
    task_data: TaskData, backbone: Backbone, strategy: Strategy, settings: Settings, root: Path
) -> _Took:
    """One rate is tried for an epoch, and two epochs follow; again where they are quick."""
    first = _epochs(task_data, backbone, strategy, settings, root)
    if first.epoch >= QUICK_S:
        return first
    drawn = task_data.partition
    more = replace(task_data, partition=replace(drawn, train=drawn.train * OVER))
    again = _epochs(more, backbone, strategy, settings, root)
    return replace(first, epoch=min(first.epoch, again.epoch / OVER))


def _epochs(
    task_data: TaskData, backbone: Backbone, strategy: Strategy, settings: Settings, root: Path
) -> _Took:
    clock, recipe = (
        Clock(),
        recipe_of(strategy, backbone, task_data.task, settings.seed, settings.hyperparameters),
    )
    short = replace(recipe, epochs=_EPOCHS, patience=_EPOCHS, allowance=1e-6)
    with tempfile.TemporaryDirectory(dir=root.parent) as work:
        fit(task_data, backbone, strategy, short, work=Path(work), tell=clock)
    ends = clock.ends[TRAINING]
    answering = time.perf_counter() - ends[-1]
    learning = {TRAINING, SEARCHING}
    frozen = math.fsum(took for what, took in clock.spent.items() if what not in learning)
    epoch = min(b - a for a, b in pairwise(ends[: _EPOCHS + 1]))
    return _Took(frozen, epoch, answering)


def _step(
    task_data: TaskData,
    backbone: Backbone,
    strategy: Strategy,
    settings: Settings,
    took: _Took,
    rows: int,
) -> Step:
    """The same for all rows, all rates and all epochs."""
    expected, most = (
        passes(strategy, backbone, task_data.task, round(LEARNED * rows), settings.hyperparameters)
        for passes in (expected_passes, passes_of)
    )
    train, val = len(task_data.partition.train), len(task_data.partition.val)
    each = took.epoch / train
    total = took.frozen * rows / (train + val) + took.answering * JUDGED * rows / val
    told = f"{1000 * each:.1f} ms an example, {expected:.0f} passes expected, {most} at most"
    return Step(str(strategy), total + each * LEARNED * rows * expected, told)


def _sentence(strategies: Sequence[Strategy], backbone: Backbone) -> str:
    least = min(cut_of(strategy, backbone.depth) for strategy in strategies)
    return f"as few as {least} of {backbone.depth} stages stay frozen"


def _size(place: Path) -> float:
    """Megabytes of all files."""
    return sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) / 1e6
