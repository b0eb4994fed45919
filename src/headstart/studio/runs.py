"""Runs on the folder of the page, whoever made them, and files that were exported of them."""

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path

from headstart.backbone import DETECTING, listed
from headstart.backbone.places import cache_root
from headstart.errors import UsageError
from headstart.hostile import printable
from headstart.run.exports import EXPORTS
from headstart.run.run_list import RunLine, runs_in
from headstart.run.settings import Settings
from headstart.serve import Refusal

RUNS = Path("runs")
OFFERED = {"onnx": "model.onnx", "web": "web.zip", "folder": "model.zip"}
"""What the page exports, and the file that is handed over."""


@dataclass(frozen=True)
class Listed:
    """A run of the list."""

    name: str
    backbone: str
    strategy: str
    figure: str
    value: float
    low: float
    high: float
    verdict: str
    cpu_s: float
    exports: tuple[str, ...]
    """Formats that are there already."""


def ended_runs(root: Path, runs: Path = RUNS) -> list[Path]:
    """Folders of finished runs on this data, the newest first."""
    return [Path(line.path) for line in _lines(root, runs)]


def listing(root: Path, runs: Path = RUNS) -> list[dict[str, object]]:
    """The same as the page shows them."""
    return [asdict(_told(line, runs)) for line in _lines(root, runs)]


def _lines(root: Path, runs: Path) -> list[RunLine]:
    if not runs.is_dir():
        return []
    own = str(root.resolve())
    found = [line for line in runs_in(runs) if line.ended and line.data == own]
    return sorted(found, key=lambda line: -_age(line))


def _age(line: RunLine) -> int:
    try:
        return (Path(line.path) / "metrics.json").stat().st_mtime_ns
    except OSError:
        return 0


def _told(line: RunLine, runs: Path) -> Listed:
    place = Path(line.path)
    made = tuple(to for to, file in OFFERED.items() if (place / EXPORTS / file).is_file())
    bounds = (line.value or 0.0, line.low or 0.0, line.high or 0.0)
    words = (printable(line.backbone, 200), printable(line.strategy, 200), line.figure)
    name = place.relative_to(runs).as_posix()
    return Listed(name, *words, *bounds, line.verdict, line.cpu_s or 0.0, made)


def run_named(root: Path, name: str, runs: Path = RUNS) -> Path:
    """The folder of a run of the list. Raises `Refusal` for any other name."""
    for run in ended_runs(root, runs):
        if run.relative_to(runs).as_posix() == name:
            return run
    raise Refusal("H620", 404, "there is no such run", "reload the page")


def exported(run: Path, to: str) -> Path:
    """A file that was exported. Raises `Refusal` where there is none."""
    path = run / EXPORTS / OFFERED.get(to, "")
    if to not in OFFERED or not path.is_file():
        raise Refusal("H621", 404, "this was not exported yet", "export it first")
    return path


def need_exportable(to: str) -> str:
    """The format. Raises `Refusal` for one that the page does not offer."""
    if to not in OFFERED:
        raise Refusal("H622", 422, "there is no such format", f"one of {', '.join(OFFERED)}")
    return to


def need_options(asked: dict[str, str | int]) -> dict[str, str | int]:
    """Options of a training, without the usual ones. Raises `Refusal` for one that is none."""
    plain = Settings()
    try:
        Settings.of(**asked)
    except UsageError as error:
        raise Refusal(error.code, 422, error.what, error.fix, error.why) from None
    return {name: value for name, value in asked.items() if value != getattr(plain, name)}


async def startable(kind: str) -> list[str]:
    """Names of backbones on this machine that take what the folder holds, the usual one first."""
    rows = await asyncio.to_thread(listed, cache_root(None))
    drawn = kind == "boxes"
    takes = "image" if drawn else kind
    fits = [row for row in rows if row.kind == takes and (drawn or row.name != DETECTING)]
    first = (lambda row: row.name != DETECTING) if drawn else (lambda row: not row.default)
    return [printable(row.name, 200) for row in sorted(fits, key=first)]
