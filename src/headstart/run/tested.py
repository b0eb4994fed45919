"""The test rows of a run that has ended, found again where its data lies."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pyarrow import parquet

from headstart.data import Boxes, BoxTruth, Columns, Examples, Found, Frame, Source
from headstart.data.presence import need_place
from headstart.errors import UsageError
from headstart.features import survey
from headstart.hostile import printable
from headstart.modality import Modality
from headstart.options import made
from headstart.run.folder import PREDICTIONS, RUN
from headstart.run.inputs import found_at
from headstart.run.settings import cache_root
from headstart.untrusted import record_in

Place = Path | str | Found | Frame


def data_of(folder: Path, place: Place | None = None) -> Found:
    """What a run learned from and was tested on, read as it was then, from `place` where given.

    Raises `UsageError` where it was in memory and no place is named, `DataError` where nothing is.
    """
    record = record_in(folder / RUN)
    named = place if place is not None else record.get("place") or None
    if named is None:
        raise UsageError(
            "U173",
            "this run does not say where its data lies",
            "name the folder or table that it learned from: --data PATH",
            where=printable(folder),
        )
    if isinstance(named, Path | str):
        need_place(named)
    settings: dict[str, Any] = dict(record.get("settings") or {})
    columns = dict(settings.get("columns") or {})
    for name in ("classes", "without"):
        if isinstance(columns.get(name), list):
            columns[name] = tuple(columns[name])
    return found_at(named, made(Columns, columns), cache_root(None))


def boxes_tested(
    folder: Path, modality: Modality, place: Place | None = None
) -> tuple[tuple[Source, ...], tuple[Boxes, ...]]:
    """Every test picture with what is on it, in pixels of the upright picture: see `rows_tested`.

    Pictures are looked at first: annotations may be in shares, or of a picture of another size.
    """
    every = data_of(folder, place).examples
    examples = every.take(_rows(folder, every))
    looks = survey(examples, modality, cache=cache_root(None)).looks
    checked = examples.truth_as(BoxTruth).checked(looks, examples.name).truth
    return tuple(examples.sources), replace(examples, truth=checked).truth_as(BoxTruth).boxes


def rows_tested(folder: Path, place: Place | None = None) -> tuple[Source, ...]:
    """Every test row's source, in the order of `predictions.parquet`.

    Raises what `data_of` raises, and `UsageError` where rows are not there any more.
    """
    examples = data_of(folder, place).examples
    return tuple(examples.sources[row] for row in _rows(folder, examples))


def _rows(folder: Path, examples: Examples) -> list[int]:
    names = parquet.read_table(folder / PREDICTIONS, columns=["name"])["name"].to_pylist()
    known = {examples.name(row): row for row in range(len(examples.sources))}
    lost = [name for name in names if name not in known]
    if lost:
        raise UsageError(
            "U174",
            f"{len(lost):,} of the {len(names):,} test rows are not in the data any more",
            "name the folder or table as it was when the run ended: --data PATH",
            where=printable(lost[0]),
        )
    return [known[name] for name in names]
