"""A run's model made smaller, as a run of its own: what was lost is measured on the same test rows.

Compression is an arm like others. Every network answers every test row, and each difference has a
paired interval; choices within a way (scales, stages, epochs) go by training and validation rows.
"""

import glob
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
from jaxtyping import Float
from pyarrow import parquet

from headstart import durable
from headstart.data import Found, cluster_names
from headstart.errors import BackboneError, HeadstartError, UsageError
from headstart.evaluate import SMALL, Tradeoff, smallest
from headstart.events import Tell, note, quiet, span, warn
from headstart.features import milliseconds
from headstart.hostile import printable
from headstart.model import Model
from headstart.report import tradeoff_section
from headstart.run.compared import Exam, answers_of, measured, write_file
from headstart.run.compress_job import Job, Made
from headstart.run.compress_settings import CompressSettings
from headstart.run.division import dataset_at
from headstart.run.folder import METRICS, MODEL, PAGE, PREDICTIONS, PROBLEMS, RUN
from headstart.run.outputs import answers_table
from headstart.run.prepared import Known
from headstart.run.settings import Settings, cache_root
from headstart.run.smaller import WAYS
from headstart.run.student import least_seconds, views_taught
from headstart.run.tested import Place, data_of
from headstart.run.units import seconds
from headstart.share import load, need_exportable, save_model
from headstart.stats import Interval
from headstart.untrusted import record_in

UNCHANGED = "the model itself"
WRITING_S = 25.0
"""CPU seconds that writing a network as a graph takes: 12 of mobilenetv2_100, 40 of a large one."""


@dataclass(frozen=True)
class Change:
    """A figure before and after."""

    before: float
    after: float


@dataclass(frozen=True)
class Compression:
    """What a smaller network saves, and what it loses."""

    bytes: Change
    """Of the ONNX files."""
    ms: Change
    """CPU time of one row on one thread, in onnxruntime."""
    lost: Interval
    """Of the main figure, on the same test rows; below 0 where it is better."""
    same: float
    """Share of the test rows that get the same answer."""
    rows: int
    calibrated: int
    """Training rows that scales of 8 bits were taken from; 0 where there are none."""
    way: str
    """The one that was taken."""
    tried: tuple[Tradeoff, ...]
    """The model itself, then every way."""
    left_out: tuple[str, ...] = ()
    """Ways that were not tried, and why."""

    def record(self) -> dict[str, Any]:
        """As `metrics.json` has it."""
        return {**asdict(self), "tried": [one.record() for one in self.tried]}


@dataclass(frozen=True, eq=False)
class _Tried:
    """A way that was gone."""

    made: Made
    figures: Tradeoff
    answers: Float[np.ndarray, "n c"]


def compress(
    folder: Path,
    out: Path,
    settings: CompressSettings,
    data: Place | None = None,
    tell: Tell = quiet,
) -> Compression:
    """Leave a run at `out` with the way that was named; of several, with the smallest that loses
    less than 2 points with 95% confidence. Ways are all there are where none is named.

    Raises `UsageError` where the data is another, `BackboneError` where the model can't be exported
    or no way loses that little, `DataError` for a row that can't be read.
    """  # noqa: D205 - one sentence
    model = load(folder)
    need_exportable(model, out / "model.onnx")
    root = cache_root(None)
    durable.sweep(out.absolute().parent, glob.escape(out.name))
    with TemporaryDirectory() as place:
        work = Path(place)
        known, exam, divided = _opened(folder, model, data, root, tell)
        note(tell, "writing the network as a graph: about half a minute")
        plain = write_file(model, work / "plain.onnx")
        first = answers_of(model, exam, UNCHANGED, tell)
        whole = measured(UNCHANGED, model, plain, exam, first, first)
        job = Job(model, known, settings, divided, plain, work, root, tell)
        tried, left_out = _tried(job, exam, first, whole.ms)
        taken = _taken(whole, tried, settings)
        found = _found(whole, taken, tried, left_out, len(exam.sources))
        with durable.folder(out) as temp:
            _leave(temp, folder, taken, exam, found)
    return found


def _opened(
    folder: Path, model: Model, data: Place | None, root: Path, tell: Tell
) -> tuple[Known, Exam, Settings]:
    """The data as they were divided for the run, and its test rows. Raises `UsageError`."""
    record, found = record_in(folder / RUN), data_of(folder, data)
    asked = record.get("settings") or {}
    test, seed = asked.get("test_size", 0.2), asked.get("seed", 0)
    divided, seen = dataset_at(found, model.backbone.modality, root, tell, test=test, seed=seed)
    names = parquet.read_table(folder / PREDICTIONS, columns=["name"])["name"].to_pylist()
    places = {found.examples.name(row): row for row in range(len(found.examples))}
    rows = [places.get(name, -1) for name in names]
    same = divided.digest == (record.get("data") or {}).get("digest")
    if not same or set(rows) != set(divided.partition.test):
        raise UsageError(
            "U177",
            "the data has changed since this run ended",
            "name the original folder or table: --data PATH",
            where=printable(folder),
        )
    known = Known(divided, seen.items, seen.looks)
    settings = Settings(strategy="probe", test_size=test, seed=seed)
    return known, _exam(found, known, model, rows), settings


def _exam(found: Found, known: Known, model: Model, rows: Sequence[int]) -> Exam:
    """What the test rows ask, and the answers that are right."""
    divided = known.data
    task, labels = type(model.task).pose(found.examples, divided.partition.train, None)
    sources = tuple(found.examples.sources[row] for row in rows)
    clusters = cluster_names(rows, divided.examples.groups, divided.audit.together)
    return Exam(task, sources, labels[list(rows)].numpy(), tuple(clusters))


