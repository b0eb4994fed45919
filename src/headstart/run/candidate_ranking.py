"""Which backbone to start from, measured on a sample of the data before anything is trained."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from headstart.advise import Entry, Ranked, compared, ranked, remember, remembered
from headstart.backbone import DETECTING, Backbone, listed
from headstart.data import Dataset, Examples, Found, spread
from headstart.errors import UsageError
from headstart.events import Tell, note, quiet, repeat, warn
from headstart.features import trim
from headstart.hostile import printable
from headstart.run.candidate_jobs import (
    Candidacy,
    Looked,
    backbone_of,
    can_be_sent,
    look,
    look_afar,
    train_afar,
    trials_of,
)
from headstart.run.division import dataset_at, usual_modality
from headstart.run.inputs import KINDS
from headstart.run.named_backbones import backbones_in
from headstart.run.settings import Limits, RankSettings
from headstart.run.short_training import EXAMPLES as TRIED
from headstart.run.short_training import Trial
from headstart.run.successive_halving import Tried, settled
from headstart.run.units import count, seconds
from headstart.scale import IN_MEMORY, Answer, Map, answers, map_at
from headstart.task import task_type

EXAMPLES = 1000
"""Examples that candidates are judged on, at most."""


def rank(dataset: Dataset, settings: RankSettings, root: Path, tell: Tell = quiet) -> list[Ranked]:
    """Order candidates by what their features say about at most 1,000 examples, and by the prior.

    After the budget no further candidate is begun; what is left is spent on short fine-tunes (see
    `settled`; for answers with an order see `cheapest`). Rows of the test are not looked at.
    Where work runs elsewhere, workers look at candidates, and fine-tune them, side by side. Raises
    `DataError`; `UsageError` where none is left.
    """
    budget, found = settings.budget, dataset.found
    end = seconds(budget) if budget else math.inf
    (sample, digest), until = _sampled(dataset, settings.seed), time.time() + end
    end, past = time.monotonic() + end, remembered(root, digest)
    trials = trials_of(found, sample, settings, past, root, until)
    every = [Candidacy(trials, *one) for one in _named(settings.backbones, found)]
    with _hands(every, settings, sample, tell) as over:
        looks, loaded = _looks(every, over, tell), dict[str, Backbone]()
        entries = _entries(every, looks, settings.limits, loaded, tell)
        remember(root, compared(digest, entries))
        order = ranked(_some(entries))
        if budget and not task_type(found.examples.kind).coded_rows:
            tried = _tried(every, over, tell) if over else None
            known = _Loaded({one.label: one for one in every}, loaded, tell)
            order = settled(order, known, sample, end=end, cache=root, tell=tell, tried=tried)
    trim(root)
    return order


@contextmanager
def _hands(
    every: Sequence[Candidacy], settings: RankSettings, sample: Examples, tell: Tell
) -> Iterator[Map | None]:
    """Workers, where there are several candidates, and examples that they find; else None."""
    on = settings.network.where
    if on.kind == "here" or len(every) < 2:
        yield None
    elif not can_be_sent(sample.sources):
        note(tell, f"workers look at no candidates: {IN_MEMORY}")
        yield None
    else:
        with map_at(on) as over:
            yield over


def _looks(every: Sequence[Candidacy], over: Map | None, tell: Tell) -> Sequence[Answer[Looked]]:
    """What workers saw; nothing where there are none."""
    first = [replace(one, anyway=not place) for place, one in enumerate(every)]
    return answers(over, look_afar, first, tell, "looking at candidates") if over else ()


def _entries(
    every: Sequence[Candidacy],
    looks: Sequence[Answer[Looked]],
    limits: Limits,
    loaded: dict[str, Backbone],
    tell: Tell,
) -> list[Entry]:
    """Of those that could be had and are within the limits, in the order in which they were named;
    their networks are put into `loaded` where this process looked.
    """  # noqa: D205 - one sentence
    entries = list[Entry]()
    for place, one in enumerate(every):
        if looks:
            repeat(looks[place].said, tell)
        found = looks[place].made if looks else look(replace(one, anyway=not entries), tell)
        if found.late:
            warn(tell, f"the budget is spent: {printable(one.name)} was not looked at")
        if found.entry is None:
            continue
        why = refusal(limits, found.entry)
        note(tell, f"{one.label}: {f'left out, {why}' if why else _told(found.entry)}")
        entries += [] if why else [found.entry]
        if found.backbone:
            loaded[one.label] = found.backbone
    return entries


def _tried(every: Sequence[Candidacy], over: Map, tell: Tell) -> Tried:
    """Short fine-tunes by workers."""
    named = {one.label: one for one in every}

    def tried(labels: Sequence[str], epochs: int) -> Iterator[Trial]:
        jobs = [(named[label], epochs) for label in labels]
        for answer in answers(over, train_afar, jobs, tell, "fine-tuning candidates"):
            yield answer.made

    return tried


class _Loaded(Mapping[str, Backbone]):
    """Networks of candidates; one that a worker looked at is loaded once it is asked for."""

    def __init__(
        self, named: Mapping[str, Candidacy], loaded: dict[str, Backbone], tell: Tell
    ) -> None:
        self._named, self._loaded, self._tell = named, loaded, tell

    def __getitem__(self, label: str) -> Backbone:
        if label not in self._loaded:
            self._loaded[label] = backbone_of(self._named[label], self._tell)
        return self._loaded[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)


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


def _told(entry: Entry) -> str:
    found = entry.target.figure
    interval = f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"
    return f"{interval} by {entry.target.head}, {entry.ms_per_item:.1f} ms an item"
