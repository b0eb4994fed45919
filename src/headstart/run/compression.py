"""A run's model made smaller, as a run of its own: what was lost is measured on the same test rows.

Compression is an arm like others. Both networks answer every test row, and the difference has a
paired interval; choices (scales of the 8 bits) go by training rows alone.
"""

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from jaxtyping import Float
from pyarrow import parquet
from torch import nn

from headstart import durable
from headstart.data import Found, Source, cluster_names
from headstart.errors import UsageError
from headstart.evaluate import measure
from headstart.events import Tell, note, quiet, track
from headstart.hostile import printable
from headstart.model import Model
from headstart.run.division import dataset_at
from headstart.run.folder import METRICS, MODEL, PAGE, PREDICTIONS, PROBLEMS, RUN
from headstart.run.outputs import answers_table
from headstart.run.settings import cache_root
from headstart.run.tested import Place, data_of
from headstart.share import FileModel, load, need_exportable, quantized, save_model
from headstart.stats import Interval, lead
from headstart.untrusted import record_in

if TYPE_CHECKING:
    from headstart.share.end_to_end import Feed
    from headstart.share.onnx_file import Runtime

CALIBRATED = 128
"""Training rows that the scales of 8 bits are taken from, at most."""
_BANNER = (
    "This page is of the run before its model was made smaller: metrics.json has what that lost."
)
TIMED = 20
"""Test rows that are timed."""


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
    """Training rows that the scales were taken from."""

    def record(self) -> dict[str, Any]:
        """As `metrics.json` has it."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Where a run was tested, and what may be chosen by."""

    found: Found
    test: tuple[int, ...]
    train: tuple[int, ...]
    clusters: tuple[str, ...]

    def sources(self, rows: Sequence[int]) -> tuple[Source, ...]:
        return tuple(self.found.examples.sources[row] for row in rows)


def compress(folder: Path, out: Path, data: Place | None = None, tell: Tell = quiet) -> Compression:
    """Leave a run at `out` whose model computes in 8 bits, with what that lost.

    Raises `UsageError` where `out` is taken or the data is another, `BackboneError` where the model
    can't be exported, `DataError` for a row that can't be read.
    """
    if out.exists() and any(out.iterdir()):
        raise UsageError(
            "U176", "there is something in this folder already", "--out FOLDER", printable(out)
        )
    model = load(folder)
    if isinstance(model, FileModel):
        raise UsageError(
            "U179",
            "the model of this run is made smaller already",
            "headstart compress the run that it was made of",
            where=printable(folder),
        )
    need_exportable(model, out / "model.onnx")
    rows = _rows(folder, model, data, tell)
    picked = np.linspace(0, len(rows.train) - 1, min(len(rows.train), CALIBRATED)).astype(int)
    calibrating = rows.sources([rows.train[at] for at in picked])
    with TemporaryDirectory() as place:
        note(tell, "writing the network as a graph, and that in 8 bits: about a minute")
        plain, small = quantized(model, calibrating, Path(place))
        parts = (model.backbone, nn.Identity(), model.task, model.trust, model.cut)
        made = FileModel(*parts, place=small)
        found, metrics, answers = _compared(model, made, plain, rows, folder, tell)
        with durable.folder(out) as temp:
            _leave(temp, folder, made, metrics, _table(folder, model, answers))
    return found


def _rows(folder: Path, model: Model, data: Place | None, tell: Tell) -> _Rows:
    record, found = record_in(folder / RUN), data_of(folder, data)
    settings = record.get("settings") or {}
    divided, _ = dataset_at(
        found,
        model.backbone.modality,
        cache_root(None),
        tell,
        test=settings.get("test_size", 0.2),
        seed=settings.get("seed", 0),
    )
    names = parquet.read_table(folder / PREDICTIONS, columns=["name"])["name"].to_pylist()
    known = {found.examples.name(row): row for row in range(len(found.examples))}
    if divided.digest != (record.get("data") or {}).get("digest") or not set(names) <= set(known):
        raise UsageError(
            "U177",
            "the data is not what it was when this run ended",
            "name the folder or table as it was then: --data PATH",
            where=printable(folder),
        )
    test, examples = tuple(known[name] for name in names), divided.examples
    clusters = cluster_names(test, examples.groups, divided.audit.together)
    return _Rows(found, test, divided.partition.train, tuple(clusters))


def _compared(
    model: Model, small: FileModel, plain: Path, rows: _Rows, folder: Path, tell: Tell
) -> tuple[Compression, dict[str, Any], np.ndarray]:
    """What is saved and lost, the figures of the small one, and its answers."""
    from headstart.share.end_to_end import feeds_of
    from headstart.share.onnx_file import Runtime

    sources = rows.sources(rows.test)
    pairs = [
        (model.answers([s])[0], small.answers([s])[0])
        for s in track(tell, "comparing", sources, len(sources))
    ]
    before, after = (np.stack(side) for side in zip(*pairs, strict=True))
    task, labels = type(model.task).pose(rows.found.examples, rows.train, None)
    truth = labels[list(rows.test)].numpy()
    lost = lead(task.merit(before, truth), task.merit(after, truth), rows.clusters)
    same = np.mean([task.text(a) == task.text(b) for a, b in pairs])
    feeds = [feeds_of(model.backbone.modality)(source)[0] for source in sources[:TIMED]]
    ms = [_milliseconds(Runtime(file, 1), feeds) for file in (plain, small.place)]
    sizes = [float(file.stat().st_size) for file in (plain, small.place)]
    found = Compression(
        Change(*sizes),
        Change(*ms),
        lost,
        float(same),
        len(sources),
        min(len(rows.train), CALIBRATED),
    )
    metrics = json.loads((folder / METRICS).read_bytes())
    figures = measure(task, after, truth, rows.clusters).record()
    return found, {**metrics, "test": figures, "compression": found.record()}, after


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


def _leave(
    temp: Path, folder: Path, model: Model, metrics: dict[str, Any], table: pa.Table
) -> None:
    """All that a run has; the page of the run it was made of says so at its top."""
    record = {**record_in(folder / RUN), "asked": "", "compressed": True}
    durable.write(temp / RUN, durable.to_json(record, indent=1))
    shutil.copyfile(folder / PROBLEMS, temp / PROBLEMS)
    with durable.writing(temp / PREDICTIONS) as place:
        parquet.write_table(table, place)
    page = (folder / PAGE).read_text()
    durable.write(temp / PAGE, page.replace("<main", f"<p>{_BANNER}</p><main", 1))
    save_model(temp / MODEL, model, figures=metrics)
    durable.write(temp / METRICS, durable.to_json(metrics, indent=1))


def _milliseconds(run: "Runtime", feeds: "Sequence[Feed]") -> float:
    """CPU time of the middle one, of the faster of two passes."""
    spent = []
    for feed in feeds:
        each = []
        for _ in range(3):
            began = time.thread_time()
            run(feed)
            each.append(time.thread_time() - began)
        spent.append(min(each))
    return 1000 * float(np.median(spent))
