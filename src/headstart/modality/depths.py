"""How many bits a set of pictures uses of the 16 that its files have.

Microscopes and X-ray detectors write 8, 10, 12 or 14 bits into files of 16. Read as of 16, such
pictures are nearly black; so what is white is found once for a whole set, and kept with the model.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np

from headstart.data import Source
from headstart.errors import HeadstartError
from headstart.modality.opening import NUMPY, array_in, bytes_of, file_in, guarded

DEPTHS = (8, 10, 12, 14)
"""Bits that instruments write into pictures of 16."""
_ENDINGS = frozenset({".png", ".tif", ".tiff", ".npy", ".pgm"})
_TRIED = 16
"""Sources that are looked at first: where none of them has 16 bits, no other is opened."""


def depth_of(highest: float) -> int:
    """The least depth that holds a value.

    >>> [depth_of(value) for value in (255.0, 256.0, 4095.0, 16383.0, 16384.0)]
    [8, 10, 12, 14, 16]
    """
    return next((bits for bits in DEPTHS if highest < 2**bits), 16)


def bits_used(sources: Sequence[Source]) -> int:
    """Bits that hold every value of a set's pictures of 16 bits; 16 where there are none.

    Pictures that can't be read say nothing.
    """
    few = sources[:: max(1, len(sources) // _TRIED)]
    if not any(_highest(source) for source in few):
        return 16
    files = tuple(source for source in sources if isinstance(source, Path))
    marks = tuple(_mark(path) for path in files)
    held = [_highest(source) for source in sources if not isinstance(source, Path)]
    highest = max([_highest_of(files, marks), *held])
    return depth_of(highest) if highest else 16


@lru_cache(maxsize=4)
def _highest_of(files: tuple[Path, ...], marks: tuple[tuple[int, int], ...]) -> float:
    """Of all of these; `marks` change where one of them does."""
    with ThreadPoolExecutor(2) as pool:
        return max(pool.map(_highest, files), default=0.0)


def _mark(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)


def _highest(source: Source) -> float:
    """The highest value of a picture of 16 bits; 0 for any other, and for what is none."""
    try:
        if isinstance(source, Path):
            return _in_file(source) if source.suffix.casefold() in _ENDINGS else 0.0
        thing = source.content
        return _in_array(thing) if isinstance(thing, np.ndarray) else 0.0
    except HeadstartError:  # whoever reads it says what is wrong with it
        return 0.0


def _in_file(path: Path) -> float:
    content = bytes_of(path, path.name)
    with guarded(path.name):
        if content.startswith(NUMPY):
            return _in_array(array_in(content))
        file, _ = file_in(content, path.name)
        with file:
            return float(np.asarray(file).max(initial=0)) if file.mode.startswith("I") else 0.0


def _in_array(array: np.ndarray) -> float:
    sixteen = array.dtype.kind in "ui" and array.dtype.itemsize > 1 and array.size
    return float(array.max()) if sixteen else 0.0
