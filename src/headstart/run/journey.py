"""The main job: from a place on disk to a folder with a model, a report and a verdict."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from headstart.advise import Trained, remember_run
from headstart.backbone import Backbone
from headstart.data import (
    SPOKEN,
    TOLD,
    Audit,
    Found,
    Frame,
    Partition,
    Problem,
    audit,
    divide,
    leaks,
    strata_of,
)
from headstart.errors import UsageError
from headstart.evaluate import Contest, Outcome, Spread, examine, outcome_of, pooled
from headstart.events import (
    Event,
    Tell,
    kept,
    note,
    quiet,
    together,
    unless_step,
    warn,
    without_notes,
)
from headstart.features import Items, noted, survey, trim
from headstart.head import Labeling, Transcribing, Writing, posed, trust_of
from headstart.modality import Look
from headstart.model import Model, longest_s
from headstart.run.contest import SEEDS, contest, would_tune
from headstart.run.facts import clocks, computing, facts_of, spent, versions
from headstart.run.finding import content_of, found_at, usual_modality
from headstart.run.folder import EVENTS, Contents, Folder, Request, opened
from headstart.run.folds import fold_count, fold_partitions
from headstart.run.leaving import leave
from headstart.run.planning import forecast
from headstart.run.quantities import seconds
from headstart.run.reciting import need_short, recite
from headstart.run.settings import AUTO, Settings, cache_root
from headstart.run.starting import Ranking, start_of
from headstart.run.taking import label_of
from headstart.run.writing import write
from headstart.share import load
from headstart.train import Fitted, Gradual, Lesson, Unfreeze, discard_damaged, probe_head

ONE_GROUP = (
    "all rows to learn from are of one group: choices go by rows of the very group that was "
    "learned from, and say little of another"
)
LEAKS = 5
"""Leaks that are told by name."""
MOVED = (
    "{changed} of {tensors} tensors that were to stay frozen are not what was loaded: memory or "
    "disk of this machine failed, or headstart did; don't use the model, train again with --out"
)
LARGE = 2000
"""Examples from which a plan is told before anything is spent."""


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run: a folder, and what is in it."""

    path: Path
    metrics: dict[str, Any]
    """What `metrics.json` holds."""

    @property
    def model(self) -> Model:
        """Read back from the folder, as everybody else would."""
        return load(self.path)


@dataclass(frozen=True, eq=False)
class _Known:
    """The data once each source was looked at."""

    found: Found
    audit: Audit
    items: Items
    looks: tuple[Look | Problem, ...]
    digest: str
    """Names the content of all files and their labels (16 hex digits)."""


def train(
    place: Path | str | Found | Frame,
    *,
    out: Path | str | None = None,
    cache: Path | None = None,
    tell: Tell = quiet,
    **options: Any,
) -> Run:
    """Read and audit the data, fit the arms, judge them once, and leave a run folder.

    `place` is a folder, a table, an archive, a DataFrame, or what `headstart.data.from_memory`
    makes of arrays or pictures. Options are the fields of `Settings`. The same call again goes on
    where a killed one was, and gives back a finished one. Raises `DataError`, `BackboneError`,
    `UsageError`, `ResourceError` or `TrainingError`.
    """
    settings = Settings.of(**options)
    root = cache_root(cache)
    found = found_at(place, settings.columns, root)
    start = start_of(found, settings, root, tell)
    where = Path(place).resolve() if isinstance(place, Path | str) else Path("memory")
    asked = settings.digest(str(where))
    request = Request(Path(out) if out else None, where.stem, asked)
    return transfer(found, start, settings, request, root, tell)


def transfer(
    found: Found,
    start: tuple[Backbone, Ranking],
    settings: Settings,
    request: Request,
    root: Path,
    tell: Tell,
) -> Run:
    """The same from examples that are found, a backbone that is loaded, and why it was."""
    backbone, ranking = start
    began, early = clocks(), list[Event]()
    if len(found.examples) >= LARGE and not request.ended_before:
        note(tell, forecast(found, backbone, settings, root, tell).told)
    known = _known(found, backbone, root, together(tell, unless_step(early.append)))
    named = _named(backbone, ranking, settings)
    contents = Contents(known.digest, named, backbone.contents, computing())
    with opened(request, contents, tell) as folder:
        if (metrics := folder.ended(tell)) is None:
            keep = kept(folder.path / EVENTS)
            for event in early:
                keep(event)
            metrics = _made(folder, known, start, settings, root, began, together(tell, keep))
        folder.clear()
    return Run(folder.path, metrics)


