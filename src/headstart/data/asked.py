"""What a model is asked about, as sources: one thing, several, a Series or a DataFrame."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from headstart.data.column_names import PAIRS, PATHS, TEXTS, plain
from headstart.data.examples import InMemory, Pair, Source
from headstart.data.memory import Frame
from headstart.errors import DataError
from headstart.hostile import printable


@dataclass(frozen=True, eq=False)
class Asked:
    """Sources in the order given."""

    sources: tuple[Source, ...]
    single: bool = False
    """Whether it is one thing, which gets one answer and no list."""


def asked_of(given: Any, kind: str, *, paired: bool = False, channels: int = 3) -> Asked:
    """One thing or several, of the kind that a model reads: "image", "text" or "audio".

    Strings are texts where it reads texts, else paths; with `paired` two of them in a tuple are one
    example. Arrays and tensors of pictures are one where their shape is that of a picture: two
    sides, with or without `channels`. A DataFrame has a column of its own, or of a usual name.
    Raises `DataError` for a frame whose column is not clear.
    """
    given = _read(given)
    if isinstance(given, Frame) and not isinstance(given, Mapping):
        given = _column(given, kind, paired=paired)
    elif _single(given, kind, paired=paired, channels=channels):
        return Asked((source_of(given, kind),), single=True)
    return Asked(tuple(source_of(thing, kind) for thing in given))


def source_of(thing: Any, kind: str) -> Source:
    """One thing as what modalities read; of an opened file what it holds."""
    thing = _read(thing)
    if isinstance(thing, InMemory | Path):
        return thing
    if isinstance(thing, str):
        return InMemory("a text", thing) if kind == "text" else Path(thing)
    if isinstance(thing, os.PathLike):
        return Path(os.fspath(thing))
    if kind == "text" and isinstance(thing, tuple) and len(thing) == 2:
        return InMemory("a pair", Pair(*thing))
    return InMemory("what was asked about", thing)


def _read(thing: Any) -> Any:
    """What an opened file holds; any other thing as it is."""
    return thing.read() if callable(getattr(thing, "read", None)) else thing


def _single(given: Any, kind: str, *, paired: bool, channels: int) -> bool:
    if isinstance(given, str | bytes | os.PathLike | InMemory | Mapping):
        return True
    if isinstance(given, tuple) and len(given) == 2:
        sound = kind == "audio" and isinstance(given[1], int | np.integer)
        return sound or (paired and all(isinstance(one, str) for one in given))
    if not hasattr(given, "shape"):
        return not isinstance(given, Sequence) and not hasattr(given, "__iter__")
    return kind == "image" and _picture(given, channels)


def _picture(array: Any, channels: int) -> bool:
    """Whether this is the shape of one picture; tensors have their channels first."""
    shape = tuple(array.shape)
    place = 0 if hasattr(array, "detach") else -1
    return len(shape) == 2 or (len(shape) == 3 and shape[place] in {1, 3, 4, channels})


def _column(frame: Frame, kind: str, *, paired: bool) -> list[Any]:
    """The cells of the column that holds the things; of two, where examples are pairs."""
    names = list(frame.columns)
    if paired:
        two = names if len(names) == 2 else _pairs_in(names)
        if len(two) == 2:
            return list(zip(*(map(str, frame[name]) for name in two), strict=True))
    usual = _called_texts(names) if kind == "text" else _called_paths(names)
    found = names if len(names) == 1 and not paired else usual[: not paired]
    if not found:
        raise DataError(
            "D177",
            "which column holds what is asked about?" if not paired else "which two columns?",
            'model.predict(frame["COLUMN"])'
            if not paired
            else 'model.predict(list(zip(frame["A"], frame["B"])))',
            "the frame",
            f"its columns are {', '.join(printable(name) for name in names)}",
        )
    return list(frame[found[0]])


def _called_paths(names: Sequence[object]) -> list[object]:
    """Those of the columns that are called what columns of paths are called, the usual first."""
    return _of_names(names, PATHS)


def _called_texts(names: Sequence[object]) -> list[object]:
    """The same for columns of texts."""
    return _of_names(names, TEXTS)


def _pairs_in(names: Sequence[object]) -> list[object]:
    """The two columns that are called what the texts of a pair are called; none where none are."""
    found = (_of_names(names, pair) for pair in PAIRS)
    return next((two for two in found if len(two) == 2), [])


def _of_names(names: Sequence[object], usual: Sequence[str]) -> list[object]:
    named = {plain(str(name)): name for name in names}
    return [named[name] for name in usual if name in named]
