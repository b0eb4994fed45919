"""The main job: from a place on disk to a folder with a model, a report and a verdict."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.advise import Trained, remember_run
from headstart.backbone import Backbone
from headstart.data import (
    Audit,
    Dataset,
    Found,
    audit,
)
from headstart.evaluate import FittedArms, Outcome, Report, examine, outcome_of, pooled
from headstart.evaluate.summary import Summary, opening, sureness
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
from headstart.features import noted, survey, trim
from headstart.modality import longest_s
from headstart.report import audit_page
from headstart.run.allowed import need_allowed, need_short
from headstart.run.arm_jobs import site_of
from headstart.run.arms import Job
from headstart.run.audit_pictures import faulty_pictures
from headstart.run.command_line import use_of
from headstart.run.default_backbone import Ranking, Start, start_of
from headstart.run.division import usual_modality
from headstart.run.doubting import doubts_of
from headstart.run.facts import RowCount, clocks, computing, facts_of, spent, versions
from headstart.run.folder import EVENTS, Folder, Request, opened
from headstart.run.known import model_of
from headstart.run.ladder import fitted_arms
from headstart.run.metrics_record import Metrics
from headstart.run.named_backbones import label_of
from headstart.run.next_steps import Evidence, next_steps
from headstart.run.outputs import leave
from headstart.run.planning import forecast
from headstart.run.prepared import Known, known_of, parts_of, started, task_data_of
from headstart.run.provenance import Contents
from headstart.run.reading import Run
from headstart.run.settings import AUTO, Settings
from headstart.run.spread import spread_of
from headstart.run.spreading import spread
from headstart.run.units import seconds
from headstart.task import Calibration, task_type
from headstart.train import TaskData, discard_damaged

ONE_GROUP = (
    "all rows to learn from are of one group: choices go by rows of the very group that was "
    "learned from, and say little of another"
)
MOVED = (
    "{changed} of {tensors} tensors that were to stay frozen are not what was loaded: memory or "
    "disk of this machine failed, or headstart did; don't use the model, train again with --out"
)
LARGE = 2000
"""Examples from which a plan is told before anything is spent."""


def train(
    found: Found, settings: Settings, request: Request, root: Path, tell: Tell = quiet
) -> Run:
    """Choose the backbone, fit the arms, judge them once, and leave a run folder."""
    start = start_of(found, settings, root, tell)
    locates = task_type(found.examples.kind).locates
    count = len(found.examples)
    settings = spread(request.place, count, settings, start, root, tell, locates=locates)
    return transfer(found, start, settings, request, root, tell)


def transfer(
    found: Found,
    start: Start,
    settings: Settings,
    request: Request,
    root: Path,
    tell: Tell,
) -> Run:
    """The same from examples that are found, a backbone that is loaded, and why it was."""
    began, early = clocks(), list[Event]()
    known = known_of(found, start, settings, root, together(tell, unless_step(early.append)))
    data, backbone = known.data, start.backbone
    if len(data.examples) >= LARGE and not request.ended_before:
        note(tell, forecast(data, backbone, settings, root, tell).text)
    named = _named(backbone, start.ranking, settings)
    contents = Contents(data.digest, named, backbone.contents, computing())
    with opened(request, contents, tell) as folder:
        if (metrics := folder.ended(tell)) is None:
            keep = kept(folder.path / EVENTS)
            for event in early:
                keep(event)
            heard = together(tell, keep)
            metrics = _made(folder, known, start, settings, root, began, heard)
        folder.clear()
    return Run(folder.path, Metrics(metrics))


def _made(
    folder: Folder,
    known: Known,
    start: Start,
    settings: Settings,
    root: Path,
    began: tuple[float, float],
    tell: Tell,
) -> dict[str, Any]:
    """Fit the arms, judge them, and leave everything in the folder; the figures."""
    rows = RowCount()
    tell = together(tell, rows)
    parts, record = parts_of(known, start, settings, root, tell), known.data.audit.record()
    folder.start(
        settings=settings.record(),
        data={"digest": known.data.digest, **record},
        versions={**versions(), **dict(computing())},
    )
    found = _tested(known, parts, start, settings, folder, root, tell)
    task_data, arms, backbone = found.task_data, found.arms, found.start.backbone
    data, outcome, model = (
        found.data,
        pooled(found.outcomes, task_data),
        model_of(task_data, arms.fitted, tell),
    )
    report = examine(
        task_data,
        data.examples,
        arms,
        outcome,
        title=folder.path.name,
        trust=model.trust,
        spread=spread_of(found.outcomes, task_data, backbone, arms.fitted),
        facts=facts_of(data.audit, task_data.partition, settings, backbone, arms),
    )
    summary = summary_of(found, settings, folder, report, model.trust, outcome)
    cost = {**spent(began), **rows.record()}
    cost["cpu_s"] = round(cost["cpu_s"] + rows.afar_s, 2)
    metrics = leave(folder, report, summary, model, task_data, data, cost, outcome)
    tell_moved(metrics["frozen"], tell)
    if arms.model.transfer and "accuracy" in metrics["test"]:
        _remember(data, backbone, _named(backbone, found.start.ranking, settings), metrics, root)
    rows.advise(tell)
    trim(root)
    return metrics


def tell_moved(frozen: Mapping[str, int], tell: Tell) -> None:
    """Warn where weights that were to stay as they were loaded did not."""
    if frozen["changed"]:
        warn(tell, MOVED.format(**frozen), code="T512")


@dataclass(frozen=True, eq=False)
class _Tested:
    """The last arms, whose model ships, and what each showed on its test rows."""

    data: Dataset
    start: Start
    task_data: TaskData
    arms: FittedArms
    outcomes: list[Outcome]


def _tested(
    known: Known,
    parts: Sequence[Dataset],
    start: Start,
    settings: Settings,
    folder: Folder,
    root: Path,
    tell: Tell,
) -> _Tested:
    outcomes, work = list[Outcome](), folder.work(tell)
    for number, data in enumerate(parts, 1):
        place, asked, hear = _shared(number, len(parts), work, settings, tell)
        known, start = started(known, data, start, settings, root, hear)
        task_data = task_data_of(known, start.backbone, settings, root)
        if number == 1 and len(set(task_data.groups_of(task_data.pool))) == 1:
            warn(tell, ONE_GROUP)
        discard_damaged(place, tell, "*.json")
        names = data.digest, start.backbone.contents
        fold = data.partition if len(parts) > 1 else None
        site = site_of(folder.place, start, asked, root, names, fold)
        job = Job(task_data, start.backbone, asked, place, hear, site)
        arms = replace(_arms(job, known), ranking=start.ranking)
        if data.partition.test:  # else all rows: the model that ships
            outcomes.append(outcome_of(task_data, arms, data.strata))
    return _Tested(data, start, task_data, arms, outcomes)


def summary_of(
    found: "_Tested",
    settings: Settings,
    folder: Folder,
    report: Report,
    trust: Calibration,
    outcome: Outcome,
) -> Summary:
    """What the first and the last lines say, and what would help next."""
    task_data, arms, task = found.task_data, found.arms, found.task_data.task
    labels = task_data.labels_of(outcome.rows).numpy()
    doubts = doubts_of(task_data, found.data.examples, arms, outcome)
    sure, split = sureness(task, trust, outcome, labels), "test" in found.data.examples.parts
    evidence = Evidence(
        folder.place, settings, str(folder.path), task, arms, outcome, labels, report,
        len(task_data.pool), doubts, sure, split,
    )  # fmt: skip
    predict, use = f"headstart predict {shlex.quote(str(folder.path))}", use_of(found.data.examples)
    first = opening(task, outcome, labels)
    return Summary(first, predict, sure, next_steps(evidence), doubts, use)


def _named(backbone: Backbone, ranking: Ranking, settings: Settings) -> str:
    """What a ranking calls this model."""
    if ranking:
        return ranking[0].backbone
    plain = settings.backbone in (AUTO, "shipped")
    return label_of(backbone.name if plain else settings.backbone, settings.weights)


def _remember(
    data: Dataset, backbone: Backbone, named: str, metrics: dict[str, Any], root: Path
) -> None:
    """How this model did, for rankings on other data."""
    points = 100 * float(metrics["test"]["accuracy"]["value"])
    remember_run(root, Trained(data.content, named, backbone.name, round(points, 2)))


def _arms(job: Job, known: Known) -> FittedArms:
    """Fitted and compared, where the task allows what was asked for."""
    task_data, backbone = job.task_data, job.backbone
    need_allowed(job.settings.plan, task_data.task, backbone)
    if task_data.task.joins:
        rows = task_data.pool + task_data.partition.test
        need_short(known.looks, rows, longest_s(backbone.modality))
    return fitted_arms(job)


def check(found: Found, root: Path, tell: Tell = quiet, page: Path | None = None) -> Audit:
    """Look at all examples, train nothing; `page` is where what is wrong is shown."""
    modality = usual_modality(found)
    seen = survey(found.examples, modality, cache=root, tell=tell)
    checked = audit(found.noting(*noted(modality, seen)), seen.looks)
    if page:
        durable.write(page, audit_page(checked, faulty_pictures(checked)))
    return checked


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
