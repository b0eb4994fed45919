"""Data sets that other libraries hold in memory: of `datasets`, torch and torchvision.

Nothing here imports these libraries: an object is known by what it has, and whoever has one has
its library. No code of a data set's author is run but the indexing of the object itself.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from headstart.data.column_settings import GUESS, Columns
from headstart.data.examples import InMemory, Source
from headstart.data.found import Found
from headstart.data.labels import label_of
from headstart.data.part_names import parts_of, told_parts
from headstart.data.part_tables import found_in_sheets
from headstart.data.problem import Problem
from headstart.data.records import Gathering, Record, gather
from headstart.data.shelter import Shelter
from headstart.data.tables import Sheet, missing, sheet_of
from headstart.errors import DataError
from headstart.hostile import printable

_FIX = "give a data set of (input, label) with labels of two classes or more"
_TRAIN = "train"


def is_at_hand(thing: object) -> bool:
    """Whether it is a data set of `datasets`, torch or torchvision, or a dict of parts of these.

    >>> is_at_hand([1, 2]), is_at_hand({"train": "photos"})
    (False, False)
    """
    if isinstance(thing, Mapping):
        return bool(thing) and all(map(is_at_hand, thing.values()))
    return _arrow(thing) or _streams(thing) or _folder(thing) or _torch(thing)


def from_data_set(given: Any, columns: Columns = GUESS) -> Found:
    """Examples of a data set, or of each part of a dict: {"train": …, "test": …}.

    Columns of `datasets` are guessed like those of a Parquet, and classes are called as its
    features call them, or as `.classes` does. Pictures of a torchvision folder are read from their
    files by the rules of the backbone: transforms are not applied. Raises `DataError`.
    """
    parts = _parts(given, columns) if isinstance(given, Mapping) else [("", given)]
    if any(_streams(one) for _, one in parts):
        raise DataError(
            "D410", "a data set that streams its rows has no number of them to divide",
            "load_dataset(…) without streaming=True", "the data set",
        )  # fmt: skip
    if all(_arrow(one) for _, one in parts):
        sheets = [(part, _sheet(one, part or "the data set")) for part, one in parts]
        if empty := [sheet.name for _, sheet in sheets if not sheet.rows]:
            raise DataError(
                "D401", f"{printable(empty[0])} has no rows", "give a part that has examples"
            )
        return found_in_sheets(sheets, columns, Shelter(Path.cwd(), seeks=False))
    records, problems, notes = list[Record](), list[Problem](), dict[str, None]()
    for part, one in ((part, one) for part, whole in parts for one in _joined(whole)):
        names = _names(one)
        for i, source, label in _pairs(one):
            where = f"{part} item {i}".strip()
            if missing(label):
                problems.append(Problem("D402", "label", where, "has no label; passed over"))
                continue
            own = source if isinstance(source, Path) else InMemory(where, source)
            records.append(Record(own, _called(label, names), part))
        if _whole(one) is not one or _folder(one):
            notes["transforms of the data set are not applied: files are read as they are"] = None
    origin = Gathering("memory", "the data set", None, "the parts of the data set", _FIX)
    return gather(records, origin, problems, notes if _files(records) else ())


def _parts(given: Mapping[str, Any], columns: Columns) -> list[tuple[str, Any]]:
    """Each set with the part that its key means; all keys mean one, or none is there."""
    named = parts_of(list(map(str, given)), told_parts(columns.parts))
    if len(given) > 1 and len(named) < len(given):
        other = [name for name in given if name not in named]
        raise DataError(
            "D403",
            f"the part {printable(other[0])!r} is none of train, val and test",
            "--parts train=NAME,test=NAME, or give a dict of these",
            "the data set",
            f"its parts are {', '.join(map(printable, given))}",
        )
    return [(named.get(name, "") if len(given) > 1 else "", one) for name, one in given.items()]


def _arrow(thing: object) -> bool:
    """Whether it is a `datasets.Dataset`, which keeps its rows as Arrow does."""
    return hasattr(thing, "with_format") and hasattr(thing, "features") and hasattr(thing, "select")


def _streams(thing: object) -> bool:
    """Whether it is an `IterableDataset` of `datasets`."""
    return hasattr(thing, "features") and hasattr(thing, "take") and not hasattr(thing, "__len__")


def _folder(thing: object) -> bool:
    """Whether it is torchvision's `ImageFolder`, or alike: files with the numbers of classes."""
    samples = getattr(_whole(thing), "samples", None)
    first = samples[0] if isinstance(samples, list | tuple) and samples else None
    if not isinstance(first, list | tuple) or len(first) != 2:
        return False
    return isinstance(first[0], str | os.PathLike)


