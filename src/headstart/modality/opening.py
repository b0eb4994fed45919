"""Files of pictures, opened and not yet decoded: regular, whole, in a format that is read.

Whatever is wrong becomes a `DataError` with one code a cause.
"""

import importlib.util
import io
import os
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFile

from headstart.data import Page, Source
from headstart.errors import DataError, HeadstartError
from headstart.hostile import printable
from headstart.modality.colors import Picture
from headstart.modality.containers import begun, flaw, format_of
from headstart.modality.refusals import (
    MOST_PIXELS,
    MOST_SCALED,
    check_pixels,
    refuse_bomb,
    refuse_damaged,
    refuse_format,
    refuse_truncated,
)

NUMPY = b"\x93NUMPY"
"""What the file of an array begins with."""


MOST_BYTES = 500_000_000


_ORIENTATION = 0x0112


TURNS = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}


_DENSEST = 1032
"""Pixels of a byte that no compression here passes: a file with more claims what it has not."""


@contextmanager
def guarded(name: str) -> Iterator[None]:
    """Whatever a decoder raises becomes a `DataError`; no warnings from Pillow."""
    try:
        with _hushed():
            yield
    except HeadstartError:
        raise
    except Exception as error:  # decoders raise whatever comes to them
        refuse_damaged(name, error)


def array_in(content: bytes) -> np.ndarray:
    """What a `.npy` file holds; objects, which would have to be unpickled, are an error."""
    array: np.ndarray = np.load(io.BytesIO(content), allow_pickle=False)
    return array


def file_in(content: bytes, name: str) -> tuple[PIL.ImageFile.ImageFile, str]:
    """A picture that is opened and not yet decoded, and its format. Raises `DataError`."""
    kind = _checked_format(content, name)
    if kind == "HEIF":
        _open_heif(content, name)
    try:
        file = PIL.Image.open(io.BytesIO(content), formats=[kind])
    except PIL.Image.DecompressionBombError:
        refuse_bomb("too many", name)
    full = len(content) * _DENSEST > file.width * file.height
    check_pixels(file.size, name, MOST_SCALED if full else MOST_PIXELS)
    return file, kind


def _open_heif(content: bytes, name: str) -> None:
    """Let Pillow open pictures of telephones. Raises `DataError` where the extra is missing."""
    if importlib.util.find_spec("pillow_heif") is None:
        refuse_format(content, name, "pip install 'headstart[heic]', or convert it to JPEG")
    import pillow_heif

    pillow_heif.register_heif_opener()


def upright(picture: Picture) -> Picture:
    """Turned as its EXIF or XMP orientation says; one that cannot be parsed says nothing."""
    turn = TURNS.get(orientation(picture))
    return picture if turn is None else picture.transpose(turn)


def orientation(picture: Picture) -> int:
    """What EXIF or XMP says of how it is to be turned; 1 where that is not at all."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken metadata beside a whole picture
        return 1


def bytes_of(path: Path, name: str) -> bytes:
    """A regular file's bytes; a pipe or a device is not even opened for good."""
    try:
        _check_regular(path.stat(), name)
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            _check_regular(os.fstat(file.fileno()), name)
            return file.read(MOST_BYTES)
    except FileNotFoundError as error:
        pattern = any(mark in path.name for mark in "*?[")
        raise DataError(
            "D127",
            "there is no such file",
            "give the files themselves, as glob.glob lists them"
            if pattern
            else "check its path; if it was there before, look where it went, and run again",
            name,
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(
            "D126",
            "the file cannot be read",
            "look at its permissions (chmod u+r), its links and the disk",
            where=name,
            why=printable(error),
        ) from error


def content_of(source: Source, name: str) -> tuple[object, int | None]:
    """The bytes of a picture, or what is in memory; and its page, where it is one of several."""
    thing = source if isinstance(source, Path) else source.content
    if isinstance(thing, Page):
        return bytes_of(thing.path, name), thing.number
    if isinstance(thing, Path):
        return bytes_of(thing, name), None
    return bytes(thing) if isinstance(thing, bytearray | memoryview) else thing, None


def _check_regular(found: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        folder = stat.S_ISDIR(found.st_mode)
        raise DataError(
            "D129",
            "this is a folder" if folder else "this is not a file",
            "headstart predict RUN FOLDER answers for all in it; in a class folder, move it out"
            if folder
            else "move it out of the class folder",
            where=name,
        )
    if found.st_size >= MOST_BYTES:
        raise DataError(
            "D130",
            f"a file of {found.st_size / 1e6:,.0f} MB, the limit is {MOST_BYTES / 1e6:,.0f} MB",
            "save it smaller, or move it out of the class folder",
            where=name,
        )


def _checked_format(content: bytes, name: str) -> str:
    """The format the bytes are in, whatever the file is called, once they are seen to be whole."""
    if not content:
        raise DataError(
            "D124", "the file is empty", "copy it again, or move it out of the class folder", name
        )
    kind = format_of(content)
    if kind:
        wrong = flaw(content, kind)
        if wrong == "damaged":
            refuse_damaged(name, ValueError(f"its {kind} structure or checksums are wrong"))
    else:
        wrong = "truncated" if begun(content) else ""
    if wrong:
        refuse_truncated(name)
    if not kind:
        refuse_format(content, name)
    return kind


_hush_lock = threading.Lock()


_hush_depth = 0


_hush_filters: "warnings.catch_warnings[None] | None" = None


@contextmanager
def _hushed() -> Iterator[None]:
    """No warnings from Pillow, in any thread, while any thread decodes.

    `catch_warnings` alone would leave its filter behind when two threads leave out of order.
    """
    global _hush_depth, _hush_filters
    with _hush_lock:
        if _hush_depth == 0:
            _hush_filters = warnings.catch_warnings()
            _hush_filters.__enter__()
            warnings.filterwarnings("ignore", module=r"PIL\.")
        _hush_depth += 1
    try:
        yield
    finally:
        with _hush_lock:
            _hush_depth -= 1
            if _hush_depth == 0 and _hush_filters is not None:
                _hush_filters.__exit__(None, None, None)
