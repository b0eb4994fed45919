"""What `train` would do with these data, from a rehearsal on a few of them."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from scipy.sparse import csr_array
from torch import Tensor

from headstart.advise import Depth, Plan, Step, depth_of, grown
from headstart.backbone import Backbone, Stages, fresh, multiply_adds, seen_as, widths
from headstart.data import Dataset, Found, Problem, spread
from headstart.errors import DataError
from headstart.evaluate import words_fit
from headstart.events import Clock, Tell, quiet, together
from headstart.features import Items, Prefix, extract, milliseconds, noise, survey
from headstart.head import Sample, fit_head, stays_far
from headstart.modality import Look
from headstart.run.default_backbone import start_of
from headstart.run.division import divided
from headstart.run.folds import fold_count
from headstart.run.recipes import expected_passes, passes_of
from headstart.run.rehearsal import foretold
from headstart.run.settings import Settings
from headstart.run.spread import SEEDS
from headstart.run.strategies import (
    JUDGED,
    LEARNED,
    LIKE,
    ULMFIT,
    Priced,
    Prospect,
    prices,
    strategies,
)
from headstart.run.units import seconds
from headstart.task import Task, make_task, task_type
from headstart.train import (
    AS_USUAL,
    Full,
    Hyperparameters,
    Probe,
    Scratch,
    Strategy,
    Ulmfit,
    cut_of,
)
from headstart.usage import peak_mb

_T = TypeVar("_T")
LEAST, REHEARSAL_S = 128, 60.0
"""Examples that are run at least; more, up to as many as `train` judges stages by, where
that takes no longer than this."""
ENDING_S = 3.5
"""Between the last training and the end: measured on trashnet, on two cores."""
_SHARE = 0.8
"""Of all rows, those that heads are fitted to."""


@dataclass(frozen=True, eq=False)
class _Rehearsal:
    """A few examples, read and run, and what that took a row."""

    rows: int
    """Of all data."""
    task: Task
    backbone: Backbone
    items: Items
    read: tuple[int, ...]
    """Rows of the items that could be read."""
    sample: Sample
    """Features of every stage."""
    left: int
    """Examples that are not run yet."""
    running: float
    choosing: float
    """Seconds in which an engine was found."""
    asked: Hyperparameters = AS_USUAL

    @property
    def like(self) -> list[Tensor]:
        """Items by whose size costs are judged."""
        return self.items.take(self.read[:LIKE])

    @cached_property
    def price(self) -> Priced:
        """Of training the last few stages."""
        return prices(
            self.backbone, self.task, self.like, round(LEARNED * self.rows), asked=self.asked
        )

    @cached_property
    def depth(self) -> Depth | None:
        """What the stages know, where something was learned elsewhere."""
        stages = self.backbone.stages
        if not self.backbone.origin.pretrained or self.backbone.depth < 2:
            return None
        names = [name for name, _ in stages.named_children()]
        return depth_of(self.sample, names, widths(stages, noise(self.backbone.modality)))


def plan(found: Found, settings: Settings, root: Path, tell: Tell = quiet) -> Plan:
    """Read all examples, run at most 1,000 of them, fit heads to them, and work out the rest.

    What is read and run here need not be again. Raises what `train` raises.
    """
    start = start_of(found, settings, root, tell)
    dataset = start.dataset or divided(found, start.backbone, settings, root, tell)[0]
    return forecast(dataset, start.backbone, settings, root, tell)


def forecast(
    dataset: Dataset, backbone: Backbone, settings: Settings, root: Path, tell: Tell = quiet
) -> Plan:
    """The same from data that are divided and a backbone that is loaded."""
    if task_type(dataset.examples.kind).coded_rows:
        return foretold(dataset, backbone, settings, tell)
    began = time.process_time()
    some = replace(_rehearsed(dataset, backbone, root, tell), asked=settings.hyperparameters)
    strategies, sentence = _strategies(some, settings)
    steps = (
        Step("starting", began, "what starting took this time"),
        _frozen(some),
        _without(some),
        _heads(some, strategies),
        *(_training(some, strategy) for strategy in strategies if strategy != Probe()),
        _folded(dataset, settings, some, strategies),
        Step("the end", ENDING_S, "judging, saving and the page"),
    )
    kept = tuple(step for step in steps if step.seconds > 0)
    memory, disk = _memory(some), _disk(some)
    return Plan(backbone.name, tuple(map(str, strategies)), sentence, kept, memory, disk)


def _rehearsed(dataset: Dataset, backbone: Backbone, root: Path, tell: Tell) -> _Rehearsal:
    """From the rows that `train` judges stages by, unless they take too long; never test rows."""
    examples, pool = dataset.examples, dataset.pool
    whole = seen_as(backbone, Stages) if backbone.depth > 1 else backbone
    like = survey(examples.take(pool[:LIKE]), backbone.modality, cache=root)
    items = like.items.take([i for i, look in enumerate(like.looks) if isinstance(look, Look)])
    each = milliseconds(whole.stages, backbone.modality, items) / 1000
    count = min(JUDGED, max(LEAST, int(REHEARSAL_S / each)))
    judged = pool[:: -(-len(pool) // JUDGED)]
    if count < len(judged):  # every beginning has its share of each class
        judged = tuple(spread(judged, dataset.strata, 0)[:count])
    few = examples.take(judged)
    seen = survey(few, backbone.modality, cache=root, tell=tell)
    good = [row for row, look in enumerate(seen.looks) if not isinstance(look, Problem)]
    _need_enough(len(good), len(few))
    prefix = Prefix(backbone.modality, whole.stages, whole.digest(whole.depth))
    clock = Clock()
    whole_s, features = _timed(
        lambda: extract(seen.items, good, prefix, cache=root, tell=together(clock, tell))
    )
    ran = sum(clock.spent.values())
    task, labels = make_task(few, tuple(good))
    groups = tuple(few.groups[row] for row in good) if few.groups else ()
    sample = Sample(features.all(), labels[good], task, groups)
    return _Rehearsal(
        len(examples),
        task,
        backbone,
        seen.items,
        tuple(good),
        sample,
        len(examples) - len(few),
        ran / len(good) if ran else each,
        whole_s - ran,
    )


def _need_enough(good: int, asked: int) -> None:
    if good < 8:
        raise DataError(
            "D187", f"{good} of {asked} examples can be read: too few for a plan",
            "headstart check PATH tells what is wrong with them",
        )  # fmt: skip


def _strategies(some: _Rehearsal, settings: Settings) -> tuple[tuple[Strategy, ...], str]:
    """What will be tried, and what that leaves frozen."""
    depth = None if settings.plan else some.depth
    known = Prospect(some.task, some.backbone, some.price, depth)
    every = tuple(strategies(known, settings))
    all_, plans = some.backbone.depth, [one for one in every if one != Scratch()]
    least = min([cut_of(one, all_) for one in plans] or [0])
    told = f"as few as {least} of {all_} stages stay frozen"
    if settings.plan:
        return every, f"as asked: {cut_of(settings.plan, all_)} of {all_} stages stay frozen"
    if depth is None:
        return every, "nothing pretrained to tune: every stage stays frozen"
    if least == all_:
        over = f"unfreezing would take longer than the budget of {settings.budget}; "
        told = f"every stage stays frozen: {'' if depth.linear else over}{depth.why}"
        return every, told
    return every, f"{told}: {depth.why}"


def _frozen(some: _Rehearsal) -> Step:
    took = some.choosing + some.left * some.running if some.left else 0.0
    return Step("frozen stages", took, f"{1000 * some.running:.1f} ms an item, and an engine")


def _without(some: _Rehearsal) -> Step:
    """Raw features, and random weights on items of half the size."""
    modality = some.backbone.modality
    half = modality.half() or modality
    items = some.items.take(some.read)
    each = milliseconds(fresh(some.backbone, 1).stages, half, items) / 1000
    making, plain = _timed(lambda: modality.plain(items))
    raw = some.rows * making / len(items)
    total = raw + _fitting(some, plain)
    if some.backbone.origin.pretrained:  # else the probe has random weights itself
        total += some.rows * each + _fitting(some, _last(some))
    return Step("without transfer", total, f"random weights at {1000 * each:.1f} ms an item")


def _heads(some: _Rehearsal, strategies: Sequence[Strategy]) -> Step:
    """Heads on the last stage and on all of them, further draws, curves, and each stage's own."""
    last, every = _fitting(some, _last(some)), _fitting(some, some.sample.rows)
    wide = Probe(every_stage=True) in strategies
    curves = 0.6 * (every if wide else last) + 0.6 * last  # an eighth, a quarter and a half
    judged = every if wide else 0.0
    total = last + (every + judged if wide else 0.0) + SEEDS * last / 4 + curves
    return Step("heads", total, f"{last:.1f} s for one on the last stage")