def _torch(thing: object) -> bool:
    """Whether it is a data set of torch's; torch is loaded where one exists."""
    torch = sys.modules.get("torch.utils.data")
    return torch is not None and isinstance(thing, torch.Dataset)


def _whole(thing: Any) -> Any:
    """What a subset is of; the thing itself where it is none."""
    part = hasattr(thing, "dataset") and hasattr(thing, "indices")
    return _whole(thing.dataset) if part else thing


def _joined(thing: Any) -> Sequence[Any]:
    """The data sets that torch's `ConcatDataset` holds; else the one."""
    several = hasattr(thing, "datasets") and not hasattr(thing, "__iter__")
    return [own for one in thing.datasets for own in _joined(one)] if several else [thing]


def _names(thing: Any) -> tuple[str, ...]:
    """What classes are called; of a subset of several data sets what all of these call them."""
    held = [getattr(own, "classes", None) for own in _joined(_whole(thing))]
    named = {tuple(map(str, one)) if isinstance(one, list | tuple) else () for one in held}
    return named.pop() if len(named) == 1 else ()


def _pairs(thing: Any) -> Iterator[tuple[int, Any, Any]]:
    """Number, input and label of each; files by their paths where it lists files."""
    for i, pair in enumerate(_listed(thing)):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise DataError(
                "D404",
                f"item {i} of the data set is no (input, label)",
                "let __getitem__ return the two, in this order",
                "the data set",
                f"it is a {printable(type(pair).__name__)}",
            )
        source, label = pair
        yield i, Path(source) if isinstance(source, str | os.PathLike) else source, _plain(label)


def _listed(thing: Any) -> Iterable[Any]:
    if hasattr(thing, "dataset") and hasattr(thing, "indices"):
        if not _folder(thing):
            return (thing.dataset[int(i)] for i in thing.indices)
        own = list(_listed(thing.dataset))
        return [own[int(i)] for i in thing.indices]
    if _folder(thing):
        return list(thing.samples)
    return (thing[i] for i in range(len(thing))) if hasattr(thing, "__len__") else iter(thing)


def _plain(label: Any) -> Any:
    """The number that an array or a tensor of one holds."""
    item = getattr(label, "item", None)
    return item() if callable(item) and not getattr(label, "ndim", 0) else label


def _called(label: Any, names: Sequence[str]) -> str:
    number = isinstance(label, int) and not isinstance(label, bool)
    return names[label] if number and 0 <= label < len(names) else label_of(label)


def _files(records: Sequence[Record]) -> bool:
    return any(isinstance(record.source, Path) for record in records)


def _sheet(thing: Any, name: str) -> Sheet:
    """All rows as a table that Parquet files make, with bytes of pictures left as they are."""
    held = thing.with_format("arrow")[:]
    return sheet_of(held.replace_schema_metadata(thing.features.arrow_schema.metadata), name)


def labeled_sources(found: Found) -> tuple[list[Source], list[str], list[str] | None]:
    """What a scikit-learn estimator is fitted to: sources, the label of each as it was written, and
    groups where there are any. A part that is for the test is left out.
    """  # noqa: D205 - one sentence
    examples = found.examples
    rows = [i for i in range(len(examples)) if not examples.parts or examples.parts[i] != "test"]
    kept = examples.take(rows)
    labels = [kept.truth.written(i) for i in range(len(kept))]
    return list(kept.sources), labels, list(kept.groups) if any(kept.groups) else None
