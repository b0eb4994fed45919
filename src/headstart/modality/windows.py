"""Long recordings in parts that a backbone hears from end to end.

They are cut where it is quiet, for words; or overlap, for what else there is to hear.
"""

import io
import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from headstart.data import InMemory, Source, Span, name_of
from headstart.errors import DataError, needs
from headstart.hostile import printable

if TYPE_CHECKING:
    from soundfile import SoundFile

_HOP_S = 0.05
"""A cut is in the middle of the quietest so many seconds."""
_LAST = 1 / 3
"""Share of a part, at its end, in which the quietest moment is looked for."""
OVERLAP = 0.25
"""Share of a window that the next one hears, too, at least."""


LONGEST_S = 30.0
"""The longest recording in seconds that is transcribed in one piece."""


def longest_s(modality: object) -> float:
    """The longest recording in seconds that such a network transcribes in one piece."""
    return min(LONGEST_S, float(getattr(modality, "most_s", LONGEST_S)))


def windows(source: Source, most_s: float, *, lapped: bool = False) -> list[Source]:
    """Parts of a recording, none longer than `most_s`, that follow one another without a gap.

    Where they are lapped all are `most_s` long, evenly spread, and share a quarter or more with the
    next. The recording itself, where it is short enough. Raises `DataError`.
    """
    thing: object = source if isinstance(source, Path) else source.content
    span = thing if isinstance(thing, Span) else None
    place: Any = span.path if span else thing
    if isinstance(place, bytes | bytearray | memoryview):
        place = io.BytesIO(bytes(place))
    if isinstance(place, Path | io.BytesIO):
        return _of_file(source, place, span, most_s, lapped=lapped)
    if isinstance(place, Mapping) and {"array", "sampling_rate"} <= place.keys():
        place = (place["array"], place["sampling_rate"])
    if not (isinstance(place, tuple) and len(place) == 2 and len(place[0]) > most_s * place[1]):
        return [source]
    samples, rate = np.asarray(place[0]), int(place[1])
    length = len(samples) / rate
    if lapped:
        parts = _spread(length, most_s)
    else:
        loud = _loudness(samples.reshape(len(samples), -1), rate)
        parts = list(pairwise(_edges(loud, length, most_s)))
    cut = [(round(one * rate), round(end * rate)) for one, end in parts]
    return [InMemory(name_of(source), (samples[one:end], rate)) for one, end in cut]


def _of_file(
    source: Source, place: Path | io.BytesIO, span: Span | None, most_s: float, *, lapped: bool
) -> list[Source]:
    with needs("audio"):
        import soundfile

    try:
        with soundfile.SoundFile(place) as opened:
            rate, whole = opened.samplerate, opened.frames / opened.samplerate
            start, end = (span.start_s, min(span.end_s, whole)) if span else (0.0, whole)
            if end - start <= most_s:
                return [source]
            if lapped:
                parts = _spread(end - start, most_s)
            else:
                opened.seek(round(start * rate))
                loud = _listened(opened, round((end - start) * rate))
                parts = list(pairwise(_edges(loud, end - start, most_s)))
    except (RuntimeError, OSError, ValueError):  # whoever hears it says what is wrong
        return [source]
    if not isinstance(place, Path) and lapped:
        return [source]
    if not isinstance(place, Path):
        raise DataError(
            "D210",
            f"a recording in memory is longer than {most_s:g} seconds",
            "give its file, or its samples and their rate",
            name_of(source),
        )
    name = printable(place.name)
    return [
        InMemory(
            f"{name}, {start + one:.1f} to {start + end:.1f} s",
            Span(place, start + one, start + end),
        )
        for one, end in parts
    ]


def _listened(opened: "SoundFile", left: int) -> Float32[np.ndarray, " h"]:
    """How loud it is from here on; a recording of hours is not held in memory."""
    hop, blocks = max(1, round(_HOP_S * opened.samplerate)), list[np.ndarray]()
    while left > 0:
        block = opened.read(min(left, 1000 * hop), dtype="float32", always_2d=True)
        blocks.append(_loudness(block, opened.samplerate))
        left = left - len(block) if len(block) else 0
    return np.concatenate(blocks)


def _spread(length_s: float, most_s: float) -> list[tuple[float, float]]:
    """Seconds where windows begin and end, as few as share `OVERLAP` or more."""
    count = 1 + math.ceil((length_s - most_s) / (most_s * (1 - OVERLAP)))
    return [(one, one + most_s) for one in np.linspace(0, length_s - most_s, count).tolist()]


def _loudness(samples: Float32[np.ndarray, "n c"], rate: int) -> Float32[np.ndarray, " h"]:
    """Mean square of each hop; what is left at the end is a hop of its own."""
    hop = max(1, round(_HOP_S * rate))
    square = (samples.astype(np.float32) ** 2).mean(axis=1)
    starts = np.arange(0, len(square), hop)
    sums: np.ndarray = np.add.reduceat(square, starts) if len(square) else np.zeros(0)
    mean: np.ndarray = sums / np.diff(np.r_[starts, len(square)])
    return mean.astype(np.float32)


def _edges(loud: Float32[np.ndarray, " h"], length_s: float, most_s: float) -> list[float]:
    """Seconds where parts begin and end."""
    edges = [0.0]
    while length_s - edges[-1] > most_s:
        first = edges[-1] + (1 - _LAST) * most_s
        low, high = int(first / _HOP_S), int((edges[-1] + most_s) / _HOP_S)
        quiet = low + int(np.argmin(loud[low:high])) if low < len(loud) else low
        edges.append((quiet + 0.5) * _HOP_S)
    return [*edges, length_s]