def _tried(
    job: Job, exam: Exam, first: Float[np.ndarray, "n c"], ms: float
) -> tuple[list[_Tried], list[str]]:
    """Every way that was named; else every way that there is time for, and what was left out."""
    named, budget = job.settings.ways, seconds(job.settings.budget)
    tried, left_out, began = list[_Tried](), list[str](), time.process_time()
    for name in named or WAYS:
        left = budget - (time.process_time() - began)
        try:
            needed = foreseen(name, job, ms)
            least = 0.0 if named or name != "distill" else least_seconds(job)
            if not named and needed + least > left:
                took = f"it would take {span(needed + least)}, and {span(left)} are left"
                left_out.append(f"{name}: {took}")
                continue
            made = WAYS[name](job, max(0.0, left - needed))
            file = write_file(made.model, job.work / f"{name}.onnx")
        except HeadstartError as error:
            if named:
                raise
            left_out.append(f"{name}: {error.what}")
            continue
        answers = answers_of(made.model, exam, made.way, job.tell)
        figures = measured(made.way, made.model, file, exam, answers, first)
        tried.append(_Tried(made, figures, answers))
        note(job.tell, tradeoff_line(figures))
    for line in left_out:
        warn(job.tell, f"left out, {line}")
    return tried, left_out


def foreseen(way: str, job: Job, ms: float) -> float:
    """CPU seconds that a way takes beside what a student learns in, from those of one row in
    onnxruntime.
    """  # noqa: D205 - one sentence
    partition = job.data.partition
    learned, tested = len(partition.train) + len(partition.val), len(partition.test)
    each = max(ms, milliseconds(job.model.backbone.stages, job.model.backbone.modality)) / 1000
    passes = {
        "int8": tested,
        "stages": 2 * (learned + tested),
        "size": learned + 2 * tested,
        "distill": 2 * learned + tested,
    }
    taught = views_taught(job) if way == "distill" else 0
    return WRITING_S + each * (passes[way] + taught)


def tradeoff_line(one: Tradeoff) -> str:
    """A way in a line."""
    value, low, high = (100 * x for x in (one.lost.value, one.lost.low, one.lost.high))
    size = f"{one.way}: {one.bytes / 1e6:.1f} MB, {one.ms:.1f} CPU ms"
    return f"{size}, {one.score.value:.1%}, lost {value:+z.1f} points ({low:+z.1f} to {high:+z.1f})"


def _taken(whole: Tradeoff, tried: Sequence[_Tried], settings: CompressSettings) -> _Tried:
    """The way that was named; of several the smallest that loses little. Raises `BackboneError`."""
    if len(settings.ways) == 1:
        return tried[0]
    best = smallest(whole, [one.figures for one in tried])
    found = next((one for one in tried if one.figures is best), None)
    if found is None:
        raise BackboneError(
            "M722",
            f"no way is known to lose less than {100 * SMALL:.0f} points with 95% confidence",
            "name one, which takes it whatever it loses: --int8, --stages K, --size N or --distill",
            why="; ".join(tradeoff_line(one.figures) for one in tried) or "none could be gone",
        )
    return found


def _found(
    whole: Tradeoff, taken: _Tried, tried: Sequence[_Tried], left_out: Sequence[str], rows: int
) -> Compression:
    best = taken.figures
    return Compression(
        Change(whole.bytes, best.bytes),
        Change(whole.ms, best.ms),
        best.lost,
        best.same,
        rows,
        taken.made.calibrated,
        best.way,
        (whole, *(one.figures for one in tried)),
        tuple(left_out),
    )


def _leave(temp: Path, folder: Path, taken: _Tried, exam: Exam, found: Compression) -> None:
    """All that a run has; the page of the run it was made of says so above its sections."""
    model = taken.made.model
    was = json.loads((folder / METRICS).read_bytes())
    figures = exam.figures(taken.answers).record()
    metrics = {**was, "test": figures, "compression": found.record()}
    durable.write(temp / RUN, durable.to_json(_record(folder, taken.made), indent=1))
    shutil.copyfile(folder / PROBLEMS, temp / PROBLEMS)
    with durable.writing(temp / PREDICTIONS) as place:
        parquet.write_table(_table(folder, model, taken.answers), place)
    section = tradeoff_section(found.tried[0], found.tried[1:], found.way, str(was["figure"]))
    page = (folder / PAGE).read_text()
    durable.write(temp / PAGE, page.replace("<main>", f"<main>{section}", 1))
    save_model(temp / MODEL, model, figures=metrics)
    durable.write(temp / METRICS, durable.to_json(metrics, indent=1))


def _record(folder: Path, made: Made) -> dict[str, Any]:
    """What was asked of the run that it was made of; of a student, what that started from."""
    record = {**record_in(folder / RUN), "asked": "", "compressed": made.way}
    if not made.base:
        return record
    settings = {**(record.get("settings") or {}), "weights": "", "backbone": made.base}
    named = {"name": made.base, "digest": made.model.backbone.contents}
    return {**record, "settings": settings, "backbone": named}


def _table(folder: Path, model: Model, answers: Float[np.ndarray, "n c"]) -> pa.Table:
    """The test rows as the run has them, with these answers."""
    was = parquet.read_table(folder / PREDICTIONS)
    kept = {
        name: was[name]
        for name in ("name", "label", "content", "group", "fold")
        if name in was.column_names
    }
    said = [model.task.text(answer) for answer in answers]
    return answers_table({**kept, "predicted": said}, answers, model.task, model.trust)
