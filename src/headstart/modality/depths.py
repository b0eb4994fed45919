"""How many bits a set of pictures uses of the 16 that its files have.

Microscopes and X-ray detectors write 8, 10, 12 or 14 bits into files of 16. Read as of 16, such
pictures are nearly black; so what is white is found once for a whole set, and kept with the model.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFile
import torch

from headstart.data import InMemory, Page, Source, name_of
from headstart.errors import HeadstartError
from headstart.modality.file_pages import MOST_PAGES
from headstart.modality.opening import NUMPY, array_in, content_of, file_in, guarded
from headstart.modality.refusals import MOST_SCALED, check_pixels

DEPTHS = (8, 10, 12, 14)
"""Bits that instruments write into pictures of 16."""
_TRIED = 16
"""Sources that are looked at first: where none of them has 16 bits, no other is opened."""
_Place = tuple[Path, bool]
"""A file, and whether each of its pages is an example."""


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
    if not any(map(_highest, sources[:: max(1, len(sources) // _TRIED)])):
        return 16
    places = tuple(dict.fromkeys(place for one in sources if (place := _place(one))))
    marks = tuple(_mark(path) for path, _ in places)
    held = [_highest(source) for source in sources if not _place(source)]
    highest = max([_highest_at(places, marks), *held])
    return depth_of(highest) if highest else 16


def _place(source: Source) -> _Place | None:
    if isinstance(source, Path):
        return source, False
    return (source.content.path, True) if isinstance(source.content, Page) else None


@lru_cache(maxsize=4)
def _highest_at(places: tuple[_Place, ...], marks: tuple[tuple[int, int], ...]) -> float:
    """Of all of these; `marks` change where one of them does."""
    sources = [InMemory(path.name, Page(path, 0)) if paged else path for path, paged in places]
    with ThreadPoolExecutor(2) as pool:
        return max(pool.map(_highest, sources), default=0.0)


def _mark(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)


def _highest(source: Source) -> float:
    """The highest value of a picture of 16 bits, or of all pages where it is one of several; 0 for
    any other, and for what is none.
    """  # noqa: D205 - one sentence
    name = name_of(source)
    try:
        content, page = content_of(source, name)
        with guarded(name):
            if not isinstance(content, bytes):
                return highest_in(content) or 0.0
            if content.startswith(NUMPY):
                return highest_in(array_in(content)) or 0.0
            with file_in(content, name)[0] as file:
                return _in_pages(file, 1 if page is None else getattr(file, "n_frames", 1), name)
    except HeadstartError:  # whoever reads it says what is wrong with it
        return 0.0


def _in_pages(file: PIL.ImageFile.ImageFile, count: int, name: str) -> float:
    highest = 0.0
    for number in range(min(count, MOST_PAGES)):
        file.seek(number)
        check_pixels(file.size, name, MOST_SCALED)
        highest = max(highest, highest_in(file) or 0.0)
    return highest


def highest_in(thing: object) -> float | None:
    """The highest value of an array, a tensor or a picture of 16 bits or more; None for others."""
    if isinstance(thing, PIL.Image.Image):
        thing = np.asarray(thing) if thing.mode.startswith("I") else None
    if isinstance(thing, torch.Tensor):
        thing = thing.detach().cpu().numpy()
    if not isinstance(thing, np.ndarray) or thing.dtype.kind not in "iu":
        return None
    return float(thing.max(initial=0)) if thing.dtype.itemsize > 1 else None
