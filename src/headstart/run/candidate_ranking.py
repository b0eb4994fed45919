"""Which backbone to start from, measured on a sample of the data before anything is trained."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from headstart.advise import (
    Entry,
    Past,
    Ranked,
    Target,
    compared,
    prior_of,
    ranked,
    remember,
    remembered,
    target_of,
)
from headstart.backbone import DETECTING, Backbone, listed
from headstart.data import Dataset, Examples, Found, spread
from headstart.errors import HeadstartError, UsageError
from headstart.events import Tell, note, quiet, warn
from headstart.features import Prefix, extract, milliseconds, survey, trim
from headstart.head import Sample
from headstart.hostile import printable
from headstart.run.division import dataset_at, usual_modality
from headstart.run.inputs import KINDS
from headstart.run.named_backbones import backbones_in, label_of, taken
from headstart.run.settings import Limits, RankSettings
from headstart.run.short_training import EXAMPLES as TRIED
from headstart.run.short_training import cheapest
from headstart.run.successive_halving import settled
from headstart.run.units import count, seconds
from headstart.stats import level
from headstart.task import make_task, task_type

EXAMPLES = 1000
"""Examples that candidates are judged on, at most."""


def rank(dataset: Dataset, settings: RankSettings, root: Path, tell: Tell = quiet) -> list[Ranked]:
    """Order candidates by what their features say about at most 1,000 examples, and by the prior.

    After the budget no further candidate is begun; what is left is spent on short fine-tunes (see
    `settled`; for answers with an order see `cheapest`). Rows of the test are not looked at. Raises
    `DataError`; `UsageError` where none is left.
    """
    budget, seed, limits = settings.budget, settings.seed, settings.limits
    end = time.monotonic() + (seconds(budget) if budget else math.inf)
    found, sample, digest = dataset.found, *_sampled(dataset, seed)
    past, entries = remembered(root, digest), list[Entry]()
    loaded: dict[str, Backbone] = {}
    for name, weights in _named(settings.backbones, found):
        if entries and time.monotonic() > end:
            warn(tell, f"the budget is spent: {printable(name)} was not looked at")
            continue
        take = partial(taken, name, weights, found, settings.given, seed, settings.network, tell)
        if (backbone := _had(name, take, tell)) is None:
            continue
        label = label_of(name, weights)
        entry = _entry(label, backbone, sample, past, seed, root, tell)
        why = refusal(limits, entry)
        note(tell, f"{entry.backbone}: {f'left out, {why}' if why else _told(entry)}")
        entries += [] if why else [entry]
        loaded[label] = backbone
    remember(root, compared(digest, entries))
    order = ranked(_some(entries))
    if budget and not task_type(found.examples.kind).coded_rows:
        order = settled(order, loaded, sample, end=end, cache=root, tell=tell)
    trim(root)
    return order


def refusal(limits: Limits, entry: Entry) -> str:
    """Why this candidate is out; empty where it is not."""
    if limits.max_params is not None and entry.params > count(limits.max_params):
        return f"{entry.params:,} parameters"
    if limits.max_mb is not None and entry.params * 4 / 1e6 > limits.max_mb:
        return f"{entry.params * 4 / 1e6:.1f} MB"
    if limits.max_ms is not None and entry.ms_per_item > limits.max_ms:
        return f"{entry.ms_per_item:.1f} ms an item"
    if limits.license and limits.license.casefold() not in entry.license.casefold():
        return f"license {entry.license}"
    return ""


def _had(name: str, take: Callable[[], Backbone], tell: Tell) -> Backbone | None:
    """None, and a warning, where a candidate cannot be had or takes other things than these."""
    try:
        return take()
    except UsageError:
        raise
    except HeadstartError as error:
        warn(tell, f"{printable(name)} is left out: {error.what}", code=error.code)
        return None


def _some(entries: list[Entry]) -> list[Entry]:
    if not entries:
        raise UsageError(
            "U122",
            "every candidate was left out",
            "headstart backbones lists all of them; name others, or relax the limits",
        )
    return entries


def candidates(found: Found) -> tuple[str, ...]:
    """Backbones on this machine that take what the examples are; detectors for boxes alone.

    Not those on the shelf: they may have learned from rows that are tested on here.
    """
    kind, locates = KINDS[found.holds], task_type(found.examples.kind).locates
    rows = (row for row in listed() if row.origin != "shelf" and row.kind == kind)
    return tuple(row.name for row in rows if locates or row.name != DETECTING)


def _named(backbones: str, found: Found) -> Iterator[tuple[str, str | None]]:
    """Names and weights; "all" for every backbone on this machine that takes such examples."""
    for name, weights in backbones_in(backbones):
        if name == "all":
            yield from ((one, None) for one in candidates(found))
        else:
            yield name, weights


def dataset_for(found: Found, settings: RankSettings, root: Path, tell: Tell) -> Dataset:
    """Divided as `train` would divide it."""
    return dataset_at(
        found, usual_modality(found), root, tell, test=settings.test_size, seed=settings.seed
    )[0]


def _sampled(dataset: Dataset, seed: int) -> tuple[Examples, str]:
    """Examples to judge on, none of them from the test; and the name of the data."""
    examples = dataset.examples
    order = spread(dataset.pool, dataset.strata, seed)
    rows = sorted(order[: TRIED if task_type(examples.kind).coded_rows else EXAMPLES])
    grouped = replace(examples, groups=_groups(examples, dataset.audit.together))
    return grouped.take(rows), dataset.content


def _groups(examples: Examples, together: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """As the data have them; near duplicates are groups, too, and other rows each their own."""
    if not together and not examples.groups:
        return ()
    named = {row: f"alike {i}" for i, some in enumerate(together) for row in some}
    own = examples.groups or ("",) * len(examples)
    return tuple(group or named.get(row, f"#{row}") for row, group in enumerate(own))


def _entry(
    label: str,
    backbone: Backbone,
    examples: Examples,
    past: tuple[Past, ...],
    seed: int,
    root: Path,
    tell: Tell,
) -> Entry:
    judge = _trained if task_type(examples.kind).coded_rows else _probed
    return Entry(
        label,
        judge(examples, backbone, seed, root, tell),
        prior_of(backbone.name, label, past) if backbone.origin.pretrained else None,
        milliseconds(backbone.stages, backbone.modality),
        sum(p.numel() for p in backbone.stages.parameters()),
        backbone.origin.license,
        backbone.origin.pretrained,
    )


def _probed(examples: Examples, backbone: Backbone, seed: int, root: Path, tell: Tell) -> Target:
    """By heads on the rows of features that it gives."""
    items = survey(examples, backbone.modality, cache=root, tell=tell).items
    features = extract(
        items,
        range(len(examples)),
        Prefix(backbone.modality, backbone.stages, backbone.digest(backbone.depth)),
        cache=root,
        tell=tell,
    )
    task, labels = make_task(examples, tuple(range(len(examples))))
    return target_of(Sample(features.all(), labels, task, examples.groups, seed))


def _trained(examples: Examples, backbone: Backbone, seed: int, root: Path, tell: Tell) -> Target:
    """By the cheapest training there is, where answers have an order."""
    trial = cheapest(examples, backbone, seed, root, tell)
    found = level(trial.merit, trial.groups)
    how = trial.strategy
    return Target(trial.loss, how, found, math.nan, math.nan, trial.merit, trial.groups)


def _told(entry: Entry) -> str:
    found = entry.target.figure
    interval = f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"
    return f"{interval} by {entry.target.head}, {entry.ms_per_item:.1f} ms an item"
