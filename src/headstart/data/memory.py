"""Things that are in memory already."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from headstart.counting import counted
from headstart.data.box_columns import box_columns
from headstart.data.box_found import found_boxes
from headstart.data.box_tables import BoxTable, boxes_in_memory, kept_groups, read_box_tables
from headstart.data.column_settings import GUESS, Columns
from headstart.data.examples import InMemory, Source
from headstart.data.found import Found
from headstart.data.labels import label_of
from headstart.data.manifest import holding, meaning, records_of, understood
from headstart.data.problem import Problem
from headstart.data.records import Gathering, Record, gather
from headstart.data.shelter import Shelter
from headstart.data.tables import Sheet, missing
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.task_names import LabelForm, form_of

_FIX = "give labels of two classes or more, such as cat and dog"


@runtime_checkable
class Frame(Protocol):
    """What a DataFrame of any library has."""

    @property
    def columns(self) -> Any: ...  # noqa: D102

    def __getitem__(self, name: Any, /) -> Any: ...


def from_memory(
    things: Iterable[object], labels: Iterable[object], groups: Iterable[object] = ()
) -> Found:
    """Arrays, pictures, bytes or paths, and a label for each; all in order.

    Text is taken for a path. Files that are not there are found when they are read. A thing
    without a label is passed over and reported. Raises `DataError` where lengths differ.
    """
    sources = [_source(thing, i) for i, thing in enumerate(things)]
    names, teams = [_plain(name) for name in labels], [_plain(team) for team in groups]
    if len(names) != len(sources) or len(teams) not in (0, len(sources)):
        raise DataError(
            "D119",
            f"{counted(len(sources), 'thing')}, {counted(len(names), 'label')} "
            f"and {counted(len(teams), 'group')}",
            "give one label for each thing, and one group or none at all",
        )
    records: list[Record] = []
    problems: list[Problem] = []
    for i, (source, label) in enumerate(zip(sources, names, strict=True)):
        group = "" if not teams or missing(teams[i]) else str(teams[i])
        if missing(label):
            problems.append(Problem("D159", "label", f"item {i}", "has no label; passed over"))
        else:
            records.append(Record(source, label_of(label), "", group))
    return gather(records, Gathering("memory", "memory", fix=_FIX), problems)


def from_boxes(things: Iterable[object], boxes: Iterable[object], negatives: str = "") -> Found:
    """Pictures or paths, and what is on each: [{"label": "cat", "box": [x0, y0, x1, y1]}, …].

    An empty list is a picture with nothing on it, None one that nobody looked at. Raises
    `DataError`.
    """
    return found_boxes(boxes_in_memory(things, boxes), negatives)


def from_frame(frame: Frame, columns: Columns = GUESS) -> Found:
    """The rows of a DataFrame, whose cells name files or are the things themselves.

    Columns are guessed like those of a table on disk; relative paths start at the working folder.
    Raises `DataError`.
    """
    names = list(frame.columns)
    if twins := [name for name in names if names.count(name) > 1]:
        raise DataError(
            "D162",
            f"{len(twins)} columns share a name with another: {printable(twins[0])}",
            "give each column a name of its own",
            "the frame",
        )
    cells = [list(frame[name]) for name in names]
    rows = tuple(enumerate(zip(*cells, strict=True), start=1))
    sheet = Sheet("the frame", tuple(map(str, names)), rows)
    if form_of(columns.task) in (None, LabelForm.BOXES) and box_columns(sheet):
        told = read_box_tables([BoxTable(sheet, Shelter(Path.cwd()))], columns, None)
        return found_boxes(kept_groups(told), columns.negatives)
    if not rows:
        raise DataError("D160", "the frame has no rows", "give it a row for each example")
    shelter = Shelter(Path.cwd(), seeks=False)
    sheet, columns, chosen, notes = understood(sheet, columns, shelter)
    records, problems = records_of(sheet, chosen, shelter, columns)
    split = sheet.columns[chosen.split] if chosen.split >= 0 else ""
    origin = Gathering("memory", "the frame", None, f"column {split}", _FIX)
    notes = (*sheet.notes, *notes)
    return holding(meaning(gather(records, origin, problems, notes), columns), chosen)


def _source(thing: object, i: int) -> Source:
    if isinstance(thing, InMemory):
        return thing
    if isinstance(thing, str | os.PathLike):
        return Path(os.fspath(thing))
    return InMemory(f"item {i}", thing)


def _plain(label: object) -> object:
    """The number that a tensor of one holds, which its text would hide."""
    item = getattr(label, "item", None)
    return item() if item and hasattr(label, "detach") and not getattr(label, "ndim", 1) else label