def _made(
    folder: Folder,
    known: _Known,
    start: tuple[Backbone, Ranking],
    settings: Settings,
    root: Path,
    began: tuple[float, float],
    tell: Tell,
) -> dict[str, Any]:
    """Fit the arms, judge them, and leave everything in the folder; the figures."""
    (backbone, ranking), examples = start, known.found.examples
    known, partitions = _partitions(known, backbone, settings, root, tell)
    folder.start(
        settings=asdict(settings),
        data={"digest": known.digest, **known.audit.record()},
        versions={**versions(), **dict(computing())},
    )
    work = folder.work(tell)
    lesson, arms, outcomes = _tested(known, partitions, start, settings, work, root, tell)
    outcome, model = pooled(outcomes, lesson), _model(lesson, arms)
    report = examine(
        lesson,
        examples,
        arms,
        outcome,
        title=folder.path.name,
        trust=model.trust,
        spread=_spread(outcomes, lesson, backbone, arms.fitted),
        facts=facts_of(known.audit, lesson.partition, settings, backbone, arms),
    )
    metrics = leave(folder, report, model, lesson, examples, known.audit, spent(began), outcome)
    if metrics["frozen"]["changed"]:
        warn(tell, MOVED.format(**metrics["frozen"]), code="T512")
    if arms.model.transfer and "accuracy" in metrics["test"]:
        _remember(known, backbone, _named(backbone, ranking, settings), metrics, root)
    trim(root)
    return metrics


def _tested(
    known: _Known,
    partitions: Sequence[Partition],
    start: tuple[Backbone, Ranking],
    settings: Settings,
    work: Path,
    root: Path,
    tell: Tell,
) -> tuple[Lesson, Contest, list[Outcome]]:
    """The last contest, whose model ships, and what each showed on its test rows."""
    (backbone, ranking), outcomes = start, list[Outcome]()
    strata = strata_of(known.found.examples).labels
    for number, partition in enumerate(partitions, 1):
        lesson = _lesson(known, partition, backbone, settings, root)
        if number == 1 and len(set(lesson.groups_of(lesson.pool))) == 1:
            warn(tell, ONE_GROUP)
        place, asked, hear = _shared(number, len(partitions), work, settings, tell)
        discard_damaged(place, tell, "*.json")
        arms = replace(_arms(lesson, known, backbone, asked, place, hear), ranking=ranking)
        if partition.test:  # else all rows: the model that ships
            outcomes.append(outcome_of(lesson, arms, strata))
    return lesson, arms, outcomes


def _named(backbone: Backbone, ranking: Ranking, settings: Settings) -> str:
    """What a ranking calls this model."""
    if ranking:
        return ranking[0].backbone
    plain = settings.backbone in (AUTO, "shipped")
    return label_of(backbone.name if plain else settings.backbone, settings.weights)


def _remember(
    known: _Known, backbone: Backbone, named: str, metrics: dict[str, Any], root: Path
) -> None:
    """How this model did, for rankings on other data."""
    content = content_of(known.items.digests, known.found.examples.labels)
    points = 100 * float(metrics["test"]["accuracy"]["value"])
    remember_run(root, Trained(content, named, backbone.name, round(points, 2)))


def _arms(
    lesson: Lesson, known: _Known, backbone: Backbone, settings: Settings, work: Path, tell: Tell
) -> Contest:
    """Fitted and compared, in the way of what the labels are."""
    if isinstance(settings.plan, Unfreeze | Gradual) and not isinstance(lesson.task, Writing):
        backbone.need_stages()
    if known.found.examples.kind == SPOKEN:
        rows = lesson.pool + lesson.partition.test
        need_short(known.looks, rows, longest_s(backbone.modality))
    if isinstance(lesson.task, Writing):
        return write(lesson, backbone, settings, work, tell)
    if isinstance(lesson.task, Transcribing | Labeling):
        return recite(lesson, backbone, settings, work, tell)
    return contest(lesson, backbone, settings, work, tell)


def check(
    place: Path | str | Found | Frame,
    *,
    cache: Path | None = None,
    tell: Tell = quiet,
    **options: Any,
) -> Audit:
    """Read and look at everything, train nothing. Options are `label`, `path`, `split`, `group`.

    Whatever is wrong is listed; `refused` says where nothing could be learned from the rest.
    """
    root = cache_root(cache)
    found = found_at(place, Settings.of(**options).columns, root)
    modality = usual_modality(found)
    seen = survey(found.examples, modality, cache=root, tell=tell)
    for line in noted(modality, seen):
        note(tell, line)
    return audit(found, seen.looks)


def _known(found: Found, backbone: Backbone, root: Path, tell: Tell) -> _Known:
    seen = survey(found.examples, backbone.modality, cache=root, tell=tell)
    checked = audit(found, seen.looks).needed()
    for line in (*checked.lines(), *noted(backbone.modality, seen)):
        note(tell, line)
    examples = found.examples
    labels = [examples.labels, examples.classes, examples.parts, examples.kind]
    text = json.dumps([seen.items.digests, *labels])
    return _Known(
        found, checked, seen.items, seen.looks, hashlib.sha256(text.encode()).hexdigest()[:16]
    )


