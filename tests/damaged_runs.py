"""The three places whose damage is looked for: tables, checkpoints, and folders of runs."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch
from damage import Harvest, campaign

import headstart
from headstart.backbone import Backbone
from headstart.events import Event
from headstart.features.table import Row, Table
from headstart.train import Fitted, Recipe, TaskData, Unfreeze, fit

RECIPE = Recipe(epochs=4, patience=4, batch=24)
ROWS = 60
COSTS = ("cost", "wall_s", "cpu_s", "peak_rss_mb", "ms", "seconds")


class Stop(Exception):
    pass


def tables(numbers: Iterable[int], place: Path) -> Harvest:
    """Shards and index of a table."""
    Table(place / "sound").keep(_rows(range(40)))
    Table(place / "sound").keep(_rows(range(40, ROWS)))
    table = Table(place / "harmed")

    def step() -> list[object]:
        table.keep(_rows(range(ROWS)))
        found = table.places(map(str, range(ROWS)))
        rows = table.read([found[str(i)] for i in range(ROWS)])
        told = [(found[str(i)].note, rows[i].dtype, rows[i].tolist()) for i in range(ROWS)]
        return [*told, table.places(found).keys() == found.keys()]

    right = [*((row.note, row.tensor.dtype, row.tensor.tolist()) for row in _rows(range(ROWS)))]
    return campaign(numbers, place / "sound", place / "harmed", step, [*right, True])


def _rows(which: range) -> Iterator[Row]:
    for i in which:
        yield Row(str(i), torch.arange(i, i + 6).view(2, 3).float(), json.dumps({"note": i}))


def checkpoints(
    numbers: Iterable[int], place: Path, task_data: TaskData, backbone: Backbone, after: int = 3
) -> Harvest:
    """What a training goes on from that was stopped after an epoch."""

    def stop(event: Event) -> None:
        if event.what == "training" and event.kind == "step" and event.done >= after:
            raise Stop

    def trained(name: str, **more: object) -> bytes:
        (place / name / ".work" / "full").mkdir(parents=True, exist_ok=True)
        work = place / name / ".work" / "full"
        return _numbers(fit(task_data, backbone, Unfreeze(2), RECIPE, work=work, **more))

    right = trained("whole")
    try:
        trained("stopped", tell=stop)
    except Stop:
        return campaign(
            numbers, place / "stopped", place / "harmed", lambda: trained("harmed"), right
        )
    raise AssertionError("it was not stopped")


def _free(record: object) -> object:
    """Figures without what they cost."""
    if isinstance(record, dict):
        return {name: _free(one) for name, one in record.items() if name not in COSTS}
    return [_free(one) for one in record] if isinstance(record, list) else record


def _numbers(fitted: Fitted) -> bytes:
    state = [*fitted.suffix.state_dict().values(), *fitted.head.state_dict().values()]
    return b"".join(tensor.contiguous().numpy().tobytes() for tensor in state)


def runs(
    numbers: Iterable[int], place: Path, photos: Path, backbone: Path, *, ends: bool
) -> Harvest:
    """Every file of a run that ended, or was stopped; then the same command, and a prediction."""
    strategy = "probe" if ends else "unfreeze:1"

    def stop(event: Event) -> None:
        if not ends and event.what == "training" and event.kind == "step" and event.done >= 2:
            raise Stop

    def train(name: str, tell=lambda event: None) -> list[object]:
        # one folder's name for all: it is the title of the page
        run = headstart.train(
            photos, out=place / name / "run", backbone=str(backbone), strategy=strategy,
            cache=place / "cache", offline=True, tell=tell,
        )  # fmt: skip
        headstart.load(run.path).predict([next(photos.rglob("*.png"))])
        files = sorted((run.path / "model").glob("*.safetensors"))
        table = (run.path / "predictions.parquet").read_bytes()
        figures = json.loads((run.path / "metrics.json").read_text())
        return [*(file.read_bytes() for file in files), table, _free(figures)]

    right = train("whole")
    with contextlib.suppress(Stop):
        train("sound", stop)
    return campaign(numbers, place / "sound", place / "harmed", lambda: train("harmed"), right)
