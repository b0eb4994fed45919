"""One part of a job array: rows of a frozen network, for machines that share them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from headstart.backbone import Backbone, learning_stages, seen_as
from headstart.counting import counted
from headstart.data import Examples, Found
from headstart.errors import UsageError
from headstart.events import Tell, note, warn
from headstart.features import (
    Engine,
    Items,
    Prefix,
    Row,
    Shared,
    Table,
    extract,
    file_digests,
    noise,
    settled,
    survey,
    unit_of,
)
from headstart.run.default_backbone import usual_name
from headstart.run.named_backbones import backbones_in, taken
from headstart.run.settings import AUTO, FeatureSettings
from headstart.run.strategies import LIKE
from headstart.run.units import part_of
from headstart.task import task_type
from headstart.train import Probe, cut_of, frozen_prefix, profiles

ROWS, FEWEST, UNITS = 4096, 16, 64
"""Examples in a unit of work, at most and at least, and how many units there are of few."""
LARGEST = 2**26
"""Bytes of a unit's rows, about: where rows are large, fewer examples make one."""


@dataclass(frozen=True)
class FeaturePart:
    """What a part found done, and what it did."""

    part: str
    backbone: str
    examples: int
    units: int
    done_before: int
    """Units whose rows were there."""
    computed: int
    """Rows that were added."""
    unreadable: int

    @property
    def text(self) -> str:
        """In a sentence."""
        if not self.units:
            return f"part {self.part}: nothing to do, there are fewer units of work than parts"
        units = counted(self.units, "unit")
        return (
            f"part {self.part}: {counted(self.examples, 'example')} in {units}, of which "
            f"{self.done_before:,} done before; {counted(self.computed, 'row')} added"
        )


@dataclass(frozen=True, eq=False)
class _Work:
    prefix: Prefix
    engine: Engine
    table: Table
    shared: Shared
    root: Path
    tell: Tell


def features(found: Found, settings: FeatureSettings, root: Path, tell: Tell) -> FeaturePart:
    """Make the rows that `train` reads, of one part of the examples, unit by unit.

    Units are cut from the examples in the order in which they are found, which is that of their
    names: so a part reads no file of another. Raises what `train` raises before it learns.
    """
    if task_type(found.examples.kind).locates:
        raise UsageError(
            "U203",
            "boxes are learned from views that the machine that trains draws: no rows are shared",
            "headstart train PATH, without --cache",
        )
    name, file = (
        next(backbones_in(settings.backbone)) if settings.backbone != AUTO else (None, None)
    )
    name = name or usual_name(found)
    weights = settings.weights or file
    given, seed = settings.given, settings.seed
    backbone = taken(name, weights, found, given, seed, settings.network, tell)
    prefix = _prefix(backbone, found, settings)
    shared, examples = Shared(settings.network.shared), found.examples
    part, parts = part_of(settings.part)
    units = cut(len(examples), _most(prefix))
    mine = units[len(units) * (part - 1) // parts : len(units) * part // parts]
    report = FeaturePart(settings.part, backbone.name, 0, 0, 0, 0, 0)
    if not mine:
        return report

    def some() -> Items:
        own = range(mine[0].start, mine[-1].stop)
        few = own[:: max(1, len(own) // LIKE)]
        return survey(examples.take(few), backbone.modality, cache=root, tell=tell).items

    engine, table = settled(prefix, some, len(examples), shared, cache=root, tell=tell)
    work, done = _Work(prefix, engine, table, shared, root, tell), shared.done(table)
    for number, unit in enumerate(mine, 1):
        note(tell, f"unit {number:,} of {len(mine):,}, {len(unit):,} {backbone.modality.things}")
        report = _with(report, examples.take(unit), work, set(done))
    if report.unreadable:
        warn(tell, f"{report.unreadable:,} could not be read: headstart check says which and why")
    return report


def cut(examples: int, most: int = ROWS) -> list[range]:
    """Units of work, whatever the number of parts: so that other parts find them done.

    >>> len(cut(10_000_000)), {len(unit) for unit in cut(4096 * 64)}, cut(40)
    (2442, {4096}, [range(0, 16), range(16, 32), range(32, 40)])
    """
    size = min(most, max(FEWEST, FEWEST * math.ceil(examples / UNITS / FEWEST)))
    return [range(at, min(at + size, examples)) for at in range(0, examples, size)]


def _most(prefix: Prefix) -> int:
    """Examples of a unit, at most, by the size of a row."""
    with torch.inference_mode():
        row: torch.Tensor = prefix.stages(noise(prefix.modality)[:2])[0]
    return max(FEWEST, min(ROWS, LARGEST // (4 * row.numel())))


def _prefix(backbone: Backbone, found: Found, settings: FeatureSettings) -> Prefix:
    """What `train` runs once when it is asked for the same."""
    task = task_type(found.examples.kind, writer=backbone.writer is not None)
    every = settings.plan == Probe(every_stage=True)
    source = seen_as(backbone, task.view) if task.coded_rows else backbone
    at = cut_of(settings.plan or Probe(), source.depth, learning_stages(source))
    auto = settings.plan is None and not task.coded_rows
    return frozen_prefix(source, at, profiled=every or (auto and profiles(source, at)))


def _with(report: FeaturePart, examples: Examples, work: _Work, done: set[str]) -> FeaturePart:
    """What a part did, once it did another unit."""
    names = file_digests(examples)
    report = replace(report, units=report.units + 1, examples=report.examples + len(examples))
    seen = None
    if not all(names):  # no files: what they are is known once they were looked at
        seen = survey(examples, work.prefix.modality, cache=work.root, tell=work.tell)
        names = list(seen.items.digests)
    if (unit := unit_of(names)) in done:
        return replace(report, done_before=report.done_before + 1)
    seen = seen or survey(examples, work.prefix.modality, cache=work.root, tell=work.tell)
    digests = seen.items.digests
    good = [row for row, digest in enumerate(digests) if digest]
    made = extract(
        seen.items, good, work.prefix, cache=work.root, engine=work.engine, tell=work.tell
    )
    work.shared.put(work.table, unit, _rows(digests, good, made.table.read(made.places)))
    return replace(
        report,
        computed=report.computed + len(set(digests) - {""}),
        unreadable=report.unreadable + len(examples) - len(good),
    )


def _rows(
    digests: Sequence[str], good: Sequence[int], tensors: Sequence[torch.Tensor]
) -> list[Row]:
    """A row for each key, in the order of keys, so that equal work gives equal bytes."""
    found = {digests[row]: tensor for row, tensor in zip(good, tensors, strict=True)}
    return [Row(key, found[key]) for key in sorted(found)]