def _folded(
    dataset: Dataset, settings: Settings, some: _Rehearsal, strategies: Sequence[Strategy]
) -> Step:
    """What is fitted without folds, as many times more as there are folds."""
    tuned = [one for one in strategies if not isinstance(one, Probe)]
    rows = dataset.audit.usable
    count, why = fold_count(settings, dataset.examples, rows, lambda: bool(tuned))
    if count == 1:
        return Step("folds", 0.0, why)
    budget = seconds(settings.budget)
    asked = math.inf if settings.plan else budget * count / (count + 1)
    trained = count * sum(_training(some, one).seconds for one in tuned)
    raw = _fitting(some, _last(some))
    took = count * (_heads(some, strategies).seconds + 2 * raw) + min(trained, asked)
    return Step("folds", took, f"{count} folds, in each of which every way is fitted again")


def _training(some: _Rehearsal, strategy: Strategy) -> Step:
    if isinstance(strategy, Probe):
        return Step(str(strategy), 0.0, "among the heads")
    at, rows = cut_of(strategy, some.backbone.depth), round(LEARNED * some.rows)
    asked = (some.backbone, some.task, rows, some.asked)
    own, usual = expected_passes(strategy, *asked), passes_of(Full(), *asked)
    times = ULMFIT if strategy == Ulmfit() else own / usual
    took = some.price(some.backbone.depth - at).times(times).waited
    told = f"{own:.0f} passes expected"
    if at:
        adds = multiply_adds(some.backbone)
        took += some.choosing + some.rows * some.running * sum(adds[:at]) / max(1, sum(adds))
        told = f"{told}, after what is frozen ran once"
    return Step(str(strategy), took, told)