def _partitions(
    known: _Known, backbone: Backbone, settings: Settings, root: Path, tell: Tell
) -> tuple[_Known, tuple[Partition, ...]]:
    """One partition; or one for each fold, and one of all rows without a test."""
    examples, usable = known.found.examples, known.audit.usable

    def tunes() -> bool:
        partition = _divided(known, settings, quiet)[1]
        return would_tune(_lesson(known, partition, backbone, settings, root), backbone)

    count, why = fold_count(settings, examples, usable, tunes)
    made = fold_partitions(settings, examples, usable, known.audit.together, count)
    if why and (made or count == 1):
        note(tell, why)
    if made:
        return known, made
    known, partition = _divided(known, settings, tell)
    return known, (partition,)


def _shared(
    number: int, count: int, work: Path, settings: Settings, tell: Tell
) -> tuple[Path, Settings, Tell]:
    """Where one of several contests keeps its checkpoints, its share of the budget, and who hears
    of it: notes only of the last.
    """  # noqa: D205 - one sentence
    if count == 1:
        return work, settings, tell
    if number < count:
        note(tell, f"fold {number} of {count - 1}")
    place = work / (f"fold-{number}" if number < count else "all")
    place.mkdir(exist_ok=True)
    share = replace(settings, budget=f"{seconds(settings.budget) / count:.1f}")
    return place, share, tell if number == count else without_notes(tell)


def _divided(known: _Known, settings: Settings, tell: Tell) -> tuple[_Known, Partition]:
    """Keep duplicates and groups on one side of a drawn split; tell leaks in a given one."""
    partition = divide(
        strata_of(known.found.examples),
        test=settings.test_size,
        seed=settings.seed,
        together=known.audit.together,
        rows=known.audit.usable,
    )
    sizes = f"{len(partition.train):,} / {len(partition.val):,} / {len(partition.test):,}"
    note(tell, f"train / val / test: {sizes} ({partition.origin})")
    found = leaks(known.audit, partition)
    for problem in found[:LEAKS]:
        warn(tell, f"{problem.name}: {problem.reason}", code=problem.code)
    if len(found) > LEAKS:
        warn(tell, f"{len(found) - LEAKS:,} more examples leak into the test: see problems.csv")
    checked = replace(known.audit, problems=(*known.audit.problems, *found))
    return replace(known, audit=checked), partition


def _lesson(
    known: _Known, partition: Partition, backbone: Backbone, settings: Settings, root: Path
) -> Lesson:
    examples = known.found.examples
    task, labels = posed(examples, partition.train + partition.val, backbone)
    if settings.head and settings.head not in task.heads:
        raise UsageError(
            "U114",
            f"a {settings.head} head cannot be fitted to this task ({task.kind})",
            f"--head {task.heads[0]}",
        )
    auto = settings.plan is None and examples.kind not in TOLD
    return Lesson(
        known.items,
        labels,
        examples.groups,
        partition,
        task,
        root,
        settings.head,
        auto,
        known.audit.together,
    )


def _model(lesson: Lesson, arms: Contest) -> Model:
    fitted = arms.fitted
    held, labels = fitted.held.numpy(), lesson.labels_of(fitted.held_rows).numpy()
    trust = trust_of(lesson.task, held, labels)
    return Model(fitted.joined(), fitted.head, lesson.task, trust, fitted.at)


def _spread(
    outcomes: Sequence[Outcome], lesson: Lesson, backbone: Backbone, fitted: Fitted
) -> Spread:
    """How much luck is in one draw: of folds each alone, else probes on other draws."""
    if len(outcomes) == 1:
        return _redrawn(lesson, backbone, fitted)
    alone = tuple(outcome.model.merit.value for outcome in outcomes)
    return Spread(f"each of the {len(outcomes)} folds alone", alone)


def _redrawn(lesson: Lesson, backbone: Backbone, fitted: Fitted) -> Spread:
    """Mean test merit of probes fitted to other draws of as many rows as there are to train on.

    On the stages that the model reads, where it is a probe itself; then they are fitted as it is,
    else in the way that suits the first draw.
    """
    way = fitted.chosen.way
    backbone = backbone if len(fitted.suffix) else fitted.backbone
    rows, task = lesson.partition.test, lesson.task
    if task.kind in TOLD:
        return Spread("", ())
    labels = lesson.labels_of(rows).numpy()
    table = lesson.rows_feed(rows, backbone, backbone.depth)(range(len(rows)), ())
    merits, pool = [], lesson.pool
    for seed in range(1, SEEDS + 1):
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randperm(len(pool), generator=generator)
        some = [pool[i] for i in drawn[: len(lesson.partition.train)].tolist()]
        fit = probe_head(lesson, backbone, some, seed=seed, way=way)
        way = fit.way
        answers = task.answers(table @ fit.weight.T + fit.bias).numpy()
        merits.append(float(task.merit(answers, labels).mean()))
    drawn_from = f"{len(lesson.partition.train):,} of the {len(pool):,} examples to learn from"
    return Spread(f"the probe refitted to {SEEDS} other draws of {drawn_from}", tuple(merits))