def _fitting(some: _Rehearsal, rows: Tensor | csr_array) -> float:
    """Seconds of a head on such rows, as many as there will be; from fits to a half and to all."""
    labels = some.sample.labels
    took = []
    for n in (len(labels) // 2, len(labels)):
        began = time.perf_counter()
        if isinstance(rows, Tensor):
            fit_head(Sample(rows[:n], labels[:n], some.task))
        else:
            words_fit(some.task, rows[:n], labels[:n], ())
        took.append((n, time.perf_counter() - began))
    return grown(took[0], took[1], math.ceil(_SHARE * some.rows))


def _last(some: _Rehearsal) -> Tensor:
    return some.sample.table[:, -some.backbone.width :]


def _memory(some: _Rehearsal) -> float:
    """What is held now, and three copies of the widest table that is fitted to in memory."""
    held = peak_mb()
    width = some.sample.table.shape[1]
    return held + (0 if stays_far(some.rows, width) else 3 * 4 * some.rows * width / 1e6)


def _disk(some: _Rehearsal) -> float:
    item = some.items.take([0])[0]
    kept = item.numel() * item.element_size() + 2 * 4 * some.sample.table.shape[1]
    weights = sum(p.numel() for p in some.backbone.stages.parameters()) * 4
    return (some.rows * kept + weights) / 1e6 + 3


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made
